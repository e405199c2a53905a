"""One question of the form on the screen: its label, what is wrong beside it, and its answer kept in the draft."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import streamlit as st

from etl.form.drafts import Draft
from pages.ui import keys
from pages.ui.explaining import escape

PAUSE = "700ms"
LONGEST = 2_000
SHORTEST = 200
PLEASE = "Choose one"


@dataclass
class Asking:
    """The answers while a page of the form is drawn. `problems` and `notes` are sentences by field; notes do not hold it up.

    Each draft has boxes of its own: what a browser still says of another draft's box can reach no answer of this one. A box gets
    its answer as its default at each run, never by the session: a value set there reaches the browser with one run only, and where
    that run is cut short the box would come up empty and take the answer with it.
    """

    draft_id: str
    answers: dict[str, str]
    problems: Mapping[str, str] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)

    def keep(self, name: str, value: str | None) -> str:
        """The answer, kept; an empty one is none."""
        if value:
            self.answers[name] = value
        else:
            self.answers.pop(name, None)
        return value or ""

    def put(self, name: str, value: str) -> None:
        """An answer that no box asks for, taken at the next run with what is typed: for a button to call."""
        st.session_state[self.name_box(name)] = value

    def name_box(self, name: str) -> str:
        """The session key of this draft's box for an answer."""
        return f"{start_of_boxes(self.draft_id)}{name}"

    def say_problem(self, name: str) -> None:
        """What is wrong with this answer and what to do; or what will be left out of it."""
        if name in self.problems:
            with st.container(key=f"add_error_{name}"):
                st.markdown(f":material/error: **{escape(self.problems[name])}**")
        elif name in self.notes:
            st.markdown(f":material/visibility_off: {escape(self.notes[name])}")

    def hold(self, name: str):
        """A container that stands out where this answer is wrong."""
        return st.container(key=f"add_{'wrong' if name in self.problems else 'field'}_{name}", gap="xsmall")

    def text(
        self, name: str, label: str, *, note: str = "", width: int | str = "stretch", limit: int = SHORTEST
    ) -> str:
        """A line of text, kept as it is typed."""
        with self.hold(name):
            self.say_problem(name)
            value = self.line(name, label, width, limit)
            if note:
                st.caption(note)
        return self.keep(name, value)

    def line(self, name: str, label: str, width: int | str, limit: int) -> str:
        """A box for one line, saved after a pause in typing."""
        return st.text_input(
            label, self.answers.get(name, ""), key=self.name_box(name), max_chars=limit, live=PAUSE, width=width,
            autocomplete="off",
        )  # fmt: skip

    def long_text(self, name: str, label: str, *, note: str = "", height: int = 96) -> str:
        """Some lines of text."""
        with self.hold(name):
            self.say_problem(name)
            value = st.text_area(
                label, self.answers.get(name, ""), key=self.name_box(name), max_chars=LONGEST, height=height
            )
            if note:
                st.caption(note)
        return self.keep(name, value)

    def choose(
        self,
        name: str,
        label: str,
        options: Mapping[str, str],
        *,
        note: str = "",
        usual: str | None = None,
        flat: bool = True,
    ) -> str:
        """One of a few, by buttons; `usual` is chosen at first, else none is."""
        kept = self.answers.get(name)
        with self.hold(name):
            self.say_problem(name)
            value = self.buttons(name, label, options, kept if kept in options else usual, flat)
            if note:
                st.caption(note)
        return self.keep(name, value)

    def buttons(
        self, box: str, label: str, options: Mapping[str, str], start: str | None, flat: bool = True
    ) -> str | None:
        """Buttons of which one is pressed: `start` where none of them was so far."""
        key = self.name_box(box)
        if start is not None and st.session_state.get(key, start) not in options:
            st.session_state[key] = start
        at = None if start is None else list(options).index(start)
        return st.radio(label, list(options), at, key=key, format_func=options.get, horizontal=flat)

    def select(
        self,
        name: str,
        label: str,
        options: Sequence[str],
        *,
        say: Callable[[str], str] = str,
        note: str = "",
    ) -> str:
        """One of many, found by typing."""
        key = self.name_box(name)
        kept = self.answers.get(name)
        if st.session_state.get(key) is not None and st.session_state[key] not in options:
            st.session_state[key] = None
        at = list(options).index(kept) if kept in options else None
        with self.hold(name):
            self.say_problem(name)
            value = st.selectbox(label, list(options), at, key=key, format_func=say, placeholder=note or PLEASE)
        return self.keep(name, value)

    def day(self, name: str, label: str, note: str = "For example, 27 3 2026") -> None:
        """A day in three boxes, which are one group."""
        with self.hold(name), st.container(key=f"add_group_{name}", gap="xsmall"):
            st.markdown(f"**{label}**  \n:small[{note}]" if note else f"**{label}**")
            self.say_problem(name)
            with st.container(horizontal=True, key=f"add_day_{name}"):
                for part, width in (("day", 80), ("month", 96), ("year", 96)):
                    box = f"{name}_{part}"
                    self.keep(box, self.line(box, part.title(), width, 12))


def start_of_boxes(draft_id: str) -> str:
    """What the session keys of this draft's boxes begin with. Boxes filled anew are others to the browser: it holds on to the old."""
    return f"{keys.ADD}{draft_id}_{st.session_state.get(keys.ADD_TURN, 0)}_"


def take_typed(draft: Draft) -> dict[str, str]:
    """The draft's answers with what was typed into this page's boxes just now, so that what is said beside them is of now."""
    answers, start = dict(draft.answers), start_of_boxes(draft.draft_id)
    for key, value in st.session_state.items():
        name = str(key).removeprefix(start)
        if str(key).startswith(start) and not name.startswith("precision_") and isinstance(value, str | None):
            answers[name] = value or ""
    return {name: value for name, value in answers.items() if value}


def forget_widgets() -> None:
    """The form's boxes are filled anew from the draft: another draft is shown now, or another window changed this one."""
    st.session_state[keys.ADD_TURN] = st.session_state.get(keys.ADD_TURN, 0) + 1
    for key in [key for key in st.session_state if str(key).startswith(keys.ADD)]:
        del st.session_state[key]
