"""The look of the page Upload: a constant text, never a user's."""

from __future__ import annotations

import streamlit as st

STYLE = """
<style>
.stMainBlockContainer { max-width: 1180px; }
.stFileUploader section { padding: 1.1rem; }
[class*="st-key-upload_found"] p { margin-bottom: 0.2rem; }
[class*="st-key-upload_counts"] strong { font-size: 1.45rem; line-height: 1.2; }
[class*="st-key-upload_match_row"] { border-top: 1px solid color-mix(in srgb, currentColor 16%, transparent); padding-top: 0.6rem; gap: 0.3rem; }
[class*="st-key-upload_match_row"] p, [class*="st-key-upload_match_row"] [data-testid="stMarkdownContainer"] { margin-bottom: 0; }
[class*="st-key-upload_step"] { border-left: 3px solid #8d989f; padding-left: 0.8rem; }
@media (max-width: 640px) { [class*="st-key-upload_match_row"] [data-testid="stHorizontalBlock"] { gap: 0.4rem; } }
[class*="st-key-upload_receipt"] { border-left: 5px solid #17577f !important; }
</style>
"""


def dress_upload() -> None:
    """The page's own type and lines, beside those of every page."""
    st.html(STYLE)
