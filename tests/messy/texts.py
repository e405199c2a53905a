"""Messy text files."""

from __future__ import annotations

import codecs

from tests.messy import Kept, Refused, written

PLAIN = "ward,people\nHarbour Ward,12\nThe Lairs,7\n"
COLUMNS = ["ward", "people"]
ROWS = {2: ["Harbour Ward", "12"], 3: ["The Lairs", "7"]}
CAFE = "ward,note\nHarbour,caf\u00e9 \u2013 \u00a35\n"
CAFE_ROWS = {2: ["Harbour", "caf\u00e9 \u2013 \u00a35"]}
LONG_ASCII = "ward,note\n" + "Harbour,plain\n" * 30_000

KEPT = [
    Kept("plain CSV", written("a.csv", PLAIN), COLUMNS, ROWS, {"format": "CSV", "encoding": "utf-8", "delimiter": "comma", "header_row": "1"}),
    Kept("CSV without a last line end", written("a.csv", PLAIN[:-1]), COLUMNS, ROWS),
    Kept("CRLF line ends", written("a.csv", PLAIN.replace("\n", "\r\n")), COLUMNS, ROWS),
    Kept("CR line ends of an old Mac", written("a.csv", PLAIN.replace("\n", "\r")), COLUMNS, ROWS),
    Kept("semicolons", written("a.csv", PLAIN.replace(",", ";")), COLUMNS, ROWS, {"delimiter": "semicolon"}),
    Kept("tabs", written("a.tsv", PLAIN.replace(",", "\t")), COLUMNS, ROWS, {"delimiter": "tab", "format": "TSV"}),
    Kept("pipes", written("a.txt", PLAIN.replace(",", "|")), COLUMNS, ROWS, {"delimiter": "pipe"}),
    Kept(
        "semicolons with decimal commas",
        written("a.csv", "lon;lat\n-1,54;53,80\n-1,55;53,81\n"),
        ["lon", "lat"],
        {2: ["-1,54", "53,80"], 3: ["-1,55", "53,81"]},
        {"delimiter": "semicolon"},
    ),
    Kept("a first line that names the delimiter", written("a.csv", "sep=;\nward;people\nHarbour;1,5\n"), COLUMNS, {3: ["Harbour", "1,5"]}, {"header_row": "2", "delimiter": "semicolon"}),
    Kept("a delimiter of its own, said", written("a.csv", "ward~people\nHarbour~1\n"), COLUMNS, {2: ["Harbour", "1"]}, {"delimiter": "~"}, options={"delimiter": "~"}),
    Kept("one column", written("a.csv", "comment\nless traffic\nmore benches\n"), ["comment"], {2: ["less traffic"], 3: ["more benches"]}, {"delimiter": "none (one column)"}),
    Kept("one column with blank lines", written("a.csv", "comment\nless traffic\n\nmore benches\n"), ["comment"], {2: ["less traffic"], 4: ["more benches"]}, note="1 blank row left out"),
    Kept("UTF-8 with a mark", written("a.csv", CAFE, "utf-8-sig"), ["ward", "note"], CAFE_ROWS, {"encoding": "utf-8-sig"}),
    Kept("UTF-8 without a mark", written("a.csv", CAFE), ["ward", "note"], CAFE_ROWS, {"encoding": "utf-8"}),
    Kept("UTF-16 LE with a mark", written("a.csv", codecs.BOM_UTF16_LE + CAFE.encode("utf-16-le")), ["ward", "note"], CAFE_ROWS, {"encoding": "utf-16-le"}),
    Kept("UTF-16 BE with a mark", written("a.csv", codecs.BOM_UTF16_BE + CAFE.encode("utf-16-be")), ["ward", "note"], CAFE_ROWS, {"encoding": "utf-16-be"}),
    Kept("UTF-16 LE without a mark", written("a.csv", CAFE, "utf-16-le"), ["ward", "note"], CAFE_ROWS, {"encoding": "utf-16-le"}, note="without a byte order mark"),
    Kept("UTF-16 BE without a mark", written("a.csv", CAFE, "utf-16-be"), ["ward", "note"], CAFE_ROWS, {"encoding": "utf-16-be"}),
    Kept("UTF-32", written("a.csv", codecs.BOM_UTF32_LE + CAFE.encode("utf-32-le")), ["ward", "note"], CAFE_ROWS, {"encoding": "utf-32-le"}),
    Kept("Windows-1252", written("a.csv", CAFE, "cp1252"), ["ward", "note"], CAFE_ROWS, {"encoding": "cp1252"}),
    Kept("an encoding said", written("a.csv", "ward,note\nHarbour,\u0141\u00f3d\u017a\n", "cp1250"), ["ward", "note"], {2: ["Harbour", "\u0141\u00f3d\u017a"]}, {"encoding": "cp1250"}, options={"encoding": "cp1250"}),
    Kept(
        "UTF-8 and Windows-1252 pasted together",
        written("a.csv", "ward,note\nA,caf\u00e9\n".encode() + "B,caf\u00e9\n".encode("cp1252")),
        ["ward", "note"],
        {2: ["A", "caf\u00e9"], 3: ["B", "caf\u00e9"]},
        {"encoding": "utf-8 and cp1252"},
        note="1 of its lines",
    ),
    Kept("a line break inside quotation marks", written("a.csv", 'ward,note\nHarbour,"two\nlines"\nLairs,one\n'), ["ward", "note"], {2: ["Harbour", "two\nlines"], 3: ["Lairs", "one"]}),
    Kept("doubled quotation marks", written("a.csv", 'ward,note\nHarbour,"the ""Hub"", upstairs"\n'), ["ward", "note"], {2: ["Harbour", 'the "Hub", upstairs']}),
    Kept("inches in the middle of a cell", written("a.csv", 'ward,note\nHarbour,a 5" pipe\nLairs,b\n'), ["ward", "note"], {2: ["Harbour", 'a 5" pipe'], 3: ["Lairs", "b"]}),
    Kept("rows with more cells than the header", written("a.csv", "ward,people\nHarbour,1\nLairs,2,spare,more\n"), [*COLUMNS, "column 3", "column 4"], {2: ["Harbour", "1", None, None], 3: ["Lairs", "2", "spare", "more"]}, note="1 row with more cells than the header (first: row 3)"),
    Kept("rows with fewer cells than the header", written("a.csv", "ward,people,note\nHarbour,1,x\nLairs\n"), [*COLUMNS, "note"], {2: ["Harbour", "1", "x"], 3: ["Lairs", None, None]}, note="1 row with fewer cells than the header (first: row 3)"),
    Kept("one title above the header", written("a.csv", "Tidewell engagement 2025\nward,people,note\nHarbour,1,x\nLairs,2,y\n"), [*COLUMNS, "note"], {3: ["Harbour", "1", "x"], 4: ["Lairs", "2", "y"]}, {"header_row": "2"}, note="'Tidewell engagement 2025'"),
    Kept("titles padded with commas, and a blank row", written("a.csv", "Tidewell engagement,,\nMade on 3 May,,\n,,\nward,people,note\nHarbour,1,x\n"), [*COLUMNS, "note"], {5: ["Harbour", "1", "x"]}, {"header_row": "4"}, note="2 rows above the header"),
    Kept("a header row said", written("a.csv", "a,b\nc,d\nward,people\nHarbour,1\n"), COLUMNS, {4: ["Harbour", "1"]}, {"header_row": "3"}, options={"header_row": 3}),
    Kept("repeated names in the header", written("a.csv", "ward,date,Date,date\nHarbour,1,2,3\n"), ["ward", "date", "Date (2)", "date (3)"], {2: ["Harbour", "1", "2", "3"]}, note="repeated column names were numbered: Date (2), date (3)"),
    Kept("blank names in the header", written("a.csv", "ward,,people\nHarbour,x,3\n"), ["ward", "column 2", "people"], {2: ["Harbour", "x", "3"]}, note="1 column without a name in the header"),
    Kept("a comma at the end of every line", written("a.csv", "ward,people,\nHarbour,1,\nLairs,2,\n"), COLUMNS, {2: ["Harbour", "1"], 3: ["Lairs", "2"]}),
    Kept("names with blanks and no-break spaces around them", written("a.csv", "\u00a0ward ,\tpeople\u200b\nHarbour ,\u00a01\u00a0\n"), COLUMNS, {2: ["Harbour ", "\u00a01\u00a0"]}),
    Kept("a name on two lines", written("a.csv", '"ward\nname",people\nHarbour,1\n'), ["ward name", "people"], {2: ["Harbour", "1"]}),
    Kept("blank rows between rows", written("a.csv", "ward,people\n\nHarbour,1\n,\n  ,\u00a0\nLairs,2\n\n\n"), COLUMNS, {3: ["Harbour", "1"], 6: ["Lairs", "2"]}, note="3 blank rows left out"),
    Kept("cells of only white space", written("a.csv", "ward,people,note\nHarbour, ,\u00a0\nLairs,2,x\n"), [*COLUMNS, "note"], {2: ["Harbour", None, None], 3: ["Lairs", "2", "x"]}),
    Kept("NUL bytes here and there", written("a.csv", b"ward,people\nHar\0bour,1\n"), COLUMNS, {2: ["Harbour", "1"]}, note="1 NUL character removed"),
    Kept("NA and None are words, not blanks", written("a.csv", "ward,people\nNA,None\nnull,NaN\n"), COLUMNS, {2: ["NA", "None"], 3: ["null", "NaN"]}),
    Kept("codes keep their zeros", written("a.csv", "code,people\n0012,1e5\n"), ["code", "people"], {2: ["0012", "1e5"]}),
    Kept("a CSV named .xls", written("a.xls", PLAIN), COLUMNS, ROWS, {"format": "CSV"}, note="the name ends in .xls, but the content is CSV"),
    Kept("a CSV that begins with a brace", written("a.csv", "{ward},people\nHarbour,1\n"), ["{ward}", "people"], {2: ["Harbour", "1"]}),
    Kept("a column called __row__", written("a.csv", "__row__,people\n7,1\n"), ["__row__ (2)", "people"], {2: ["7", "1"]}),
    Kept("years as names", written("a.csv", "ward,2023,2024\nHarbour,1,2\n"), ["ward", "2023", "2024"], {2: ["Harbour", "1", "2"]}),
    Kept("a list of JSON", written("a.json", '[{"ward": "Harbour", "people": 12}, {"ward": "Lairs", "people": null}]'), COLUMNS, {2: ["Harbour", "12"], 3: ["Lairs", None]}, {"format": "JSON"}),
    Kept("JSON records under a name, nested", written("a.json", '{"version": "1", "rows": [{"place": {"ward": "Harbour", "codes": ["a", "b"]}}, {"place": {"ward": "Lairs"}, "on": [{"day": 1}, {"day": 2, "by": "x"}]}]}'), ["place/ward", "place/codes", "on/day", "on/by"], {2: ["Harbour", '["a", "b"]', None, None], 3: ["Lairs", None, '["1", "2"]', "x"]}, note="under “rows”"),
    Kept("JSON with half a letter", written("a.json", '[{"w\\ud800": "Har\\udc00bour", "people": ["\\ud800", "x"]}]'), ["w?", "people"], {2: ["Har?bour", '["?", "x"]']}),
    Kept("a Pabulib file", written("a.pb", "META\nkey;value\nunit;Tidewell\nnum_votes;3\ndate_begin;2024\n\nPROJECTS\nproject_id;cost\n1;5\nVOTES\nvoter_id;vote\n7;1\n\n8;1,2\n"), ["voter_id", "vote", "meta/unit", "meta/num_votes", "meta/date_begin"], {12: ["7", "1", "Tidewell", "3", "2024-01-01"], 14: ["8", "1,2", "Tidewell", "3", "2024-01-01"]}, {"format": "Pabulib"}, note="META says 3 votes, the file holds 2"),
    Kept("no header at all", written("a.csv", "E05011400,3\nE05011401,4\n"), ["E05011400", "3"], {2: ["E05011401", "4"]}, note="the header row looks like data"),
]  # fmt: skip

REFUSED = [
    Refused("nothing at all", written("a.csv", b""), ["a.csv is empty (0 bytes)"]),
    Refused("only white space", written("a.csv", " \n\n \n"), ["a.csv is empty"]),
    Refused("only a mark", written("a.csv", codecs.BOM_UTF8), ["empty"]),
    Refused("only separators", written("a.csv", ",,\n,,\n"), ["empty", "every row is blank"]),
    Refused("only a header", written("a.csv", "ward,people\n"), ["header but no rows", "ward, people"]),
    Refused("a header row past the end", written("a.csv", PLAIN), ["3 rows", "row 9"], {"header_row": 9}),
    Refused("a blank header row", written("a.csv", "ward,people\n,\nHarbour,1\n"), ["Row 2", "blank"], {"header_row": 2}),
    Refused("an encoding that does not fit", written("a.csv", CAFE, "cp1252"), ["cannot be read as utf-8"], {"encoding": "utf-8"}),
    Refused("an encoding that is not known", written("a.csv", PLAIN), ["'klingon' is not an encoding"], {"encoding": "klingon"}),
    Refused("a delimiter of two characters", written("a.csv", PLAIN), ["'::' cannot be a delimiter"], {"delimiter": "::"}),
    Refused("a quotation mark never closed", written("a.csv", 'ward,note\nA,b\nHarbour,"never closed\nLairs,2\n'), ["In row 3", "never closed"]),
    Refused("another sheet than there is", written("a.csv", PLAIN), ["no sheet called 'b'", "It has: a"], {"sheet": "b"}),
    Refused("bytes of no format", written("a.csv", bytes(range(256)) * 40), ["not text"]),
    Refused("NUL bytes everywhere", written("a.csv", b"a\0\0\0,b\0\0\0\n" * 50), ["not text"]),
    Refused("a PDF", written("a.pdf", b"%PDF-1.7\n1 0 obj\n"), ["a PDF", "spreadsheet it was made from"]),
    Refused("a PDF named .csv", written("a.csv", b"%PDF-1.7\n1 0 obj\n"), ["a PDF"]),
    Refused("a web page named .xls", written("a.xls", "<html><body><table><tr><td>ward</td></tr></table>"), ["web page", "save it as XLSX"]),
    Refused("a web page with a mark and a doctype", written("a.xls", "\ufeff\n<!DOCTYPE html><html>"), ["web page"]),
    Refused("an XML workbook", written("a.xls", '<?xml version="1.0"?><Workbook></Workbook>'), ["XML file"]),
    Refused("a picture", written("a.csv", b"\x89PNG\r\n\x1a\n" + bytes(50)), ["a picture"]),
    Refused("a gzip", written("a.csv.gz", b"\x1f\x8b\x08" + bytes(50)), ["gzip", "Unpack"]),
    Refused("JSON that is no GeoJSON", written("a.json", '{"wards": []}'), ["not GeoJSON"]),
    Refused("a list of JSON that holds no records", written("a.json", '["Harbour", {"ward": "Lairs"}]'), ["not GeoJSON", "no list of records"]),
    Refused("JSON with two lists of records", written("a.json", '{"wards": [{"ward": "Harbour"}], "people": [{"people": 3}]}'), ["no list of records"]),
    Refused("JSON cut short", written("a.json", '[{"ward": "Harbour"}, {"wa'), ["cut short"]),
    Refused("JSON nested past all sense", written("a.json", '[{"a":' * 30000), ["cut short"]),
    Refused("JSON nested too deep for a table", written("a.json", '[' + '{"a":' * 12 + "1" + "}" * 12 + "]"), ["nested more than 8"]),
    Refused("a Pabulib file without votes", written("a.pb", "META\nkey;value\nunit;Tidewell\nPROJECTS\nproject_id;cost\n1;5\n"), ["no section VOTES"]),
    Refused("a Pabulib file whose votes are missing", written("a.pb", "META\nkey;value\nPROJECTS\nproject_id;cost\nVOTES\n\n"), ["no votes"]),
    Refused("a bare .shp", written("a.shp", b"\x00\x00\x27\x0a" + bytes(96)), [".shp, .shx, .dbf and .prj"]),
    Refused("a file that is not there", lambda folder: folder / "gone.csv", ["There is no file"]),
]  # fmt: skip
