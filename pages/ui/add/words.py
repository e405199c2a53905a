"""What a form will record, in words: read from the very rows that would be sent, so that nothing is said that is not kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from etl.form.answers import KEPT_BACK
from etl.types import Sheet
from pages.ui.add.questions import COUNTED
from pages.ui.explaining import escape
from soundings.explanation import say_day
from soundings.model import ROLE_LABEL
from soundings.rubric import Rubric
from soundings.took_place import LABEL

WHAT, WHERE, WHEN, WHO, HOW, CHANGED, CALLED = (
    "What",
    "Where",
    "When",
    "Who came",
    "How decisions were made",
    "What changed",
    "In your words",
)
STEP_OF = {WHAT: "what", WHERE: "where", WHEN: "what", WHO: "who", HOW: "how", CHANGED: "changed", CALLED: "called"}
ANSWER = {"yes": "Yes", "no": "No", "not known": "Don’t know yet"}
KNOWLEDGE = {"lived": "Lived through it", "local": "Knew the place", "professional": "Whose job it was"}


def say_record(sheets: list[Sheet], rubric: Rubric, say_place: Callable[[str], str]) -> dict[str, list[str]]:
    """Heading → lines as Markdown, users' words escaped. A heading without lines says that nothing is recorded there."""
    rows = {sheet.name: sheet.table.to_pylist() for sheet in sheets}
    (activity,) = rows.get("activities") or [{}]
    said = {
        WHAT: [f"**{escape(activity['title'])}** ({escape(activity['method'])})"],
        WHERE: [say_where(activity, say_place)],
        WHEN: [say_when(activity)],
        WHO: [say_count(row) for row in rows.get("counts", [])]
        + [say_meeting(row) for row in rows.get("sessions", [])]
        + [f"{KNOWLEDGE[row['knowledge']]}: {escape(row['who'])}" for row in rows.get("perspectives", [])],
        HOW: say_decisions(activity, rows, rubric),
        CHANGED: [say_change(row) for row in rows.get("outcomes", [])],
        CALLED: [say_claim(row) for row in rows.get("claims", [])] + say_own_words(activity),
    }
    return {title: [line for line in lines if line] for title, lines in said.items()}


def say_where(activity: dict, say_place: Callable[[str], str]) -> str:
    if activity.get("not_tied_to_place"):
        return "Not tied to a place"
    if activity.get("place_precision") == KEPT_BACK:
        return "Kept back: nothing of where it was is recorded"
    role = ROLE_LABEL.get(activity.get("place_role") or "", "")
    if activity.get("postcode"):
        return f"The point of {escape(activity['postcode'])}, {role}"
    if not activity.get("place_code"):
        return "Nothing recorded"
    names = escape(say_place(activity["place_code"]))
    return f"The area as you drew it, in {names}, {role}" if activity.get("place_outline") else f"{names}, {role}"


def say_when(activity: dict) -> str:
    start, end = activity.get("start_date"), activity.get("end_date")
    outcome = f" ({LABEL[activity['took_place']]})" if activity.get("took_place") else ""
    return (f"{read_out(start)} to {read_out(end)}" if end else read_out(start)) + outcome


def read_out(day: str | None) -> str:
    """A day of the template as people write it."""
    return say_day(date.fromisoformat(day)) if day else "no date"


def say_count(row: dict) -> str:
    how = {"estimate": "about ", "exact": ""}.get(row["basis"], "")
    number = f"{row['value']} to {row['value_high']}" if row.get("value_high") else f"{how}{row['value']}"
    counted = COUNTED.get(row["measure"], row["measure"]).split(" (")[0]
    return f"{counted}: {escape(number)}"


def say_meeting(row: dict) -> str:
    parts = [
        f"{row[name]} {word}"
        for name, word in (("minutes", "minutes"), ("attendance_count", "came"), ("returning_count", "had come before"))
        if row.get(name)
    ]
    outcome = f" ({LABEL[row['took_place']]})" if row.get("took_place") else ""
    return escape(f"A meeting on {read_out(row['date'])}{outcome}" + (f": {', '.join(parts)}" if parts else ""))


def say_decisions(activity: dict, rows: dict[str, list[dict]], rubric: Rubric) -> list[str]:
    lines = []
    for row in rows.get("facts", []):
        seen = f" ({escape(row['evidence'])})" if row.get("evidence") else ""
        lines.append(f"{escape(rubric.facts[row['fact']].label)}: **{ANSWER[row['answer']]}**{seen}")
    helped, settled = activity.get("first_helped_date"), activity.get("settled_date")
    lines += [f"People first helped: {read_out(helped)}"] if helped else []
    lines += [f"Settled what it was about: {read_out(settled)}"] if settled else []
    for name, label in (
        ("decision_at_stake", "Open to influence"),
        ("not_open_to_influence", "Not open"),
        ("promise", "Promised"),
    ):
        lines += [f"{label}: {escape(activity[name])}"] if activity.get(name) else []
    for row in rows.get("reciprocity", []):
        lines += [f"People gave: {escape(row['gave'])}"] if row.get("gave") else []
        lines += [f"People got: {escape(row['got'])}"] if row.get("got") else []
    for row in rows.get("stages", []):
        why = f" ({escape(row['why_not_shared'])})" if row.get("why_not_shared") else ""
        lines.append(f"{rubric.stages[row['stage']][0]}: **{rubric.sharing[row['sharing']]}**{why}")
    if activity.get("statutory"):
        lines.append(f"A consultation held by law: **{ANSWER[activity['statutory']]}**")
    return lines


def say_change(row: dict) -> str:
    parts = [escape(row["what_changed"])]
    parts += [f"decided by {escape(row['who_decided'])}"] if row.get("who_decided") else []
    for name, label in (
        ("changed_date", "on"),
        ("told_back_date", "people were told on"),
        ("told_back_due_date", "an answer is due on"),
    ):
        parts += [f"{label} {read_out(row[name])}"] if row.get(name) else []
    return "; ".join(parts)


def say_claim(row: dict) -> str:
    by = f", by {escape(row['called_by'])}" if row.get("called_by") else ""
    since = f", since {read_out(row['called_date'])}" if row.get("called_date") else ""
    return f"Called “{escape(row['called'])}”{by}{since}"


def say_own_words(activity: dict) -> list[str]:
    lines = []
    for name, label in (
        ("summary", "About it"),
        ("organisation", "Run by"),
        ("role_mailbox", "Who to talk to"),
        ("cost", "Cost"),
    ):
        lines += [f"{label}: {escape(activity[name])}"] if activity.get(name) else []
    return lines


def say_added(counts: dict[str, int]) -> str:
    """“1 activity, 2 meetings and 5 answers”: what a batch holds, by sheet of the template."""
    words = {
        "activities": ("activity", "activities"), "counts": ("figure", "figures"), "sessions": ("meeting", "meetings"),
        "stages": ("stage", "stages"), "facts": ("answer", "answers"), "outcomes": ("change", "changes"),
        "reciprocity": ("give and take", "gives and takes"), "perspectives": ("kind of knowledge", "kinds of knowledge"),
        "statements": ("reply", "replies"), "claims": ("word for it", "words for it"),
    }  # fmt: skip
    parts = [f"{count:,} {words[name][count != 1]}" for name, count in counts.items() if name in words and count]
    return f"{', '.join(parts[:-1])} and {parts[-1]}" if len(parts) > 1 else "".join(parts) or "nothing"
