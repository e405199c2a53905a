"""Places: boundaries, names, parents and figures, from files or fetched, as batches like any other."""
