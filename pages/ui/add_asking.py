"""One question of the form on the screen: its label, what is wrong beside it, and its answer kept in the draft."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import streamlit as st

from pages.ui import keys
from pages.ui.explaining import escape

PAUSE = "700ms"
LONGEST = 2_000
SHORTEST = 200
PLEASE = "Choose one"


@dataclass
class Asking:
    """The answers while a page of the form is drawn. `problems` and `notes` are sentences by field; notes do not hold it up.

    Each draft has boxes of its own: what a browser still says of another draft's box can reach no answer of this one.
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

    def key(self, name: str) -> str:
        """The widget's key, filled from the draft where the widget is new."""
        key = self.name_box(name)
        if key not in st.session_state:
            st.session_state[key] = self.answers.get(name, "")
        return key

    def name_box(self, name: str) -> str:
        """The session key of this draft's box for an answer."""
        return f"{keys.ADD}{self.draft_id}_{name}"

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
            if note:
                key = self.key(name)
                self.say_problem(name)
                value = st.text_input(label, key=key, max_chars=limit, live=PAUSE, width=width, autocomplete="off")
                st.caption(note)
            else:
                self.say_problem(name)
                value = st.text_input(
                    label, key=self.key(name), max_chars=limit, live=PAUSE, width=width, autocomplete="off"
                )
        return self.keep(name, value)

    def long_text(self, name: str, label: str, *, note: str = "", height: int = 96) -> str:
        """Some lines of text."""
        with self.hold(name):
            self.say_problem(name)
            value = st.text_area(label, key=self.key(name), max_chars=LONGEST, height=height)
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
        key = self.name_box(name)
        if st.session_state.get(key) not in options:
            kept = self.answers.get(name)
            st.session_state[key] = kept if kept in options else usual
        with self.hold(name):
            self.say_problem(name)
            value = st.radio(label, list(options), key=key, format_func=options.get, horizontal=flat)
            if note:
                st.caption(note)
        return self.keep(name, value)

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
        if key not in st.session_state:
            st.session_state[key] = self.answers.get(name) or None
        if st.session_state[key] not in options:
            st.session_state[key] = None
        with self.hold(name):
            self.say_problem(name)
            value = st.selectbox(label, list(options), key=key, format_func=say, placeholder=note or PLEASE, index=None)
        return self.keep(name, value)

    def day(self, name: str, label: str, note: str = "For example, 27 3 2026") -> None:
        """A day in three boxes, which are one group."""
        with self.hold(name), st.container(key=f"add_group_{name}", gap="xsmall"):
            st.markdown(f"**{label}**  \n:small[{note}]" if note else f"**{label}**")
            self.say_problem(name)
            with st.container(horizontal=True, key=f"add_day_{name}"):
                for part, width in (("day", 80), ("month", 96), ("year", 96)):
                    box = f"{name}_{part}"
                    value = st.text_input(
                        part.title(), key=self.key(box), max_chars=12, live=PAUSE, width=width, autocomplete="off"
                    )
                    self.keep(box, value)


def forget_widgets() -> None:
    """The form's boxes are filled anew from the draft: another draft is shown now."""
    for key in [key for key in st.session_state if str(key).startswith(keys.ADD)]:
        del st.session_state[key]
