"""The pieces of the page Activities."""
