"""Sorting many whole numbers quickly."""

from __future__ import annotations

import numpy as np

DIGIT_BITS = 16  # numpy sorts keys of so many bits digit by digit, in a third of the time of longer ones


def sort_stably(keys: np.ndarray) -> np.ndarray:
    """An order in which the keys, whole numbers from 0, rise; equal ones stay in the order in which they came."""
    highest = int(keys.max(initial=0))
    order = np.argsort(keys.astype(np.uint16), kind="stable")
    for shift in range(DIGIT_BITS, highest.bit_length(), DIGIT_BITS):
        digit = (keys >> shift).astype(np.uint16)
        order = order[np.argsort(digit[order], kind="stable")]
    return order
