"""How the form looks: one narrow column, large targets, an error that is seen without its colour. Constant text."""

from __future__ import annotations

import streamlit as st

STYLE = """
<style>
.stMainBlockContainer:has(.st-key-add_form) { max-width: 760px; }
.stMainBlockContainer [data-testid="stElementContainer"]:has(> .stHtml) { display: none; }
.st-key-add_form .stTextInput [data-baseweb="input"], .st-key-add_form .stTextArea [data-baseweb="textarea"],
.st-key-add_form [data-testid="stTextInputRootElement"], .st-key-add_form [data-testid="stTextAreaRootElement"],
.st-key-add_form .stSelectbox [data-baseweb="select"] > div { border-color: color-mix(in srgb, currentColor 55%, transparent); }
.st-key-add_form .stRadio { width: 100% !important; }
.st-key-add_form label p { font-size: 1rem; }
.st-key-add_form .stRadio > label p, .st-key-add_form .stTextInput > label p, .st-key-add_form .stTextArea > label p,
.st-key-add_form .stSelectbox > label p { font-weight: 600; line-height: 1.35; }
.st-key-add_form .stRadio [role="radiogroup"] { width: 100%; gap: 0.45rem; flex-flow: row wrap; }
.st-key-add_form .stRadio [data-testid="stRadioOption"] { min-height: 44px; margin: 0; padding: 0 0.9rem 0 0.7rem;
  display: flex; align-items: center; border-radius: 8px;
  border: 1px solid color-mix(in srgb, currentColor 50%, transparent); }
.st-key-add_form .stRadio [data-testid="stRadioOption"] > div { align-items: center; }
.st-key-add_form .stRadio [data-testid="stRadioOption"] > div > div:first-child { margin-top: 0; }
.st-key-add_form .stRadio [data-testid="stRadioOption"]:has(input:checked) { box-shadow: inset 0 0 0 1.5px currentColor;
  background: color-mix(in srgb, currentColor 8%, transparent); }
.st-key-add_form .stRadio [data-testid="stRadioOption"]:has(input:focus-visible) { outline: 3px solid currentColor; outline-offset: 2px; }
.st-key-add_form .stTextInput input { min-height: 44px; font-size: 1.05rem; }
.st-key-add_form .stSelectbox [data-baseweb="select"] > div { min-height: 44px; }
.st-key-add_form .stButton button { min-height: 44px; }
.st-key-add_form [class*="st-key-add_day_"] { gap: 0.6rem !important; flex-wrap: nowrap !important; }
.st-key-add_form [class*="st-key-add_day_"] > * { flex-shrink: 1 !important; min-width: 3rem !important; }
.st-key-add_form [class*="st-key-add_day_"] .stTextInput { max-width: 100%; }
.st-key-add_form [class*="st-key-add_wrong_"] { border-left: 5px solid #b3261e; padding-left: 0.8rem; }
.st-key-add_form [class*="st-key-add_follow_"] { border-left: 4px solid color-mix(in srgb, currentColor 30%, transparent); padding-left: 0.9rem; }
@media (max-width: 640px) {
  .st-key-add_form .stButton, .st-key-add_form .stButton button { width: 100%; }
}
</style>
"""
# Goes back to the top of the page when another step is shown, the keyboard with it; the step's name makes it run anew.
TO_TOP = """<script>/* step */
document.querySelector('[data-testid="stMain"]')?.scrollTo(0, 0);
if (window.soundingsForm) setTimeout(() => {
  const title = document.querySelector('[data-testid="stMain"] h1'), on = document.activeElement;
  if (!title || (on && on !== document.body && !on.closest("button"))) return;
  title.setAttribute("tabindex", "-1");
  title.style.outline = "none";
  title.focus({ preventScroll: true });
}, 250);
</script>"""
# A long answer is sent to the server after a pause in typing, as short ones are: by the keys that would send it. Boxes that
# belong together (day, month, year; one meeting) are one group by name, and a box that is wrong says why, to those who listen.
LIVE = """<script>
if (!window.soundingsForm) {
  window.soundingsForm = true;
  let waiting = null, looking = null, number = 0;
  document.addEventListener("input", (event) => {
    const box = event.target;
    if (!box.matches || !box.matches(".st-key-add_form textarea")) return;
    clearTimeout(waiting);
    waiting = setTimeout(() => box.dispatchEvent(new KeyboardEvent("keydown",
      { key: "Enter", code: "Enter", ctrlKey: true, metaKey: true, bubbles: true, cancelable: true })), 900);
  });
  const name = (node) => node.id || (node.id = "add-said-" + (number += 1));
  const tell = () => {
    looking = null;
    document.querySelectorAll('.st-key-add_form [class*="st-key-add_group_"]').forEach((group) => {
      const said = group.querySelector("strong");
      if (said && group.getAttribute("aria-labelledby") !== name(said)) {
        group.setAttribute("role", "group");
        group.setAttribute("aria-labelledby", name(said));
      }
    });
    document.querySelectorAll(".st-key-add_form input, .st-key-add_form textarea").forEach((box) => {
      const wrong = box.closest('[class*="st-key-add_wrong_"]');
      const said = wrong && wrong.querySelector('[class*="st-key-add_error_"] p');
      if (said && box.getAttribute("aria-describedby") !== name(said)) {
        box.setAttribute("aria-invalid", "true");
        box.setAttribute("aria-describedby", name(said));
      } else if (!wrong && (box.getAttribute("aria-describedby") || "").startsWith("add-said-")) {
        box.removeAttribute("aria-invalid");
        box.removeAttribute("aria-describedby");
      }
    });
  };
  new MutationObserver(() => { looking = looking || setTimeout(tell, 120); }).observe(document.body, { childList: true, subtree: true });
  tell();
}
</script>"""


def dress_form() -> None:
    """The form's look; a constant text, never a user's."""
    st.html(STYLE)


def go_to_top(step: str) -> None:
    """Scrolls up where another step is shown, and has long answers saved as they are typed. `step` is one of the form's own."""
    st.html(TO_TOP.replace("step", step) + LIVE, unsafe_allow_javascript=True)
