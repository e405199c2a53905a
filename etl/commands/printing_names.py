"""What the commands about names print."""

from __future__ import annotations

import json
from dataclasses import asdict

from etl.naming import NameChange
from soundings.classify import classify
from soundings.explanation import DO_NOT_TARGET, explain
from soundings.facts_file import read_recorded, write_answer
from soundings.home import Home
from soundings.rubric import Rubric
from soundings.thresholds import LABELS, find_rubric, read_changes

DONE = 0


def show_classification(told: object, where: str, rubric: Rubric, as_json: bool) -> int:
    """Prints one activity's name and why. Raises BadFile where the facts cannot be read."""
    recorded = read_recorded(told, where, rubric)
    made = classify(recorded, rubric)
    explanation = explain(recorded, made, rubric)
    if as_json:
        print(json.dumps(write_answer(made, explanation), ensure_ascii=False, indent=1))
        return DONE
    print(made.name)
    print(explanation.text)
    print(f"Rubric {made.rubric_version}, rule {made.rule}.")
    return DONE


def show_name_changes(changes: list[NameChange], as_json: bool) -> int:
    """Prints what a run over the register changed, and why."""
    renamed = [change for change in changes if change.before != change.after]
    if as_json:
        print(
            json.dumps(
                {"rows_added": len(changes), "changes": [asdict(change) for change in changes]},
                ensure_ascii=False,
                indent=1,
            )
        )
        return DONE
    if not changes:
        print("No activity's facts have changed, and nor has the rubric. No name was added.")
        return DONE
    for change in renamed:
        print(f"{change.title}: {change.after}. {change.because}")
    same = len(changes) - len(renamed)
    print(f"{len(renamed):,} names changed; {same:,} stayed the same and were noted again with what is recorded now.")
    print(DO_NOT_TARGET)
    return DONE


def show_thresholds(home: Home, as_json: bool) -> int:
    """Prints the thresholds in force and the log of their changes."""
    rubric, changes = find_rubric(home), read_changes(home)
    if as_json:
        told = {
            "rubric_version": rubric.version,
            "thresholds": asdict(rubric.thresholds),
            "changes": [asdict(c) for c in changes],
        }
        print(json.dumps(told, ensure_ascii=False, indent=1))
        return DONE
    print(f"Rubric {rubric.version}")
    for name, value in asdict(rubric.thresholds).items():
        print(f"{name} = {value}  ({LABELS[name]})")
    for change in changes:
        print(f"{change.at[:10]} {change.who}: {change.threshold} from {change.before} to {change.after}. {change.why}")
    if not changes:
        print("No threshold has been changed here.")
    return DONE
