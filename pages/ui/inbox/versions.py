"""A waiting batch that is a new version of what is here: that it is one, and what it changes."""

from __future__ import annotations

import streamlit as st

from etl.added import join_words
from etl.approval.versions import Change, Version
from pages.ui.explaining import escape

NOT_SAID = "nothing"
TAKES_ITS_PLACE = "Approved, it takes the place of what is here; nothing is counted twice."
NOTHING_DIFFERS = "It says the same as what is here: nothing would change."
LONGEST = 300


def show_version(version: Version | None) -> bool:
    """What the batch is a new version of, if of anything, and each thing that it says otherwise; whether it can be approved."""
    if version is None:
        return True
    if not version.is_here:
        st.warning(
            f"This is a new version of {say_batches(version)}, which is not as it was: it was undone, or changed meanwhile. So this "
            "cannot be approved: both versions would stand. Ask for the change to be made anew, or decline this one."
        )
        return False
    st.markdown(f"**A new version of {escape(version.name)}** ({say_batches(version)}). {TAKES_ITS_PLACE}")
    if not version.changes and not version.also:
        st.markdown(NOTHING_DIFFERS)
        return True
    lines = [say_change(one) for one in version.changes]
    if version.also:
        lines.append(f"{'Also' if lines else 'Only'} {join_words(version.also)}.")
    st.markdown("\n".join(["**What changes**", "", *(f"- {line}" for line in lines)]))
    return True


def say_change(change: Change) -> str:
    """“People: 60 → 70”."""
    return f"{escape(change.what)}: {say_words(change.before)} → **{say_words(change.after)}**"


def say_words(words: str | None) -> str:
    if words is None:
        return NOT_SAID
    return escape(words if len(words) <= LONGEST else f"{words[:LONGEST].rstrip()} …")


def say_batches(version: Version) -> str:
    names = tuple(f"`{batch_id}`" for batch_id in version.batch_ids)
    return f"{'batch' if len(names) == 1 else 'batches'} {join_words(names)}"
