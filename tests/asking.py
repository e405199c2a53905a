"""A home with a few made-up groups, and people who answer: for tests of asking those who took part."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

from etl.loading import load_file
from etl.participants.waves import READY, Opened, close_wave, open_wave, take_answer
from soundings.home import Home
from soundings.model import SoundingsError

DAY = date(2026, 11, 23)
GROUPS = ("Boat yard group", "Garden group", "Bus group", "Library group")
HEARD = {"reader": "the advocacy lead at a made-up charity", "call": "0000 111 222"}


def make_groups_home(root: Path) -> Home:
    """Four groups, each an activity of its own, with nothing else."""
    home = Home(root / "home")
    root.mkdir(parents=True, exist_ok=True)
    path = root / "activities.csv"
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["activity_id", "title", "method", "not_tied_to_place"])
        writer.writerows([f"g{number}", title, "group", "yes"] for number, title in enumerate(GROUPS))
    load_file(home, path, "native")
    return home


def ask_group(home: Home, title: str = GROUPS[0], people: int = 12, **said) -> Opened:
    return open_wave(home, title, people=people, today=said.pop("today", DAY), **HEARD, **said)


def answer_all(home: Home, opened: Opened, answers: list[str], words: str = "") -> None:
    """Each of these answers to question 1, sent with a code of its own."""
    for code, answer in zip(opened.codes, answers, strict=False):
        assert take_answer(home, code, {"q1": answer, "q4": "together" if answer == "yes" else "them"}, words) == READY


def mixed(yes: int, no: int) -> list[str]:
    return ["yes"] * yes + ["no"] * no


def send_answer(home: Home, what: str, code: str) -> None:
    """One person's answer; `what` stands in the box's words."""
    take_answer(home, code, {"q1": "yes"}, f"words of {what}")


def close_asking(home: Home, what: str, wave_id: str) -> None:
    """The asking, closed; closed again, it is finished where it was cut short."""
    try:
        close_wave(home, wave_id)
    except SoundingsError as error:
        assert "closed already" in str(error), what
