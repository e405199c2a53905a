"""How long a test waits for a state before it takes the other side to hang: never for a time, never to measure speed."""

from __future__ import annotations

HANGING = 120  # seconds
