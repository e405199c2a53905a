"""What the commands about asking people print: never a single answer, nor how many of a small group answered."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from etl.participants.waves import Opened, WaveLine
from soundings.participants import read_texts, say_asking, say_month
from soundings.publication import PRIVATE, WITHHELD, Published

DONE = 0
STATES = {
    "open": "open",
    "closed": "closing was cut short: close it again",
    "published": "published",
    "private": "small group: answers kept private",
    "withheld": "answers withheld",
}


def show_opened(opened: Opened, path: Path, is_local: bool) -> int:
    """Prints where the codes are and what to do with them; never a code."""
    wave = opened.wave
    print(f"Asking {wave.wave_id} is open for {wave.title}. Its codes are in {path} and nowhere else.")
    if wave.is_one_each:
        print("Print it, cut it up, shuffle the slips, and let each person draw one. Then delete the file.")
    else:
        print("Everyone uses the same code, so one answer per person is not assured, and the page will say so.")
    if is_local:
        print("The address leads to the machine that opens it: phones cannot reach this dashboard by it.")
    print("Fewer than ten answers are never shown to anyone. In a small group, offer the group a statement of its own.")
    print(f"To close it: soundings wave close {wave.wave_id}")
    return DONE


def show_decided(published: Published, as_json: bool) -> int:
    """Prints what may be known of an asking or a pool now that it is closed."""
    texts = read_texts()
    if as_json:
        print(json.dumps(asdict(published), ensure_ascii=False, indent=1))
        return DONE
    print(f"Asking {published.wave_id} is closed. {say_asking(published)}")
    if published.state in (PRIVATE, WITHHELD):
        print(texts.page[published.state])
        return DONE
    if not published.is_one_each:
        print(texts.page["not_assured"])
    for question in texts.questions:
        counts = published.counts.get(question.id)
        told = counts and ", ".join(f"{texts.labels[answer]} {count}" for answer, count in counts.items())
        print(f"{question.text} {told or texts.page['question_withheld']}")
    print(texts.page["not_validated"])
    return DONE


def show_waves(lines: list[WaveLine], as_json: bool) -> int:
    """Prints every asking with its month and state."""
    if as_json:
        print(json.dumps([asdict(line) for line in lines], ensure_ascii=False, indent=1))
        return DONE
    for line in lines:
        each = "one code each" if line.is_one_each else "one shared code"
        print(f"{line.wave_id}  {say_month(line.month)}  {each}  {STATES[line.state]}  {line.title}")
    if not lines:
        print(
            "Nobody has been asked yet. To begin: soundings wave open ACTIVITY --people 12 --reader … --call … --address …"
        )
    return DONE
