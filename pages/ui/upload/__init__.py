"""The pieces of the page Upload, step by step."""
