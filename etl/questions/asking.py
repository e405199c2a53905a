"""Running the checks: what is asked about a file, what is assumed, and what the answers make of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from etl.questions import checks
from etl.questions.types import TAKES_PLACE, Checked, Context, Question, RecordContext
from etl.types import Mapped, Sheet
from soundings.model import BadFile

MOST_AT_ONCE = 3
ANSWERS, LEFT_OUT = (
    "answers",
    "left_out",
)  # in a batch's manifest: every answer that held, given or assumed; rows left out


def check_sheets(sheets: list[Sheet], context: Context) -> Checked:
    """The sheets after every check of sheets, with all that was asked, decided and left out."""
    questions, decisions, left_out = [], [], []
    for check in checks.SHEET_CHECKS:
        checked = check(sheets, context)
        sheets = checked.sheets
        questions += checked.questions
        decisions += checked.decisions
        left_out += checked.left_out
    return Checked(sheets, tuple(questions), tuple(decisions), tuple(left_out))


def check_records(context: RecordContext) -> tuple[Question, ...]:
    """All that is asked about the mapped records."""
    return tuple(question for check in checks.RECORD_CHECKS for question in check(context))


def settle(questions: Iterable[Question], answers: Mapping[str, str]) -> dict[str, str]:
    """Question id → the choice that holds, given or assumed, for every question."""
    return {question.id: question.find_choice(answers).id for question in questions}


def apply_answers(mapped: Mapped, manifest: dict) -> Mapped:
    """The records as the answers in the manifest make them. A pure function, run again at every rebuild."""
    answers = manifest.get(ANSWERS) or {}
    for rule in checks.ANSWER_RULES if answers else ():
        mapped = rule(mapped, answers)
    return mapped


def find_replaced(questions: Iterable[Question], answers: Mapping[str, str]) -> list[str]:
    """The batches whose place the file takes, as a person answered."""
    return [one for question in questions if answers.get(question.id) == TAKES_PLACE for one in question.batches]


def order(questions: Iterable[Question], answers: Mapping[str, str]) -> list[Question]:
    """The questions in the order they are asked: those that must be answered, then those that move most records."""
    return sorted(questions, key=lambda one: (not one.is_open(answers), -one.moves, one.id))


def check_answers(questions: Iterable[Question], answers: Mapping[str, str]) -> None:
    """Raises BadFile where an answer is to a question that is not asked, or is none of its choices."""
    asked = {question.id: question for question in questions}
    for question_id, choice_id in answers.items():
        question = asked.get(question_id)
        if question is None:
            known = ", ".join(asked) or "nothing is asked about this file"
            raise BadFile(f"The file raises no question “{question_id}”. Questions about it: {known}.")
        if choice_id not in {choice.id for choice in question.choices}:
            choices = ", ".join(choice.id for choice in question.choices)
            raise BadFile(f"“{choice_id}” is no answer to “{question_id}”. Choose one of: {choices}.")


def require_answers(questions: Iterable[Question], answers: Mapping[str, str], file_name: str) -> None:
    """Raises BadFile, with how to answer, where a question has to be answered before anything is taken in."""
    waiting = [question for question in order(questions, answers) if question.is_open(answers)]
    if waiting:
        said = "\n".join(line for question in waiting for line in say_question(question, answers))
        raise BadFile(f"{file_name} was not loaded, because only you can say this:\n{said}")


def say_question(question: Question, answers: Mapping[str, str]) -> list[str]:
    """A question on the command line: the sentence, the evidence, and each choice as the option that says it."""
    lines = [question.sentence, *(f"  {line}" for line in question.evidence)]
    for choice in question.choices:
        mark = ""
        if answers.get(question.id) == choice.id:
            mark = " (your answer)"
        elif question.id not in answers and not question.must_answer and choice.id == question.assumed:
            mark = " (assumed)"
        lines.append(f"  --answer '{question.id}={choice.id}'  {choice.label}{mark}")
    return lines


def parse_answers(said: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """(question id, choice id) of each `ID=CHOICE`. Raises BadFile where one is of another form."""
    answers = []
    for one in said:
        question_id, equals, choice_id = one.rpartition("=")
        if not (equals and question_id.strip() and choice_id.strip()):
            raise BadFile(f"“{one}” is no answer. Write --answer 'QUESTION=CHOICE', as the question shows it.")
        answers.append((question_id.strip(), choice_id.strip()))
    return tuple(answers)
