"""The box that files are dropped into, and which of several files is looked at."""

from __future__ import annotations

import hashlib
import io

import streamlit as st

from etl.template.files import WORKBOOK, write_workbook
from pages.ui.upload.state import Upload, empty_box, is_done, recall_receipts, recall_round
from pages.ui.upload.style import dress_upload

MOST_MEGABYTES = 25
STEPS = (
    ("Drop a file", "A spreadsheet or an export, as it is. Columns about people are found and left out."),
    ("See what it would become", "The rows, a small map, and what needs putting right: here, on the spot."),
    ("Confirm, or change your mind", "You get a batch number and an Undo button."),
)


def choose_files() -> list[Upload]:
    """The files that were dropped, each content once; the page says what may be sent and that nothing is kept yet."""
    dress_upload()
    st.markdown(
        "Add activity from a file you already have. **Nothing is kept until you confirm**, and you can undo it."
    )
    dropped = st.file_uploader(
        "Drop one or more files here",
        accept_multiple_files=True,
        key=f"upload_files_{recall_round()}",
        max_upload_size=MOST_MEGABYTES,
        help="CSV, Excel, ODS, GeoJSON, GeoPackage, zipped Shapefile, Parquet, JSON, or a zip of CSV files. Up to 25 MB and "
        "200,000 rows each; the command line takes more.",
    )
    if not dropped and not recall_receipts():
        explain_steps()
    found: dict[str, Upload] = {}
    for one in dropped or []:
        content = one.getvalue()
        sha256 = hashlib.sha256(content).hexdigest()
        found.setdefault(sha256, Upload(one.name, sha256, content))
    if len(found) < len(dropped or []):
        st.info("Two of these files are the same, byte for byte. It is shown once.")
    if found and all(is_done(upload) for upload in found.values()):
        empty_box()
    return [upload for upload in found.values() if not is_done(upload)]


def explain_steps() -> None:
    """What will happen, in three lines, and the template for those who have no file yet."""
    for number, (column, (title, words)) in enumerate(zip(st.columns(3), STEPS, strict=True), start=1):
        with column, st.container(key=f"upload_step_{number}"):
            st.markdown(f"**{number}. {title}**  \n{words}")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(
            "Download an empty template (Excel)",
            make_workbook,
            file_name=WORKBOOK,
            mime="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            on_click="ignore",
            key="upload_template",
            icon=":material/download:",
        )
        st.caption("Only where you have no file yet: most spreadsheets can come as they are.")


def make_workbook() -> bytes:
    """The template as a workbook with its lists to choose from, and no rows."""
    file = io.BytesIO()
    write_workbook(file)
    return file.getvalue()


def choose_one(uploads: list[Upload]) -> Upload | None:
    """The file to look at: the only one, or the one picked; None where none was dropped."""
    if len(uploads) < 2:
        return uploads[0] if uploads else None
    names = {upload.sha256: f"{number}. {upload.name}" for number, upload in enumerate(uploads, start=1)}
    chosen = st.radio(
        f"{len(uploads)} files, one at a time. Which one now?",
        list(names),
        format_func=names.get,
        key="upload_which",
        horizontal=True,
    )
    return next(upload for upload in uploads if upload.sha256 == chosen)
