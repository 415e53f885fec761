"""unknot: a hands-free, offline voice that helps with a knot in the back."""

__version__ = "0.1.0"
