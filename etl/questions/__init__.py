"""What Soundings has to ask about a file before it is taken in: the questions, who finds them, what an answer changes."""
