"""The pieces of an activity's page."""
