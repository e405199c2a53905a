"""What each column of a file seems to be. A guess stands only where heading and cells agree on it; else the column is left open."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from rapidfuzz.distance import Indel

from etl.personal_data import holds_names
from etl.took_place import says_took_place
from etl.uploads.cells import (
    CODE,
    GSS_CODE,
    MOSTLY,
    NEARLY_ALL,
    UK_POSTCODE,
    Cells,
    collect_cells,
    hold_activities,
    is_like_a_person,
    is_time,
)
from etl.uploads.headings import NUMBER, Heading, parse_heading, read_heading_words
from etl.uploads.key_column import rank_heading
from etl.uploads.mapping import ATTENDANCES, CAME, GROUP_SESSIONS, MEASURES, PLACES, SESSIONS, Proposal, read_fields

ALIKE = 0.84  # of rapidfuzz's normalised Indel similarity: “attendence” is like “attendance” (0.9), “date” is not like “rate” (0.75)
SHORTEST_ALIKE = 6  # letters: in shorter words one letter makes another word (“host”, “cost”)
COUNTS = frozenset((*SESSIONS, *MEASURES)) - {"minutes"}
PAIRS = (("lon", "lat"), ("easting", "northing"))
# Headings that may be of places, and are more often of halls, streets or areas of work: never filled in.
LOOSE_PLACES = frozenset(("place", "location", "where", "area", "zone", "zona", "plaats", "secteur", "gebied", "kern"))
LONGEST_PLACE = 40
MOST_MEETINGS = 1000  # that one row may count
SHORTEST_MEETING, LONGEST_MEETING = 10, 1_440  # minutes
EXACT, OF_ACTIVITY, ALIKE_SCORE, ONLY_DATE, BY_CELLS = 2.0, 1.9, 1.0, 0.8, 0.7
LEFT_OPEN = "Nothing like it is in the template."
# What several activities may belong to: its name is the title only where no other column is.
GATHERINGS = frozenset(
    "project group club programme initiative projet proyecto projecte projeto progetto projekt prosiect".split()
)
ONCE_EACH = frozenset(
    "unique different distinct individual individuals differents verschiedene distintos diversi".split()
)
NAME_HEADINGS = frozenset(("name", "names", "nom", "nombre", "nome", "naam", "enw"))


@dataclass(frozen=True)
class Column:
    """A column as it is judged: its heading taken apart, and a sample of its cells."""

    heading: Heading
    cells: Cells


@dataclass(frozen=True)
class Candidate:
    """A field that a column may be. The candidate with the highest score wins the field."""

    score: float
    field: str
    why: str


def propose_columns(headers: Sequence[str], sample_rows: Sequence[dict[str, str | None]]) -> list[Proposal]:
    """What each column seems to be, in the file's order. No field is proposed twice; where in doubt a column is left open."""
    columns = [Column(parse_heading(name), collect_cells([row.get(name) for row in sample_rows])) for name in headers]
    scored = sorted(
        (
            (one.score, -at, one)
            for at, column in enumerate(columns)
            for one in (*list_candidates(column), *find_other_columns(column, columns))
        ),
        key=lambda each: each[:2],
        reverse=True,
    )
    found: dict[int, Candidate] = {}
    taken: set[str] = set()
    for _, position, one in scored:
        if -position not in found and one.field not in taken:
            found[-position] = one
            taken.add(one.field)
    kept = read_totals(read_log(drop_half_pairs(drop_mixed_places(found, columns)), columns))
    return [
        Proposal(name, kept[at].field, kept[at].why) if at in kept else Proposal(name, None, LEFT_OPEN)
        for at, name in enumerate(headers)
    ]


def read_totals(found: dict[int, Candidate]) -> dict[int, Candidate]:
    """The guesses where a column counts the meetings of each row: how many came is then of all of them, and no meeting's."""
    fields = {one.field for one in found.values()}
    if GROUP_SESSIONS not in fields:
        return found
    left = {at: one for at, one in found.items() if one.field not in ("returning_count", "minutes")}
    if ATTENDANCES in fields:
        return {at: one for at, one in left.items() if one.field != CAME}
    why = "How many came, of several meetings: another column counts those."
    return {at: Candidate(one.score, ATTENDANCES, why) if one.field == CAME else one for at, one in left.items()}


def read_log(found: dict[int, Candidate], columns: Sequence[Column]) -> dict[int, Candidate]:
    """The guesses where each row is a meeting: “participants” is then how many came to it, unless the heading says different people.

    A file is a log of meetings where a column says what took place, or where the same titles come again beside days and with other
    figures. (With the same figure, each row is a comment or a vote.)
    """
    at_field = {one.field: at for at, one in found.items()}
    at = at_field.get("people")
    if at is None or CAME in at_field or columns[at].heading.all_words & ONCE_EACH:
        return found
    if "took_place" not in at_field:
        if not {"title", "start_date"} <= at_field.keys():
            return found
        titles = columns[at_field["title"]].cells
        if titles.distinct >= MOSTLY or len({*columns[at].cells.values}) <= len({*titles.values}):
            return found
    return found | {at: Candidate(found[at].score, CAME, "How many came: each row seems to be a meeting.")}


def propose_place_role(headers: Sequence[str], proposals: Sequence[Proposal]) -> str | None:
    """“venue” or “home” where the heading of every place says so, else None: which it is decides what is kept of them."""
    of_places = [name for name, one in zip(headers, proposals, strict=True) if one.field in PLACES]
    roles = {find_role(parse_heading(name)) for name in of_places}
    return roles.pop() if len(roles) == 1 else None


def find_role(heading: Heading) -> str | None:
    """“venue” or “home” where the heading of a place has a word for one of them, else None."""
    said = [name for name in ("venue", "home") if heading.all_words & read_heading_words()[name]]
    return said[0] if len(said) == 1 else None


def list_candidates(column: Column) -> list[Candidate]:
    """Every field that a column may be, by its heading, for which its cells are of the right kind."""
    found = []
    for field in read_fields():
        score, word = match_heading(column.heading, field)
        if score and agree(field, column):
            why = "By its heading." if score > ALIKE_SCORE else f"Its heading is like “{word}”."
            found.append(Candidate(score, field, why))
    return found


def match_heading(heading: Heading, field: str) -> tuple[float, str]:
    """How well a heading says a field, 0 for not at all, and the words that it is like.

    The words may stand in any order; a word for the activity itself may stand beside them, and beside a place a word for the venue
    or for the home. One word of several letters may be misspelt.
    """
    phrases = read_phrases(field)
    lists = read_heading_words()
    words = frozenset(heading.words)
    for score, aside in ((EXACT, frozenset()), (OF_ACTIVITY, lists["activity"])):
        left = words - aside if words - aside else words
        for tried in (left, *list_variants(left, field)):
            if tried in phrases:
                weaker = 0.2 if field == "title" and words & GATHERINGS else 0.0
                return score - weaker - phrases[tried][0] / 10_000, phrases[tried][1]
    if field in PLACES:
        left = words - lists["venue"] - lists["home"] - lists["beside_place"] - lists["activity"]
        for tried in (left, *list_variants(left, field)):
            if tried and tried in phrases and not tried & LOOSE_PLACES:
                return OF_ACTIVITY - 0.05 - phrases[tried][0] / 10_000, phrases[tried][1]
    for phrase, (_, said) in phrases.items():
        if is_alike(words, phrase):
            return ALIKE_SCORE, said
    return 0.0, ""


def list_variants(words: frozenset[str], field: str) -> list[frozenset[str]]:
    """The words without those that a field may do without: “number” beside what is counted, “name” beside a place or a topic."""
    if field in COUNTS:
        return [words - {NUMBER}]
    if field in ("place_name", "theme", "organisation", "programme"):
        plain = words - {"name", "nom", "nombre", "nome", "naam", "title", "titre", NUMBER, "enw"}
        return [plain] if plain and not (field == "place_name" and plain & LOOSE_PLACES) else []
    return []


@cache
def read_phrases(field: str) -> dict[frozenset[str], tuple[int, str]]:
    """The words of every heading that says a field → (its position in the list, as the list writes it)."""
    one = read_fields()[field]
    found: dict[frozenset[str], tuple[int, str]] = {}
    for at, said in enumerate((*one.words, one.id)):
        found.setdefault(frozenset(parse_heading(said).words), (at, said))
    return found


def is_alike(words: frozenset[str], phrase: frozenset[str]) -> bool:
    """Whether a heading is a phrase but for one misspelt word."""
    if len(words) != len(phrase) or words == phrase:
        return False
    ours, theirs = words - phrase, phrase - words
    if len(ours) != 1:
        return False
    (our,), (their,) = ours, theirs
    if our in list_known_words() or our.endswith("s") != their.endswith("s"):  # another word, or several of a thing
        return False
    is_long = min(len(our), len(their)) >= SHORTEST_ALIKE
    return is_long and our[:2] == their[:2] and Indel.normalized_similarity(our, their) >= ALIKE


@cache
def list_known_words() -> frozenset[str]:
    """Every word that stands in a heading of some field: such a word is no misspelling of another."""
    return frozenset(word for field in read_fields() for phrase in read_phrases(field) for word in phrase)


def agree(field: str, column: Column) -> bool:
    """Whether the cells of a column are of the kind that a field needs. A column without a filled cell disagrees with none, unless
    its heading could as well be a time of day, or people by name."""
    cells = column.cells
    if not cells.values:
        return not (column.heading.all_words & read_heading_words()["time"])
    check = CHECKS.get(field)
    return check is None or check(column)


def is_title(column: Column) -> bool:
    return column.cells.texts >= MOSTLY and not is_of_people(column)


def is_of_people(column: Column) -> bool:
    """Whether a heading is a word for people, or “name” and no more."""
    words = column.heading.all_words
    return words <= NAME_HEADINGS | {"full"} or not words.isdisjoint(read_heading_words()["home"])


def is_summary(column: Column) -> bool:
    return column.cells.texts >= MOSTLY and not is_of_people(column)


def is_day(column: Column) -> bool:
    if column.cells.dates >= NEARLY_ALL:
        return True
    has_month = column.cells.share(lambda value: value[:1].isdigit() and not is_time(value)) >= NEARLY_ALL
    return has_month and column.cells.dates >= MOSTLY


def is_method(column: Column) -> bool:
    """Words for ways of taking part; a heading of one word (“type”) needs more of them than “event type”."""
    needed = MOSTLY if len(column.heading.words) == 1 else 0.3
    return column.cells.texts >= MOSTLY and column.cells.words("methods") >= needed and not column.cells.is_modes()


def is_mode(column: Column) -> bool:
    return column.cells.is_modes()


def is_theme(column: Column) -> bool:
    if column.cells.texts < MOSTLY or is_of_people(column) or column.cells.is_modes():
        return False
    if column.heading.words == ("subject",):  # in a calendar what an event is called
        return column.cells.distinct < MOSTLY
    return column.cells.words("methods") < MOSTLY


def is_organisation(column: Column) -> bool:
    return column.cells.texts >= MOSTLY and not holds_names(list(column.cells.values))


def is_place_name(column: Column) -> bool:
    """Short names below a heading that says ward, town or neighbourhood. Below “location” or “area” may stand halls or topics."""
    cells = column.cells
    if not LOOSE_PLACES.isdisjoint(column.heading.words) or cells.words("topics") >= 0.3:
        return False
    return cells.texts >= NEARLY_ALL and cells.share(lambda value: len(value) <= LONGEST_PLACE) >= NEARLY_ALL


def is_place_code(column: Column) -> bool:
    cells = column.cells
    return cells.share(lambda value: CODE.fullmatch(value) is not None) >= NEARLY_ALL


def is_postcode(column: Column) -> bool:
    return column.cells.share(lambda value: UK_POSTCODE.fullmatch(value) is not None) >= MOSTLY


def is_within(low: float, high: float, *, decimals: bool) -> Callable[[Column], bool]:
    """A check that the cells are numbers between two, most of them with decimals where those are asked for."""

    def check(column: Column) -> bool:
        numbers = column.cells.numbers
        if not numbers or not all(low <= number <= high for number in numbers):
            return False
        return not decimals or sum(number != int(number) for number in numbers) >= MOSTLY * len(numbers)

    return check


def is_figure(column: Column) -> bool:
    """Mostly figures. A word among them (“lots”) is asked about later; a name of a person is none that could be meant."""
    cells = column.cells
    return cells.counts >= MOSTLY or (cells.counts >= 0.5 and not cells.share(is_like_a_person))


def is_length(column: Column) -> bool:
    """Whole minutes of a meeting. “2” is more likely hours, unless the heading says minutes."""
    numbers = column.cells.numbers
    return bool(numbers) and all(
        number == int(number) and SHORTEST_MEETING <= number <= LONGEST_MEETING for number in numbers
    )


def is_total_of_meetings(column: Column) -> bool:
    """Whole numbers that can count the meetings of a row. Of a column of ones each row is a meeting; 1, 2, 3 … numbers the rows, and a
    year is none."""
    numbers = column.cells.numbers
    if not numbers or column.cells.counts < NEARLY_ALL or any(not 0 <= number < MOST_MEETINGS for number in numbers):
        return False
    return any(number != 1 for number in numbers) and list(numbers) != list(range(1, len(numbers) + 1))


def is_hours(column: Column) -> bool:
    """Numbers of hours, none below zero: no times of day."""
    numbers = column.cells.numbers
    return bool(numbers) and min(numbers) >= 0 and not column.cells.share(is_time)


CHECKS: dict[str, Callable[[Column], bool]] = {
    "title": is_title,
    "summary": is_summary,
    "start_date": is_day,
    "end_date": is_day,
    "method": is_method,
    "mode": is_mode,
    "theme": is_theme,
    "organisation": is_organisation,
    "programme": lambda column: column.cells.texts >= MOSTLY,
    "called": lambda column: column.cells.texts >= MOSTLY,
    "place_name": is_place_name,
    "place_code": is_place_code,
    "postcode": is_postcode,
    "lon": is_within(-180, 180, decimals=True),
    "lat": is_within(-90, 90, decimals=True),
    "easting": is_within(1_000, 700_000, decimals=False),
    "northing": is_within(1_000, 1_300_000, decimals=False),
    "minutes": is_length,
    "took_place": lambda column: False,  # by `find_other_columns`: its headings stand in data/took_place.toml
    "group_sessions": is_total_of_meetings,
    "contact_hours": is_hours,
    "activity_id": lambda column: False,  # by `find_reference`, which looks at the whole file
    **dict.fromkeys(COUNTS - {"group_sessions", "contact_hours"}, is_figure),
}


def find_other_columns(column: Column, columns: Sequence[Column]) -> list[Candidate]:
    """What a column may be by what stands beside it: a title below “name” or “subject”, the only date, a reference."""
    found = []
    words = column.heading.words
    has_day = any(other is not column and is_day(other) for other in columns if other.cells.values)
    if set(words) <= NAME_HEADINGS and has_day and hold_activities(column.cells):
        found.append(Candidate(OF_ACTIVITY - 0.5, "title", "It holds what activities are called."))
    if is_calendar_title(column, columns) and has_day:
        found.append(Candidate(EXACT + 0.5, "title", "It stands beside dates, as in a calendar."))
    if is_only_date(column, columns):
        found.append(Candidate(ONLY_DATE, "start_date", "It is the only date."))
    if column.cells.share(lambda value: GSS_CODE.fullmatch(value) is not None) >= NEARLY_ALL:
        found.append(Candidate(BY_CELLS, "place_code", "It holds codes of places."))
    if says_took_place(column.heading.text, column.cells.values):
        found.append(Candidate(EXACT, "took_place", "It says what took place and what did not."))
    if is_reference(column, columns):
        rank = rank_heading(column.heading.text)
        found.append(Candidate(EXACT - rank / 10, "activity_id", "It is a reference that no two activities share."))
    return found


def is_calendar_title(column: Column, columns: Sequence[Column]) -> bool:
    """Whether a column is the “subject” or “summary” that calendars call a title: all different, beside a description or a time, and
    no other column is a title by its heading."""
    if column.heading.words not in (("subject",), ("summary",)) or column.cells.distinct < NEARLY_ALL:
        return False
    others = [other for other in columns if other is not column]
    is_calendar = any(
        match_heading(other.heading, "summary")[0] or other.cells.share(is_time) >= MOSTLY for other in others
    )
    return is_calendar and is_title(column) and not any(match_heading(other.heading, "title")[0] for other in others)


def is_only_date(column: Column, columns: Sequence[Column]) -> bool:
    """Whether a heading has the word “date” and no word for another kind of date, and no other column holds dates."""
    lists = read_heading_words()
    words = column.heading.all_words
    if not words & lists["date"] or words & lists["other_dates"] or words & lists["home"]:
        return False
    return is_day(column) and sum(is_day(other) for other in columns if other.cells.values) == 1


def is_reference(column: Column, columns: Sequence[Column]) -> bool:
    """Whether a heading is the id of an activity or just “id”, and its cells are short, filled and no two the same. Rows that are
    merely counted (1, 2, 3 …) have no reference: the next file begins at 1 again."""
    if rank_heading(column.heading.text) not in (0, 1):
        return False
    values = column.cells.values
    rows = max(len(other.cells.values) for other in columns)
    if len(values) < NEARLY_ALL * rows or len(set(values)) < len(values) or max(map(len, values), default=0) > 80:
        return False
    return [number for number in column.cells.numbers] != list(range(1, len(values) + 1))


def drop_mixed_places(found: dict[int, Candidate], columns: Sequence[Column]) -> dict[int, Candidate]:
    """The guesses without places of two kinds: of a file with a “ward” and a “venue ward”, or with places and homes, nobody but a
    person can say which is meant."""
    said: dict[str, set[str | None]] = {}
    for column in columns:
        for field in PLACES:
            if match_heading(column.heading, field)[0] > ALIKE_SCORE:
                said.setdefault(field, set()).add(find_role(column.heading))
    every = set().union(*said.values())
    if "home" in every and len(every) > 1:
        return {at: one for at, one in found.items() if one.field not in PLACES}
    return {at: one for at, one in found.items() if one.field not in PLACES or len(said.get(one.field, ())) < 2}


def drop_half_pairs(found: dict[int, Candidate]) -> dict[int, Candidate]:
    """The guesses without half a point: a longitude needs its latitude."""
    fields = {one.field for one in found.values()}
    halves = {name for pair in PAIRS for name in pair if not fields >= set(pair)}
    return {at: one for at, one in found.items() if one.field not in halves}
