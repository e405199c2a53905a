"""Where the keyboard goes when what it was on has left the page: to what came of pressing it. Constant text, never a user's."""

from __future__ import annotations

import re

import streamlit as st

# A button that is pressed for the last time goes away, and the browser then starts again at the top of the page without a word.
# Only a focus that was lost is led anywhere; the moment in the first line makes the script run anew.
LEAD = """<script>/* moment */
(() => {
  let tries = 0;
  const lead = () => {
    const found = document.querySelector('[class*="st-key-place"]');
    if (found && (!document.activeElement || document.activeElement === document.body)) {
      found.setAttribute("tabindex", "-1");
      found.style.outline = "none";
      found.focus();
    } else if ((tries += 1) < 20) setTimeout(lead, 150);
  };
  setTimeout(lead, 150);
})();
</script>"""


def lead_focus(key: str, moment: str) -> None:
    """Leads a lost keyboard focus to the container of this key, once for each moment. Raises ValueError for a key that is not plain."""
    for word in (key, moment):
        if not re.fullmatch(r"[\w-]+", word):
            raise ValueError(f"“{word}” cannot stand in a script; a key is letters, digits, _ and -.")
    st.html(LEAD.replace("moment", moment).replace("st-key-place", f"st-key-{key}"), unsafe_allow_javascript=True)
