"""The sheet of codes to print, cut up and shuffle: one HTML page with the QR codes drawn in it, made on this machine."""

from __future__ import annotations

from html import escape
from urllib.parse import urlsplit

import segno

from etl.participants.waves import Opened
from soundings.model import SoundingsError
from soundings.participants import read_texts

STYLE = """
@page { size: A4 portrait; margin: 10mm; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 190mm; font: 10pt/1.35 system-ui, sans-serif; color: #000; background: #fff; }
h1 { font-size: 14pt; margin: 0 0 2mm; }
.first { padding: 0 0 4mm; }
.slips { display: grid; grid-template-columns: 1fr 1fr; }
.slip { border: 0.3mm dashed #888; margin: -0.15mm; padding: 4mm; display: flex; gap: 4mm; align-items: center;
  break-inside: avoid; min-height: 50mm; }
.slip svg { width: 38mm; height: 38mm; flex: none; }
.slip h2 { font-size: 11pt; margin: 0 0 1mm; }
.slip p { margin: 0 0 1mm; }
.typed { font: 8pt/1.3 ui-monospace, monospace; overflow-wrap: anywhere; }
.poster { text-align: center; padding-top: 15mm; break-inside: avoid; }
.poster svg { width: 110mm; height: 110mm; }
.poster h2 { font-size: 26pt; margin: 0 0 4mm; }
.poster p { font-size: 14pt; }
.own { break-before: page; }
"""


def make_sheet(opened: Opened, address: str) -> str:
    """A whole HTML page for A4: a slip for each code in an order that means nothing, or one poster; the group's own slip last.

    `address` is where the dashboard is reached, such as http://192.0.2.7:8501. Raises SoundingsError where it is none.
    """
    base = check_address(address)
    title, texts = escape(opened.wave.title), read_texts()
    name, own = texts.form["title"], texts.statement["title"]
    if opened.wave.is_one_each:
        slips = "".join(make_slip(name, title, link_of(base, code)) for code in opened.codes)
        body = (
            '<div class="first"><h1>Cut along the lines, shuffle, and let each person draw one</h1>Each code works once. Nobody '
            "writes down who drew which. Shred what is left over; then delete this file. It is the only copy.</div>"
            f'<div class="slips">{slips}</div>'
        )
    else:
        body = make_poster(name, title, link_of(base, opened.codes[0]))
    if opened.statement_code:
        body += (
            '<div class="own"><div class="first"><h1>For the group as a whole</h1>One code for one statement that the group has '
            "read and agreed. Give it to the person the group chooses.</div>"
            f'<div class="slips">{make_slip(own, title, link_of(base, opened.statement_code))}</div></div>'
        )
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(name)}</title><style>{STYLE}</style></head>'
        f"<body>{body}</body></html>"
    )


def check_address(address: str) -> str:
    """The address without a slash at its end. Raises SoundingsError where it is no address of a web page."""
    parts = urlsplit(address.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SoundingsError(
            f"“{address}” is no address that a phone can open. Give the dashboard's own, such as http://192.0.2.7:8501"
        )
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"


def is_only_here(address: str) -> bool:
    """Whether an address leads back to the machine that opens it: a phone would look for the page on itself."""
    host = urlsplit(address.strip()).hostname or ""
    return host == "localhost" or host.startswith("127.") or host == "::1"


def link_of(base: str, code: str) -> str:
    return f"{base}/say?t={code}"


def draw_code(link: str) -> str:
    """The QR code of a link as an SVG element, black on white, that grows with the box it stands in."""
    return segno.make(link, error="m", micro=False).svg_inline(border=2, omitsize=True, dark="#000", light="#fff")


def make_slip(name: str, title: str, link: str) -> str:
    return (
        f'<div class="slip">{draw_code(link)}<div><h2>{escape(name)}</h2><p>{title}</p>'
        f'<p>No name, no account.</p><p class="typed">{escape(link)}</p></div></div>'
    )


def make_poster(name: str, title: str, link: str) -> str:
    return (
        f'<div class="poster"><h2>{escape(name)}</h2><p>{title}</p>{draw_code(link)}<p>No name, no account, under two minutes.</p>'
        f'<p class="typed">{escape(link)}</p></div>'
    )
