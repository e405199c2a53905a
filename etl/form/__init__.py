"""The form for one activity: drafts, answers, what must be put right, and the batch it becomes."""
