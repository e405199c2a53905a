"""The chart of places and its other views."""
