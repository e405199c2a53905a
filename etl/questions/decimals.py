"""Asks once whether the commas in a file's longitudes and latitudes are decimal points."""

from __future__ import annotations

from etl.decimals import is_with_commas, put_points
from etl.questions.types import Checked, Choice, Context, Question
from etl.types import Sheet

DECIMAL_COMMA, DECIMAL, SET_ASIDE = "decimal-comma", "decimal", "set-aside"
COORDINATES = frozenset(
    ("lon", "lng", "long", "longitude", "lat", "latitude", "längengrad", "breitengrad", "laengengrad", "geo_lon", "geo_lat",
     "geo_lng", "longitud", "latitud", "longitudine", "latitudine", "lengdegrad", "breddegrad")
)  # fmt: skip


def ask_decimal_commas(sheets: list[Sheet], context: Context) -> Checked:
    """The sheets with those commas as points, unless a person says that they are none: left as they are, they say no point."""
    found = {
        sheet.name: [name for name in list_coordinates(sheet, context) if is_with_commas(sheet, name)]
        for sheet in sheets
    }
    columns = list(dict.fromkeys(name for names in found.values() for name in names))
    if not columns:
        return Checked(sheets)
    said = " and ".join(columns)
    examples = [
        next(cell for cell in sheet.table[name].to_pylist() if cell and "," in cell)
        for sheet in sheets
        for name in found[sheet.name]
    ]
    question = Question(
        DECIMAL_COMMA,
        f"The numbers in {said} have a comma. Is it their decimal point?",
        (
            Choice(DECIMAL, "Yes: 53,801 is read as 53.801"),
            Choice(SET_ASIDE, "No: leave these coordinates out"),
        ),
        DECIMAL,
        sum(sheet.table.num_rows for sheet in sheets if found[sheet.name]),
        () if any(context_is_personal(context, name) for name in columns) else tuple(dict.fromkeys(examples))[:2],
    )
    if question.find_choice(context.answers).id != DECIMAL:
        return Checked(sheets, (question,))
    read = [put_points(sheet, found[sheet.name]) if found[sheet.name] else sheet for sheet in sheets]
    return Checked(read, (question,), (f"The commas in {said} were read as decimal points.",))


def context_is_personal(context: Context, column: str) -> bool:
    """Whether a column may say where a person lives, so that none of its cells is shown."""
    return context.spec is None or context.spec.screening.get(column, "").startswith("person_")


def list_coordinates(sheet: Sheet, context: Context) -> list[str]:
    """The columns of a sheet that hold longitudes or latitudes: by their heading, the matching or the source."""
    named = (
        {column for column, field in context.mapping.columns if field in ("lon", "lat")} if context.mapping else set()
    )
    if context.spec and context.spec.place:
        named |= {name for way in context.spec.place.tries for name in (way.lon, way.lat) if name}
    return [name for name in sheet.table.column_names if name in named or name.strip().casefold() in COORDINATES]
