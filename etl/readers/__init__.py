"""Bytes to text: any file a person may send becomes sheets of text, with what was detected shown. Knows no source."""

from etl.readers.reading import read_bytes, read_sheets

__all__ = ["read_bytes", "read_sheets"]
