"""Where a row stands: code, postcode, point or exact name, to a loaded place or to a reason. Never a guess."""
