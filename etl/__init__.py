"""How engagement activity gets in: readers, source specs, mapping, locating, inbox, loading and the command line."""
