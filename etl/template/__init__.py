"""Soundings' own template: its sheets, their columns, and what their rows become."""
