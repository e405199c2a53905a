"""Asking the people who took part: askings, sealed answers, permitted totals and statements."""
