"""The register in words: how many took part, how they met, when and where, and what a whole list lacks."""

from __future__ import annotations

from datetime import date
from math import inf

from soundings.filters import WHEN_LABEL, Filters
from soundings.measures import MEETING_TOTALS, read_measures
from soundings.model import ROLE_LABEL
from soundings.register import Figures, Found, RegisterLine, Wanted
from soundings.rubric import Rubric
from soundings.took_place import LABEL
from soundings.views import say_amount, say_number

NOT_RECORDED = "not recorded"
PLACES_NAMED = 2
PLACE_STATES = {
    "not_tied": "not tied to a place",
    "outside": "outside the loaded places",
    "unlocated": NOT_RECORDED,
}


def say_people(figures: list[Figures]) -> list[str]:
    """Each recorded figure with its own unit: “1,240 responses”. Units are never added; layers are named where there are two."""
    return say_figures([figure for figure in figures if figure.measure not in MEETING_TOTALS])


def say_totals(figures: list[Figures]) -> list[str]:
    """Each total of meetings: “47 group sessions, given as a total”."""
    return [
        f"{said}, given as a total" for said in say_figures([one for one in figures if one.measure in MEETING_TOTALS])
    ]


def say_figures(figures: list[Figures]) -> list[str]:
    """Each figure with its unit, and its layer where the same unit stands in two."""
    layers = {(figure.measure, figure.role) for figure in figures}
    said = []
    for figure in figures:
        has_two = sum(measure == figure.measure for measure, _ in layers) > 1
        said.append(say_figure(figure) + (f" ({ROLE_LABEL[figure.role]})" if has_two else ""))
    return said


def say_figure(figure: Figures) -> str:
    """One figure and its unit: about, where it is an estimate; from and to, where it is a band."""
    measure = read_measures()[figure.measure]
    noun = measure.noun_one if figure.low == figure.high == 1 else measure.noun
    about = "about " if figure.is_estimate and figure.high != inf else ""
    return f"{about}{say_amount(figure.low, figure.high)} {noun}"


def say_dialogue(line: RegisterLine) -> list[str]:
    """How often people met, how many at a time, and who came back; empty where no meeting is recorded."""
    totals = say_totals(line.figures)
    if not line.session_count and totals:
        return totals
    if not line.session_count:
        return [f"no meeting held; {line.unheld_count:,} cancelled, postponed or planned"] if line.unheld_count else []
    said = ["1 meeting" if line.session_count == 1 else f"{line.session_count:,} meetings"]
    if totals:  # a total holds meetings that are recorded one by one: the two are not added
        said = [*totals, f"{said[0]} recorded one by one"]
    if line.typical_count is not None:
        size = say_number(line.typical_count)
        said.append(f"{size} came" if line.session_count == 1 else f"typical group: {size}")
    if line.returning_count is not None:
        said.append(
            "none came back" if line.returning_count == 0 else f"up to {say_number(line.returning_count)} came back"
        )
    elif line.session_count > 1:
        said.append("who came back: not recorded")
    if line.unheld_count:
        said.append(f"{line.unheld_count:,} more cancelled, postponed or planned")
    return said


def say_period(line: RegisterLine) -> str:
    """When it ran, by month: “Feb 2024 to Mar 2025”, “since Nov 2023”; an end that nobody gave is said to be missing."""
    if line.first_day is None:
        return NOT_RECORDED
    first, last = say_month(line.first_day), say_month(line.last_day)
    if line.is_open_ended:
        return f"since {first}"
    if line.is_end_unknown:
        return f"from {first}, end not recorded" if first == last else f"{first} to {last}, end not recorded"
    return first if first == last else f"{first} to {last}"


def say_month(day: date) -> str:
    """2024-03-09 as “Mar 2024”."""
    return f"{day:%b %Y}"


def say_status(line: RegisterLine) -> str:
    """“live now”, “past”, “cancelled” …; empty where neither the file nor the dates say."""
    if line.took_place:
        return LABEL[line.took_place]
    return WHEN_LABEL.get(line.status or "", "")


def say_places(line: RegisterLine) -> str:
    """Where it stood: the first places by name and how many more; in words where it stands in none of the loaded places."""
    if line.place_state != "located":
        return PLACE_STATES[line.place_state]
    names = line.place_names
    if line.is_home and len(names) > PLACES_NAMED:
        return f"{len(names):,} places where people live"
    said = ", ".join(names[:PLACES_NAMED])
    return f"{said} and {len(names) - PLACES_NAMED:,} more" if len(names) > PLACES_NAMED else said


def say_wanted(
    wanted: Wanted, names: dict[str, str], place_name: str | None, comparisons: dict[str, str], rubric: Rubric
) -> str:
    """What the list was narrowed to, in words; empty where it is all of it."""
    parts = []
    if wanted.words.strip():
        parts.append(f"every word of “{wanted.words.strip()}”")
    if wanted.recorded:
        parts.append(f"recorded as {names.get(wanted.recorded, wanted.recorded)}")
    if wanted.comparison:
        parts.append(comparisons[wanted.comparison].lower())
    if wanted.next_question:
        parts.append(f"next question “{rubric.facts[wanted.next_question].question}”")
    if wanted.place:
        parts.append(f"in {place_name or wanted.place}")
    if wanted.filters != Filters():
        parts.append(wanted.filters.sentence())
    return "; ".join(parts)


def say_standing(found: Found) -> str:
    """How many of them stand on the map, how many are not tied to a place by choice, and how many are of neither."""
    if found.located == found.total:
        return "It has a place on the map" if found.total == 1 else "All have a place on the map"
    if not found.located:
        places = "It has no place on the map" if found.total == 1 else "None has a place on the map"
    else:
        places = f"{found.located:,} {'has' if found.located == 1 else 'have'} a place on the map"
    elsewhere = found.total - found.located - found.not_tied if found.located else 0
    if found.not_tied:
        are = f"{found.not_tied:,} {'is' if found.not_tied == 1 else 'are'} not tied to a place by choice"
        places += f", {are}" if elsewhere else f", and {are}"
    if elsewhere:
        places += f", and {elsewhere:,} {'has' if elsewhere == 1 else 'have'} a place that is not loaded, or none"
    return places


def say_found(found: Found, is_narrowed: bool) -> list[str]:
    """What the list holds and what the record lacks, in sentences; a gap is called a gap."""
    if not found.total:
        return ["No activity fits."] if is_narrowed else ["No activity is recorded yet."]
    count = "1 activity" if found.total == 1 else f"{found.total:,} activities"
    said = [f"**{count}.** {say_standing(found)}."]
    if found.unheld:
        said.append(
            f"{found.unheld:,} did not take place, or not yet, and {'is' if found.unheld == 1 else 'are'} in no figure."
        )
    if found.unnamed:
        said.append(
            f"{found.unnamed:,} {'has' if found.unnamed == 1 else 'have'} not enough recorded yet to be named: "
            "a gap in the record, not a judgement."
        )
    if found.undated:
        one = found.undated == 1
        said.append(
            f"{found.undated:,} more {'has' if one else 'have'} no date recorded, so no period holds {'it' if one else 'them'}."
        )
    if found.repeats:
        said.append(
            f"{found.repeats:,} more {'is' if found.repeats == 1 else 'are'} the same meetings told by another source; they are shown once."
        )
    return said


def say_next(found: Found, rubric: Rubric, most: int = 2) -> list[tuple[str, str]]:
    """(fact id, sentence) for the questions that would name most activities, most first."""
    return [
        (
            fact,
            f"For {'1 of them' if count == 1 else f'{count:,} of them'} the next question is: {rubric.facts[fact].question}",
        )
        for fact, count in list(found.asked_next.items())[:most]
        if fact in rubric.facts
    ]
