"""The commands of `soundings` that are more than a line, and what they print."""
