"""One activity in full: its records, figures, links, words and story."""
