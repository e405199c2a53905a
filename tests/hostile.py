"""What someone may call an activity in the hope that a page takes it for something else than words."""

from __future__ import annotations

HOSTILE = [
    "<img src=x onerror=window.__pwned=1>",
    ']{background="red"} :red[x] `${alert(1)}`',
    "[click](javascript:window.__pwned=1) ![x](https://example.invalid/x.png)",
    "$$\\LaTeX$$ :material/star: **bold** # head",
]
