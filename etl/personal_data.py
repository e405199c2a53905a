"""Which columns look as if they were about people: by their names, and by what a sample of their cells looks like."""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

SAMPLE_ROWS = 20_000
SAMPLE_VALUES = 2_000

PERSON = frozenset(
    "first last full sur fore family given middle maiden preferred user legal known contact participant attendee "
    "respondent person people resident child parent guardian carer member volunteer customer buyer client tenant pupil "
    "student teacher entrant applicant facilitator officer patient mother father your my submitter signatory".split()
)
NAME_WORDS = frozenset("surname forename firstname lastname fullname username initials signature".split())
# A heading that is one of these and no more is about people: it holds their names, or how many they were.
BARE = frozenset(
    "contact participant attendee respondent person people resident child children parent guardian carer member volunteer customer "
    "buyer client tenant pupil student teacher entrant applicant facilitator officer patient mother father submitter signatory "
    "signed".split()
)
BESIDE_BARE = frozenset("s list lead main key named of the all".split())
BY_WHOM = re.compile(
    r"(submitted|completed|entered|recorded|filled in|signed|written|taken|created|updated|modified)( in)? by"
)
# Words that no name of a person has, in what stands below such a heading.
NO_NAMES = PERSON - {"first", "last"} | frozenset(
    "yes no not none n na true false unknown other others various any all both some few many several lots dozens "
    "children people adults adult families family youth young older elderly men women male female public staff "
    "team group groups council school college university trust ltd limited cic charity association forum network society club "
    "centre center service services department library partnership church committee board parish hub project programme "
    "community communities local organisation email phone letter post online person attending attended "
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen "
    "twenty thirty forty fifty sixty seventy eighty ninety hundred thousand about around".split()
)
WORD = r"[^\W\d_]+(?:['’.\-][^\W\d_]+)*\.?"
LIKE_A_NAME = re.compile(rf"{WORD}(?:[ ,]{{1,2}}{WORD}){{0,4}}")
# A heading with one of these is about e-mails or phones, and holds a figure or an answer.
MEASURED = frozenset(
    "count total sent opened clicked rate percent pct share consent opt opted interviews interview calls survey surveys "
    "responses has have via by used received".split()
)
HEADINGS = (
    ("e-mail addresses", re.compile(r"\b(e ?mails?|e ?mail address(es)?)\b")),
    (
        "phone numbers",
        re.compile(
            r"\b((tele)?phones?|cell ?phone|landline|whats ?app|fax)\b|\b(mobiles?|tel)( (no|num|number|phone|\d+))*$"
        ),
    ),
    ("dates of birth", re.compile(r"\b(dob|d o b|date of birth|birth ?dates?|birthdays?|born( on)?|birth day)\b")),
    ("NHS numbers", re.compile(r"\bnhs (no|num|number|id)\b|\bnhsnumber\b")),
    ("National Insurance numbers", re.compile(r"\bnational insurance\b|\bni ?(no|num|number)\b|\bnino\b")),
    ("passport numbers", re.compile(r"\bpassport\b")),
    ("IP addresses", re.compile(r"\bip( ?address(es)?)?\b")),
    ("contacts of people", re.compile(r"\bnext of kin\b|\bemergency contact\b|\bcontact person\b")),
    (
        "addresses",
        re.compile(r"\b(address(es)?|addresslines?|address ?lines?|house (no|num|number|name)|street address)\b"),
    ),
)
NOT_HOMES = re.compile(
    r"\b(web|website|url|venue|event|ip|e ?mail|mac|organisation|org|site|building|location|place)\b"
)

# At most 64 characters before the @ (RFC 5321, 4.5.3.1.1): without an end, a long cell would be read again from each of its letters.
EMAIL = r"[A-Za-z0-9._%+'\-]{1,64}@[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)*\.[A-Za-z]{2,}"
# After 0 and an area code of two digits or more, so that 03-05-2025 is a date.
PHONE = r"(?:\(?(?:\+|\b00)44\)?[\s\-.]*(?:\(0\)[\s\-.]*)?[12378]|\(?\b0[12378]\d)(?:[\s\-.()]{0,2}\d){7,8}\d?\b"
POSTCODE = r"(?i)\b(?:GIR|[A-Z]{1,2}\d[A-Z\d]?)\s?\d[A-Z]{2}\b"
PHONE_ALONE = re.compile(r"(?:(?:\+|00)44(?:\(?0\)?)?|0)[12378]\d{7,9}")
LONGEST = 60  # characters of a cell that is a phone or NHS number, or a name, and nothing else
PEOPLE_BY_HEADING = "names of people, by its heading"
SMALL_ANSWER = re.compile(r"\d{1,4}|yes|no|y|n|true|false|not known|n/?a", re.IGNORECASE)


def words_of(name: str) -> list[str]:
    """The words of a heading in lower case: 'ContactEmail_2' → contact, email, 2."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    return [word for word in re.split(r"[^\w']|_", parted.lower()) if word]


def suspect_column(name: str, column: pa.ChunkedArray) -> str | None:
    """What a column nobody declared seems to hold of people ("e-mail addresses, by its heading"), or None.

    A column without values holds nothing of anybody. 'name' alone is of people; 'event_name' and 'ward_name' are not.
    """
    values = sample_values(column)
    if not values:
        return None
    by_heading = _by_heading(name, values)
    if by_heading:
        return f"{by_heading}, by its heading"
    if _is_bare(name) and _hold_names(values, len(column) - column.null_count):
        return "names of people, by its heading and what is in it"
    by_content = _by_content(values)
    return f"{by_content}, by what is in it" if by_content else None


def sample_values(column: pa.ChunkedArray) -> list[str]:
    """Distinct values of a column, at most SAMPLE_VALUES, from rows spread evenly over all of it."""
    filled = column.drop_null()
    if len(filled) > SAMPLE_ROWS:
        filled = filled.take(pa.array(np.linspace(0, len(filled) - 1, SAMPLE_ROWS).astype(np.int64)))
    return pc.unique(filled).slice(0, SAMPLE_VALUES).to_pylist()


def _by_heading(name: str, values: list[str]) -> str | None:
    words = words_of(name)
    said = " ".join(words)
    for what, pattern in HEADINGS:
        if not pattern.search(said) or (what == "addresses" and NOT_HOMES.search(said)):
            continue
        if what == "dates of birth":
            return what
        if not set(words) & MEASURED and not all(SMALL_ANSWER.fullmatch(value.strip()) for value in values):
            return what
    return "names of people" if _names_people(words) else None


def _names_people(words: list[str]) -> bool:
    """Whether a heading asks for a person's name: name, first_name, Name of participant; not event_name."""
    singular = [word.removesuffix("'s").removesuffix("s") if len(word) > 3 else word for word in words]
    while singular and singular[-1].isdigit():
        singular.pop()
    if singular == ["name"] or set(words) & NAME_WORDS:
        return True
    for at, word in enumerate(singular):
        if word != "name":
            continue
        before = singular[at - 1] if at else ""
        after = [other for other in singular[at + 1 :] if other not in ("of", "the", "a", "your")]
        if before in PERSON or (not before and after and after[0] in PERSON):
            return True
    return False


def _is_bare(name: str) -> bool:
    """Whether a heading is a word for a person and no more (“Attendees”, “Lead officer”), or asks by whom something was written."""
    words = [word for word in words_of(name) if not word.isdigit()]
    if BY_WHOM.fullmatch(" ".join(words)):
        return True
    told = [word for word in words if word not in BESIDE_BARE]
    return bool(told) and all(word in BARE or word.removesuffix("'s").removesuffix("s") in BARE for word in told)


def _hold_names(values: list[str], filled: int) -> bool:
    """Whether at least half of the values read as names of people. Single words do only where they are not a few said again and again."""
    named = [value.strip() for value in values if _is_like_a_name(value.strip())]
    several = sum(1 for value in named if re.search(r"[ ,]", value))
    return 2 * several >= len(values) or (2 * len(named) >= len(values) and 2 * len(named) >= filled)


def holds_names(values: list[str]) -> bool:
    """Whether at least half of these cells read as names of people."""
    return _hold_names(values, len(values))


def _is_like_a_name(value: str) -> bool:
    if len(value) > LONGEST or not LIKE_A_NAME.fullmatch(value):
        return False
    words = re.split(r"[ ,\-]+", value.casefold())
    return not any(word in NO_NAMES or word.removesuffix("s") in NO_NAMES for word in words)


def _by_content(values: list[str]) -> str | None:
    # Whole cells are searched by Arrow: in time that grows with their length alone, and other threads go on meanwhile.
    column = pa.array(values, pa.large_string())

    def share(is_such: pa.Array | list[bool]) -> float:
        return pc.sum(pa.array(is_such, pa.bool_())).as_py() / len(values)

    if share(pc.match_substring_regex(column, EMAIL)) >= 0.1:
        return "e-mail addresses"
    alone = [value if len(value) <= LONGEST else "" for value in values]
    if share([_is_nhs_number(value) for value in alone]) >= 0.5 and len(values) > 1:
        return "NHS numbers"
    spaced = pc.replace_substring_regex(column, r"\p{Z}", " ")  # Arrow's \s knows no space but ASCII's
    phones = pa.array([_is_phone_alone(value) for value in alone], pa.bool_())
    if share(pc.or_(pc.match_substring_regex(spaced, PHONE), phones)) >= 0.2:
        return "phone numbers"
    if share(pc.match_substring_regex(spaced, POSTCODE)) >= 0.2:
        return "full postcodes, or addresses with them; the source does not say whether they are of venues or of people"
    return None


def _is_phone_alone(value: str) -> bool:
    return PHONE_ALONE.fullmatch(re.sub(r"[\s\-.()]", "", value)) is not None


def _is_nhs_number(value: str) -> bool:
    """Ten digits, the last a modulus 11 check of the others (NHS Data Dictionary: NHS NUMBER)."""
    digits = re.sub(r"[\s\-]", "", value)
    if not re.fullmatch(r"\d{10}", digits) or len(set(digits)) == 1:
        return False
    rest = 11 - sum(int(digit) * (10 - at) for at, digit in enumerate(digits[:9])) % 11
    return rest != 10 and rest % 11 == int(digits[9])
