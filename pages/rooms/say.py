"""Say: the one page of people who took part. With a code, its form; without one, where to find the code."""

from pages.ui.access import guard_visit
from pages.ui.participants.say_form import show_no_code

guard_visit()
show_no_code()
