"""The box that files are dropped into, and which of several files is looked at."""

from __future__ import annotations

import hashlib

import streamlit as st

from pages.ui.upload_state import ROUND, Upload

MOST_MEGABYTES = 25
STYLE = """
<style>
.stFileUploader section { padding: 1.1rem; }
.st-key-upload_map { --chart-height: 330px; }
[class*="st-key-upload_found"] p { margin-bottom: 0.2rem; }
[class*="st-key-upload_counts"] strong { font-size: 1.45rem; line-height: 1.2; }
[class*="st-key-upload_match_row"] { border-top: 1px solid color-mix(in srgb, currentColor 16%, transparent); padding-top: 0.5rem; }
[class*="st-key-upload_receipt"] { border-left: 5px solid #22699a !important; }
</style>
"""


def choose_files() -> list[Upload]:
    """The files that were dropped, each content once; the page says what may be sent and that nothing is kept yet."""
    st.html(STYLE)
    st.markdown(
        "Add activity from a file you already have. **Nothing is kept until you confirm**, and you can undo it."
    )
    dropped = st.file_uploader(
        "Drop one or more files here",
        accept_multiple_files=True,
        key=f"upload_files_{st.session_state.get(ROUND, 0)}",
        max_upload_size=MOST_MEGABYTES,
        help="CSV, Excel, ODS, GeoJSON, GeoPackage, zipped Shapefile, Parquet, JSON, or a zip of CSV files. Up to 25 MB and "
        "200,000 rows each; the command line takes more.",
    )
    found: dict[str, Upload] = {}
    for one in dropped or []:
        content = one.getvalue()
        sha256 = hashlib.sha256(content).hexdigest()
        found.setdefault(sha256, Upload(one.name, sha256, content))
    if len(found) < len(dropped or []):
        st.info("Two of these files are the same, byte for byte. It is shown once.")
    return list(found.values())


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
