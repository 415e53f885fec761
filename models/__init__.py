"""The recognition models of unknot, and in `recipe` how its own is made."""
