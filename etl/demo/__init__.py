"""Tidewell, the illustrative demo place: how it is made, and how it comes and goes."""
