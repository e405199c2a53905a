"""Add activity: a guided form. Four answers are enough; everything else is a further question."""

from pages.ui.access import open_reader, show_illustrative
from pages.ui.add.page import show_add
from pages.ui.frame import show_foot

reader = open_reader(for_organisers=True)
show_illustrative(reader)
show_add(reader)
show_foot()
