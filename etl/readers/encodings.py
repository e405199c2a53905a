"""Text encodings: bytes to UTF-8, with the encoding that was found, never a guess where strict UTF-8 holds."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from soundings.model import BadFile

SAMPLE = 1 << 16
MOST_CONTROLS = 20  # stray control characters that even a small text file may hold
MOST_OF_ALL = 0.5  # and never this share of it
BOMS = (  # longest first: the mark of UTF-32 LE begins with that of UTF-16 LE
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
CONTROLS = bytes(set(range(32)) - {9, 10, 11, 12, 13, 26, 28, 29, 30, 31})
# Signs that Western European text really uses above ASCII; anything else makes Windows-1252 doubtful.
USUAL_ABOVE_ASCII = (
    set("€‚„…‘’“”•–—™ £©®°±²³·¼½¾«»§´¿¡×÷ª ºß") | {chr(code) for code in range(0xC0, 0x100)} | set("ŠšŽžŒœŸ\u00a0")
)


ABOVE_ASCII = re.compile(r"[^\x00-\x7f]")
ANY_UTF8 = re.compile(rb"[\xc2-\xf4][\x80-\xbf]")


@dataclass(frozen=True)
class Decoded:
    """Text as UTF-8 bytes without a byte order mark or NULs, the name of the encoding it came in, and notes."""

    utf8: bytes
    encoding: str
    notes: tuple[str, ...] = ()


def decode(data: bytes, encoding: str | None, what: str) -> Decoded:
    """The bytes of a text file as UTF-8. BadFile for bytes that are not text, or not text in the encoding asked for."""
    if encoding:
        return _decode_as_asked(data, encoding, what)
    for mark, found in BOMS:
        if data.startswith(mark):
            return _decode_after_mark(data, mark, found, what)
    wide = _wide_without_mark(data)
    if wide:
        return _without_nuls(_strictly(data, wide, what).encode(), wide, what, "UTF-16 without a byte order mark")
    sample = data[:SAMPLE]
    controls = len(sample) - len(sample.translate(None, CONTROLS))
    if controls > max(MOST_CONTROLS, 0.01 * len(sample)) or controls > MOST_OF_ALL * len(sample):
        raise BadFile(
            f"{what} is not text: it holds bytes that no CSV file has. Send a CSV, a spreadsheet, GeoJSON, a GeoPackage, a zipped Shapefile or Parquet."
        )
    if data.isascii() or _is_utf8(data):
        return _without_nuls(data, "utf-8", what)
    text, found, note = _decode_legacy(data, what)
    return _without_nuls(text.encode(), found, what, *([note] if note else []))


def decode_head(data: bytes) -> str | None:
    """The first 64 kB as text, or None where they are not text or hold a control character that no table has."""
    try:
        head = decode(data, None, "it").utf8[:SAMPLE]
    except BadFile:
        return None
    return None if head != head.translate(None, CONTROLS) else head.decode(errors="ignore")


def _decode_as_asked(data: bytes, encoding: str, what: str) -> Decoded:
    try:
        name = codecs.lookup(encoding.strip()).name
    except LookupError as error:
        raise BadFile(f"'{encoding}' is not an encoding that is known here. Try utf-8, utf-16 or cp1252.") from error
    text = _strictly(data, name, what).removeprefix("\ufeff")
    return _without_nuls(text.encode(), name, what)


def _decode_after_mark(data: bytes, mark: bytes, found: str, what: str) -> Decoded:
    if found == "utf-8-sig":
        body = data[len(mark) :]
        if body.isascii() or _is_utf8(body):
            return _without_nuls(body, found, what)
        text, other, note = _decode_legacy(body, what)
        return _without_nuls(
            text.encode(),
            other,
            what,
            "begins with the mark of UTF-8, but is not UTF-8 throughout",
            *([note] if note else []),
        )
    return _without_nuls(_strictly(data[len(mark) :], found, what).encode(), found, what)


def _strictly(data: bytes, encoding: str, what: str) -> str:
    try:
        text = data.decode(encoding)
        text.encode()
        return text
    except UnicodeError as error:
        raise BadFile(
            f"{what} cannot be read as {encoding}: the bytes do not fit. Save it again as 'CSV UTF-8', or name its encoding."
        ) from error


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _wide_without_mark(data: bytes) -> str | None:
    """utf-16-le or -be where every other byte is nearly always NUL, as in Western text saved without a mark."""
    sample = data[: SAMPLE & ~1]
    if len(sample) < 4 or len(data) % 2:
        return None
    pairs = len(sample) // 2
    low, high = sample[1::2].count(0), sample[0::2].count(0)
    if low > 0.6 * pairs and high < 0.1 * pairs:
        return "utf-16-le"
    if high > 0.6 * pairs and low < 0.1 * pairs:
        return "utf-16-be"
    return None


def _decode_legacy(data: bytes, what: str) -> tuple[str, str, str]:
    """Text that is not UTF-8: lines of both UTF-8 and Windows-1252, else Windows-1252, else what charset-normalizer finds."""
    mixed = _decode_line_by_line(data)
    if mixed:
        return mixed
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError:
        text = ""
    above = ABOVE_ASCII.findall(text)
    if above and sum(sign in USUAL_ABOVE_ASCII for sign in above) >= 0.95 * len(above):
        return text, "cp1252", ""
    from charset_normalizer import from_bytes

    best = from_bytes(_sample_of_odd_lines(data)).best()
    if best is None:
        raise BadFile(
            f"The encoding of {what} could not be found out: its letters fit neither UTF-8 nor Windows-1252. Save it again as 'CSV UTF-8', or name its encoding."
        )
    return (
        _strictly(data, best.encoding, what),
        best.encoding,
        "encoding guessed; check accented letters, or name the encoding",
    )


def _decode_line_by_line(data: bytes) -> tuple[str, str, str] | None:
    """A file pasted together from UTF-8 and Windows-1252 parts, each line read as what it is; None for other files."""
    if not ANY_UTF8.search(data):
        return None
    lines = data.splitlines(keepends=True)
    odd = [line for line in lines if not line.isascii()]
    proper = sum(1 for line in odd if _is_usual_utf8(line))
    if not proper:
        return None
    try:
        parts = [line.decode("utf-8" if line.isascii() or _is_usual_utf8(line) else "cp1252") for line in lines]
    except UnicodeDecodeError:
        return None
    return (
        "".join(parts),
        "utf-8 and cp1252",
        f"{len(odd) - proper:,} of its lines are not UTF-8 and were read as Windows-1252",
    )


def _is_usual_utf8(line: bytes) -> bool:
    """Whether a line is UTF-8 of usual letters: \xe9\xa3\xa3 is one, but says 'é££' in Windows-1252 and is no Chinese here."""
    try:
        return all(sign <= "\x7f" or sign in USUAL_ABOVE_ASCII for sign in line.decode("utf-8"))
    except UnicodeDecodeError:
        return False


def _sample_of_odd_lines(data: bytes) -> bytes:
    """Lines that hold more than ASCII, up to a bounded size: the only ones that say something about an encoding."""
    lines, size = [], 0
    for line in data.splitlines(keepends=True):
        if not line.isascii():
            lines.append(line)
            size += len(line)
            if size > SAMPLE:
                break
    return b"".join(lines)


def _without_nuls(utf8: bytes, encoding: str, what: str, *notes: str) -> Decoded:
    if b"\0" not in utf8:
        return Decoded(utf8, encoding, notes)
    count = utf8.count(b"\0")
    if count > max(MOST_CONTROLS, len(utf8) // 100):
        raise BadFile(f"{what} is not text: it is full of NUL bytes. Save it again as CSV or as a spreadsheet.")
    said = f"{count:,} NUL character{'' if count == 1 else 's'} removed"
    return Decoded(utf8.replace(b"\0", b""), encoding, (*notes, said))
