"""Scripts, their steps, and the narrator that performs them."""
