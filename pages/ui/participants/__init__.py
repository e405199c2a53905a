"""The form for people who took part, its askings, and what may be shown of the answers."""
