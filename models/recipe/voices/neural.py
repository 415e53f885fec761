"""Neural synthesisers run on one core, so that two of them can share a small machine."""

from __future__ import annotations

from typing import Any


def one_thread(model: bytes) -> Any:
    """An ONNX model, loaded to run on one thread of the CPU.

    Args:
        model: the content of its file.

    Returns:
        An `onnxruntime.InferenceSession`.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(
        model, sess_options=options, providers=["CPUExecutionProvider"]
    )
