"""What becomes of the activities of a waiting batch that look like ones that are here: asked of the steward, pair by pair."""

from __future__ import annotations

from dataclasses import dataclass, field

import streamlit as st

from etl.approval.foreseeing import Foreseen
from etl.approval.waiting import Waiting
from pages.ui.explaining import escape
from pages.ui.inbox.sent import say_day
from soundings.views import say_count

KEEP_BOTH, LEAVE_OUT = "They are different: keep both", "They are the same: leave this one out"
ADD_TO = "They are the same: keep the one that is here, and add this one’s meetings and figures to it"
TWINS_ASKED = 20


@dataclass(frozen=True)
class Same:
    """What a steward says of activities that are here already: those to leave out, and those to add to the one here (id → id here).

    `is_settled`: whether it was said of each.
    """

    left_out: tuple[str, ...] = ()
    merged: dict[str, str] = field(default_factory=dict)
    is_settled: bool = True


def ask_twins(sent: Waiting, foreseen: Foreseen) -> Same:
    """What becomes of the activities that are here already, as far as it was said."""
    if foreseen.preview.same_rows:
        st.warning(
            f"These look like the very rows of batch `{foreseen.preview.same_rows}`, which is on the map. Approved, they count twice."
        )
    left_out, merged, is_settled = [], {}, True
    for twin in foreseen.preview.twins[:TWINS_ASKED]:
        with st.container(border=True, key=f"inbox_twin_{sent.batch_id}_{twin.own_id}"):
            ours, theirs = st.columns(2)
            when = say_day(twin.day.isoformat())
            ours.markdown(f"**Sent now**  \n{escape(twin.title)}  \n{when}, {escape(twin.place or 'no place')}")
            theirs.markdown(
                f"**Here already**  \nThe same title, place and week  \nfrom {escape(twin.file_name)}, batch `{twin.batch_id}`"
            )
            chosen = st.radio(
                f"Is “{escape(twin.title)}” the same as what is here?",
                [KEEP_BOTH, LEAVE_OUT, *([ADD_TO] if twin.own_id in foreseen.mergeable else [])],
                index=None,
                key=f"inbox_same_{sent.batch_id}_{twin.own_id}",
            )
            is_settled = is_settled and chosen is not None
            if chosen == LEAVE_OUT:
                left_out.append(twin.own_id)
            if chosen == ADD_TO:
                merged[twin.own_id] = foreseen.mergeable[twin.own_id]
                st.caption(
                    "A meeting of the same day counts once. Figures are added up: choose this only where they count other people or "
                    "answers. Whatever else this one says is left out."
                )
    if (rest := len(foreseen.preview.twins) - TWINS_ASKED) > 0:
        st.caption(
            f"{say_count(rest, 'more activities')} look like ones that are here. Approved, they are kept beside them."
        )
    return Same(tuple(left_out), merged, is_settled)
