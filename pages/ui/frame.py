"""What stands around every page: its type, its quiet lines, its print style, and the note of what the product is."""

from __future__ import annotations

import streamlit as st

STYLE = """
<style>
.stMainBlockContainer { padding-top: 3.6rem; padding-bottom: 3rem; max-width: 1480px; }
h1 { font-size: 1.75rem !important; letter-spacing: -0.01em; padding-bottom: 0.1rem !important; }
h2 { font-size: 1.3rem !important; }
h3 { font-size: 1.08rem !important; }
.stApp { font-variant-numeric: tabular-nums; }
/* By night Streamlit writes white on the pale blue of its buttons. */
[data-testid^="stBaseButton-primary"]:not(:disabled) { color: light-dark(#ffffff, #10202c) !important; }
/* The circle of a choice that is not made must be seen, too (WCAG 1.4.11). */
[data-testid="stRadioOption"]:not(:has(input:checked)) > div > div:first-child { border-color: color-mix(in srgb, currentColor 62%, transparent); }
[data-testid="stCaptionContainer"] { opacity: 0.82 !important; } /* Streamlit's own 0.6 is too pale to read on paper */
.stMarkdownColoredBackground { display: inline-block; max-width: 100%; margin: 1px 0; } /* the mark of a name stays in one piece */
[class*="st-key-pair_"] [data-testid="stHorizontalBlock"] { flex-wrap: nowrap; } /* side by side on a phone, too */
/* A chart arrives after the page: what stands under it must not move away from a pointer. */
[class*="st-key-chart_room_"] { min-height: 570px; }
[class*="st-key-chart_nook_"] { min-height: 410px; }
[class*="st-key-chart_nook_activity_"] { min-height: 375px; } /* it has no key of colours */
[class*="st-key-pair_"] [data-testid="stColumn"] { min-width: 0 !important; flex: 1 1 0 !important; width: auto !important; }
.st-key-glance > div, .st-key-stage_strip > div { flex: 1 1 9.5rem !important; width: auto !important; min-width: 9.5rem !important; }
.st-key-glance strong { font-size: 1.5rem; line-height: 1.3; }
[class*="st-key-glance_"] { border-left: 4px solid #8d989f; padding-left: 0.7rem; }
[class*="st-key-glance_breadth"] { border-color: #b86a00; }
[class*="st-key-glance_depth"] { border-color: #22699a; }
.st-key-stage_strip { align-items: stretch !important; }
[class*="st-key-stage_"] strong { font-size: 1.4rem; line-height: 1.5; }
[class*="_not_known"][class*="st-key-stage_"], [class*="_not_applicable"][class*="st-key-stage_"] { border-style: dashed !important; }
.st-key-controls [data-testid="stButtonGroup"] button { min-height: 2.5rem; } /* as tall as the boxes beside it */
.st-key-change_box { max-width: 100%; overflow-x: auto; } /* the years scroll in their own box, never the page */
.stPageLink a, .stButton button[data-testid="stBaseButton-tertiary"] { text-align: left; } /* links that wrap stay a list */
.stButton button[data-testid="stBaseButton-tertiary"] p { text-align: left; }
[data-testid="stSelectbox"] [data-baseweb="select"] div { text-overflow: ellipsis; }
.st-key-summary p { font-size: 1.1rem; }
.st-key-quotes blockquote { color: inherit; opacity: 1; }
@media (max-width: 640px) {
  .stMainBlockContainer { padding-left: 1rem; padding-right: 1rem; }
  h1 { font-size: 1.4rem !important; }
  [class*="st-key-chart_room_"] { min-height: 430px; }
  .st-key-controls { gap: 0.5rem !important; }
  .st-key-controls > div { flex: 1 1 calc(50% - 0.5rem) !important; width: auto !important; min-width: 0 !important; }
  .st-key-controls > div:first-child { flex-basis: 100% !important; }
  .st-key-controls [data-testid="stButtonGroup"] [role="radiogroup"] { flex-wrap: wrap; overflow: visible; }
  .st-key-linked { flex-direction: column !important; align-items: stretch !important; }
  .st-key-linked > div { width: 100% !important; }
  .st-key-linked_arrow [role="img"] { display: inline-block; transform: rotate(90deg); }
}
@media print {
  header, .st-key-controls, [data-testid="stToolbar"], .stDownloadButton { display: none !important; }
  .stMainBlockContainer { padding: 0; }
}
</style>
"""


DARK_STYLE = """
<style>
[data-baseweb="tag"], [data-baseweb="tag"] * { color: #10202c !important; } /* white on pale blue is too faint */
[data-testid="stPopoverBody"], [role="dialog"] { color-scheme: dark; } /* they stand outside the app, which says it of itself */
</style>
"""


def dress() -> None:
    """Our type and print style; a constant text, never a user's."""
    st.html(STYLE)
    if st.context.theme.type == "dark":
        st.html(DARK_STYLE)


def name_tab(title: str) -> None:
    """Names the browser's tab after what the page shows, so that several open pages can be told apart."""
    st.set_page_config(page_title=f"{title} · Soundings")


def show_foot() -> None:
    """What the product is, under every page."""
    st.divider()
    st.caption(
        "Soundings keeps two things apart: where people were asked (breadth) and where they were worked with (depth). "
        "They are never added together. Nothing on this page leaves this machine."
    )
