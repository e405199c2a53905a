"""Rows that a new file shares with a loaded one of the same source: last month's export again, under whatever name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from etl.inbox import ROW_NUMBER, read_batches
from etl.mapping.headings import find_headings
from etl.questions.types import RecordContext
from etl.spec_types import TEMPLATE, Spec

BETWEEN_CELLS = "\x1f"


def count_shared_rows(
    cursor: duckdb.DuckDBPyConnection, context: RecordContext, batches: Collection[str]
) -> list[tuple[str, int, int, int]]:
    """(batch, rows that both have, rows of the batch, rows of the file) of each of these batches of the file's source with any.

    A row is known again by the source's ids and days (`unique` columns, and those read as dates), which stay when an answer is
    counted anew. Where the source has no ids and its activity is called what the file is called, it is known by all that is kept of it.
    Of other sources the records themselves are compared; the template's have ids of their own.
    """
    spec = context.spec
    is_titled_by_file = spec.activity is not None and spec.activity.title.file_name
    if spec.shape == TEMPLATE or not context.sheets or not (list_marks(spec) or is_titled_by_file):
        return []
    same = cursor.execute(
        "select batch_id from batch where source_id = $1 and batch_id in (select unnest($2))",
        [context.spec.id, list(batches)],
    ).fetchall()
    wanted = {batch_id for (batch_id,) in same}
    if not wanted:
        return []
    new = Counter(key for sheet in context.sheets for key in read_keys(context.spec, sheet.table))
    found = []
    for batch in read_batches(context.home):
        if batch.batch_id not in wanted:
            continue
        old = Counter(key for table in read_kept(context.spec, batch) for key in read_keys(context.spec, table))
        if shared := (old & new).total():
            found.append((batch.batch_id, shared, old.total(), new.total()))
    return found


def list_marks(spec: Spec) -> list[str]:
    """The columns that a row is known again by; none where its source has no ids."""
    ids = [name for name, column in spec.column.items() if column.unique]
    return ids and [
        *ids,
        *(name for name, column in spec.column.items() if column.read == "date" and not column.unique),
    ]


def read_kept(spec: Spec, batch) -> Iterable[pa.Table]:
    """The sheets that the inbox keeps of a batch, of each only the columns that rows are known by."""
    marks = list_marks(spec)
    for kept in batch.read_manifest()["files"]:
        file = pq.ParquetFile(batch.path / kept["file"])
        names = [name for name in file.schema_arrow.names if name != ROW_NUMBER]
        columns = [own for mark in marks for own in find_own_columns(spec, mark, names)] if marks else names
        yield file.read(columns=columns)


def read_keys(spec: Spec, table: pa.Table) -> list[str]:
    """Each row of a sheet as one text: its marks in the spec's order, else all of its cells by the name of their column."""
    names = table.column_names
    marks = list_marks(spec)
    columns = [own for mark in marks for own in find_own_columns(spec, mark, names)] if marks else sorted(names)
    if not columns or not table.num_rows:
        return []
    cells = [pc.fill_null(pc.utf8_trim_whitespace(table[name].cast(pa.string())), "") for name in columns]
    return pc.binary_join_element_wise(*cells, BETWEEN_CELLS).to_pylist()


def find_own_columns(spec: Spec, name: str, columns: Collection[str]) -> list[str]:
    """The file's columns for one that the spec names."""
    return [name] if name in columns else find_headings(spec, list(columns)).get(name, [])[:1]
