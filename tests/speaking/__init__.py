"""The speaking room keeps its promises."""
