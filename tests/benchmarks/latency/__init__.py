"""What `tests.benchmarks.bench_latency` is made of."""
