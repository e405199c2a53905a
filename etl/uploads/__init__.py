"""Uploads: files read in a process of their own, matched, previewed and put right before anything is kept."""
