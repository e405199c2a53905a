"""Check and send: what will be recorded, then the name that follows from it, then the organiser's choice; and the receipt."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

import streamlit as st

from etl.approval.waiting import list_sent
from etl.form.answers import AS_TYPED, FREE_TEXT, HOLD, PUBLISH, REPLY, tidy
from etl.form.drafts import Draft, DraftGone, hold_alone, mark_sent, save_changes
from etl.form.reading import find_form_batches, read_place_names
from etl.form.records import Preview, activity_id_of, prepare, preview_form, send_form
from etl.inbox import ACTIVE, ID_LENGTH, REPLACED, InboxBatch
from etl.loading import redo, undo
from etl.undoing import choose_batch
from pages.ui import keys
from pages.ui.access import Reader
from pages.ui.add.asking import Asking
from pages.ui.add.windows import start_again, start_late_change
from pages.ui.add.words import STEP_OF, say_added, say_record
from pages.ui.explaining import escape
from pages.ui.inbox.sent import show_sent_receipt
from pages.ui.naming import rubric_here, show_pair
from soundings.classify import NOT_CALLED
from soundings.model import SoundingsError
from soundings.participants import say_month
from soundings.rubric import read_rubric

ACTIVITY_PAGE, EXPLORE_PAGE = "pages/rooms/activity.py", "pages/rooms/explore.py"
FINISH = {
    PUBLISH: "Send it, and publish this name with it",
    REPLY: "Send it with a reply of mine beside the name",
    HOLD: "Hold it: keep it as a draft for now",
}
ANSWERS = {"yes": "Yes", "no": "No", "not known": "Don’t know yet"}
ALTERED = (
    "This was sent already, as batch {before}, and is not sent a second time. What you altered since is here as a change of it, "
    "which is not sent yet."
)
# Which step asks about what can be wrong.
FIELDS = {
    "what": ("title", "method", "start", "end"),
    "where": ("where_how", "place_code", "postcode", "outline"),
    "how": ("helped", "settled"),
    "called": ("since", *AS_TYPED),
    "check": ("reply",),
}
STEP_OF_LINE = {"c": "who", "m": "who", "o": "changed"}
ILLUSTRATIVE = (
    "What is loaded here is a made-up place, so what you send is kept as an example: it leaves with the made-up place when "
    "something real is loaded."
)


def show_check(ask: Asking, reader: Reader, draft: Draft, go) -> None:
    """The last step. `go(step)` leads to another step of the form."""
    is_unwritten = ask.answers.get("finish") == REPLY and not tidy(ask.answers, "reply")
    # A reply that is still to be written has its box on this very page: it holds up the sending, not the page.
    answers = {**ask.answers, "finish": ""} if is_unwritten else ask.answers
    preview = preview_form(reader.home, reader.connection, replace(draft, answers=answers), keys.today())
    if preview.problems:
        st.markdown("A little more is needed before this can be sent. Your answers are kept.")
        for number, problem in enumerate(preview.problems):
            with st.container(key=f"add_wrong_line_{number}"):
                st.markdown(f":material/error: **{escape(problem.sentence)}**")
        st.button("Go to these questions", type="primary", on_click=go, args=(step_of(preview.problems[0].field), True))
        return
    show_record(preview, reader, go)
    for problem in ask.notes:
        st.info(
            f"**{escape(ask.answers.get(problem, '')[:60])}**  \n{escape(ask.notes[problem])}",
            icon=":material/visibility_off:",
        )
    ask_next(ask, preview)
    show_name(preview)
    finish = ask.choose("finish", "What would you like to do?", FINISH, usual=PUBLISH, flat=False)
    if finish == REPLY:
        with st.container(key="add_follow_reply"):
            ask.long_text("reply", "Your reply, published beside the name word for word")
    if reader.is_demo:
        st.caption(ILLUSTRATIVE)
    if finish == HOLD:
        st.markdown(
            "Nothing is sent. Your draft is kept under the address of this page: copy it, or find the draft on the page "
            "*Add activity* next time."
        )
        return
    if st.button("Send", type="primary", key="add_send"):
        if is_unwritten:
            go("check", True)
            st.rerun()
        send(ask, reader, draft)


def step_of(field: str) -> str:
    """The step that asks about a field, or about one line of a list: m12_came is asked with who came."""
    line = re.fullmatch(r"([cmo])\d+(_\w+)?", field)
    return STEP_OF_LINE[line[1]] if line else next(step for step, fields in FIELDS.items() if field in fields)


def show_record(preview: Preview, reader: Reader, go) -> None:
    """What will be recorded, heading by heading, each with the way back to its step."""
    st.subheader("What will be recorded", anchor=False)

    def say_place(code: str) -> str:
        return read_place_names(reader.connection, code)

    for title, lines in say_record(preview.sheets, rubric_here(), say_place).items():
        left, right = st.columns([5, 1], vertical_alignment="top", gap="small")
        left.markdown(f"**{title}**  \n" + ("  \n".join(lines) if lines else ":small[Nothing recorded]"))
        right.button("Change", key=f"add_change_{STEP_OF[title]}_{title}", help=f"Change: {title}", type="tertiary",
                     on_click=go, args=(STEP_OF[title],))  # fmt: skip
    for row in (row for sheet in preview.sheets if sheet.name == "statements" for row in sheet.table.to_pylist()):
        month = row.get("said_month")
        st.markdown(f"**Your reply{f' of {say_month(month)}' if month else ''}**  \n{escape(row['words'])}")


def ask_next(ask: Asking, preview: Preview) -> None:
    """One further question, where the record cannot be named yet; it may always be left."""
    fact = ask.answers.get("asked_next") or preview.made.next_question
    if fact is None or (preview.made.next_question is None and f"fact_{fact}" not in ask.answers):
        return
    ask.answers["asked_next"] = fact
    st.subheader("One more question, if you like", anchor=False)
    ask.choose(f"fact_{fact}", read_rubric().facts[fact].question, ANSWERS)


def show_name(preview: Preview) -> None:
    """The name that follows from what is recorded, and why: to the organiser before anyone else."""
    st.subheader("What the record says so far", anchor=False)
    st.markdown("Nobody else has seen this yet. It follows from your answers by rules that are the same for everyone.")
    with st.container(border=True):
        claim, why = preview.recorded.claim, preview.explanation
        show_pair(
            claim.called if claim else None,
            claim.on if claim else None,
            preview.made.rule_id,
            preview.made.comparison,
            "add",
        )
        parts = (why.fits, why.stages, why.statutory)
        st.markdown("\n\n".join(escape(part) for part in parts if part))
        if why.needs and preview.made.comparison != NOT_CALLED:
            with st.expander("Show what the word you use would also need"):
                st.markdown(escape(why.needs))


def send(ask: Asking, reader: Reader, draft: Draft) -> None:
    """Sends the form; on success the draft is gone and the receipt is shown, else the reason is and everything is kept.

    What another window changed a moment ago is shown before it is sent, and what another window sent is not sent again.
    """
    try:
        with st.spinner("Sending …"), hold_alone(reader.home, draft.draft_id):
            batch_id = send_alone(reader, draft, ask.answers)
    except DraftGone:
        st.rerun()
    except (SoundingsError, OSError) as error:
        st.error(escape(str(error)))
        return
    if batch_id:
        st.session_state.pop(keys.ADD_DRAFT, None)
        st.query_params.from_dict({"receipt": batch_id})
    st.rerun()


def send_alone(reader: Reader, draft: Draft, answers: Mapping[str, str]) -> str | None:
    """The number of the batch that was sent; None where another window changed the draft meanwhile. The caller holds it alone."""
    whole = save_changes(reader.home, draft, answers).draft
    if dict(whole.answers) != {name: value for name, value in answers.items() if value}:
        return None
    if before := find_recorded(reader, whole):
        return settle_sent(reader, whole, before)
    result = send_form(
        reader.home,
        reader.connection,
        whole,
        keys.today(),
        is_demo=reader.is_demo,
        invitation=reader.invitation,
    )
    mark_sent(reader.home, whole, result.batch_id)
    return result.batch_id


def settle_sent(reader: Reader, draft: Draft, before: str) -> str | None:
    """The batch it was sent as, where it is the same; None where it was altered since, which is now a draft of a change."""
    invited = reader.invitation.organisation if reader.invitation else None
    _, manifest, _ = prepare(reader.home, reader.connection, draft, keys.today(), "", invited)
    change = None
    if manifest["batch_sha256"][:ID_LENGTH] != before:
        change = start_late_change(reader, draft, draft.answers)
        if change is None:
            raise SoundingsError(
                f"This was sent already, as batch {before}, and is not sent a second time. Your draft is kept: once that batch is "
                "approved, or taken out, it can be sent as it is now."
            )
        st.session_state.setdefault(keys.NOTES, []).append(ALTERED.format(before=before))
        st.query_params.from_dict({"draft": change.draft_id})
    mark_sent(reader.home, draft, before)
    return None if change else before


def find_recorded(reader: Reader, draft: Draft) -> str | None:
    """The batch of this draft's new activity, where it is recorded or waits already: its sending was cut short before the draft went."""
    if draft.about.get("what"):
        return None
    activity_id = activity_id_of(draft)
    sent = [one for one in list_sent(reader.home, reader.scope) if one.is_open] if reader.invitation else []
    waiting = [one.batch_id for one in sent if one.batch.read_manifest()["options"].get("activity") == activity_id]
    return next(iter([*(find_form_batches(reader.connection, activity_id) or ()), *waiting]), None)


def show_receipt(reader: Reader, batch_id: str) -> bool:
    """The receipt of a batch that came by the form: its number, what was added, and undo. False where there is none."""
    if reader.invitation:
        return show_sent_receipt(reader, batch_id, start_again)
    try:
        batch = choose_batch(reader.home, batch_id)
        manifest = batch.read_manifest()
    except SoundingsError:
        return False
    if "form" not in manifest["options"]:
        return False
    added = say_added({kept["name"]: kept["row_count"] for kept in manifest["files"]})
    activity = manifest["options"]["activity"]
    if batch.state == ACTIVE:
        st.title("Sent. Thank you.", anchor=False)
        st.success(f"Batch **{batch.batch_id}** is recorded: {added}.")
        if decisions := [say_decision(text) for text in manifest["decisions"]]:
            st.markdown("\n".join(f"- {escape(text)}" for text in decisions))
        with st.container(horizontal=True):
            st.page_link(
                ACTIVITY_PAGE,
                label="See its page",
                icon=":material/arrow_forward:",
                query_params={"activity": activity},
            )
            st.page_link(EXPLORE_PAGE, label="See the map", icon=":material/map:")
        st.markdown("If something is not right, you can take it out again. Nothing else is touched.")
        st.button("Undo", icon=":material/undo:", on_click=change_state, args=(reader, batch, "undo"))
    elif batch.state == REPLACED:
        st.title("A later version stands", anchor=False)
        st.info(
            f"Batch **{batch.batch_id}** ({added}) was changed since, and stands aside for its later version. It comes back by "
            "itself where that one is undone."
        )
        st.page_link(
            ACTIVITY_PAGE, label="See its page", icon=":material/arrow_forward:", query_params={"activity": activity}
        )
    else:
        st.title("Taken out again", anchor=False)
        st.info(f"Batch **{batch.batch_id}** ({added}) is {batch.state}. It is kept aside and can be put back.")
        st.button("Put it back", icon=":material/redo:", on_click=change_state, args=(reader, batch, "redo"))
    st.button("Add another activity", key="add_again", type="tertiary", on_click=start_again)
    return True


def say_decision(text: str) -> str:
    """What screening took out, kindly: it speaks of columns, and the organiser typed into boxes."""
    name = text.split("'")[1] if text.count("'") > 1 else ""
    what = text.partition(" had ")[2].partition(" taken out")[0]
    if name in (*FREE_TEXT, "evidence", "what_changed", "who_decided", "why_not_shared", "who", "words") and what:
        return f"To keep people private, {what} was left out of what you typed."
    return text


def change_state(reader: Reader, batch: InboxBatch, what: str) -> None:
    """Undoes or redoes the batch; a failure is said on the page."""
    try:
        (undo if what == "undo" else redo)(reader.home, batch.batch_id)
    except SoundingsError as error:
        st.session_state.setdefault(keys.NOTES, []).append(str(error))
