"""What a steward says of activities that are here already, put into effect on a waiting batch: left out, or added to the one here.

To add its meetings and figures, an activity's key is written over before the batch is accepted.
"""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from etl.account import add_left_out
from etl.approval.invited import INVITED, is_same_name
from etl.inbox import ROW_NUMBER
from etl.parsing import parse_text
from etl.replay import map_records, unpack_sheets
from etl.spec_types import TEMPLATE
from etl.specs import find_sheets, parse_spec
from etl.template.places import is_unsaid
from etl.template.sheets import HOME as LIVED
from etl.template.tables import PLACE_COLUMNS, find_table
from etl.types import Mapped
from soundings.generations import open_current
from soundings.home import Home
from soundings.model import BadFile

ADDED = ("sessions", "counts")
WHERE = (*PLACE_COLUMNS, "screened_area_code")


def settle_twins(
    home: Home,
    manifest: dict,
    tables: dict[str, pa.Table],
    *,
    left_out: tuple[str, ...] = (),
    merged: Mapping[str, str] | None = None,
) -> tuple[dict, dict[str, pa.Table], Mapped]:
    """(manifest, kept tables, rows) as they are accepted: without the activities `left_out`, with those `merged` (id → id here) added.

    Raises BadFile where one cannot be added to.
    """
    mapped = map_records(manifest, tables)
    if left_out:
        manifest, tables = leave_out_activities(manifest, tables, mapped, left_out)
        mapped = map_records(manifest, tables)
    if merged:
        manifest, tables = merge_activities(home, manifest, tables, mapped, merged)
        mapped = map_records(manifest, tables)
    return manifest, tables, mapped


def leave_out_activities(
    manifest: dict, tables: dict[str, pa.Table], mapped: Mapped, activity_ids: tuple[str, ...]
) -> tuple[dict, dict[str, pa.Table]]:
    """(manifest, kept tables) without the rows of these activities, in every sheet that names them."""
    gone = [row for row in mapped.tables["activity"].to_pylist() if row["activity_id"] in set(activity_ids)]
    spec = parse_spec(manifest["mapping"])
    if spec.shape == TEMPLATE:
        keys = {row["activity_key"] for row in gone}
        kept = {name: leave_out_named(table, keys) for name, table in tables.items()}
    else:
        sheets = find_sheets(spec, unpack_sheets(manifest, tables))
        lost = {(row["sheet"] or sheets[0].name, row["row_number"]) for row in gone}
        kept = {
            name: leave_out_rows(table, {row for sheet, row in lost if sheet == name}) for name, table in tables.items()
        }
    told = [
        f"“{row['title']}” was left out when this was approved: it looked like one that was here already."
        for row in gone
    ]
    decided = {**manifest, "decisions": [*manifest["decisions"], *dict.fromkeys(told)]}
    return decided | add_left_out(manifest, tables, kept), kept


def leave_out_named(table: pa.Table, keys: set[str]) -> pa.Table:
    """A sheet of the template without the rows that name one of these activities by its key."""
    if "activity_id" not in table.column_names:
        return table
    return table.filter(pa.array([parse_text(key) not in keys for key in table["activity_id"].to_pylist()], pa.bool_()))


def leave_out_rows(table: pa.Table, numbers: set[int]) -> pa.Table:
    """A sheet without the rows of these numbers."""
    return table.filter(pa.array([row not in numbers for row in table[ROW_NUMBER].to_pylist()], pa.bool_()))


def find_keys(home: Home, manifest: dict, activity_ids: list[str]) -> dict[str, str]:
    """Activity → its own key, of those that this batch can add to: of the template, and of the organisation that sent it."""
    generation = open_current(home)
    spec = parse_spec(manifest["mapping"])
    if generation is None or spec.shape != TEMPLATE:
        return {}
    found = generation.cursor().execute(
        "select activity_id, activity_key, organisation from activity_now where activity_key is not null and source_id = $1 "
        "and activity_id in (select unnest($2))",
        [spec.id, activity_ids],
    )
    invited = manifest["options"][INVITED]
    return {activity_id: key for activity_id, key, name in found.fetchall() if is_same_name(name, invited)}


def list_adding(mapped: Mapped) -> set[str]:
    """The activities of a batch that have meetings or figures in it."""
    return {one for name in ("session", "activity_count") for one in mapped.tables[name]["activity_id"].to_pylist()}


def merge_activities(
    home: Home, manifest: dict, tables: dict[str, pa.Table], mapped: Mapped, merged: Mapping[str, str]
) -> tuple[dict, dict[str, pa.Table]]:
    """(manifest, kept tables) with the meetings and figures of these activities given to those that are here (id → id here).

    What else the batch says of them is left out, and the manifest's decisions say so. Raises BadFile where one cannot be added to.
    """
    keys_here = find_keys(home, manifest, sorted(set(merged.values())))
    if lost := sorted(set(merged.values()) - keys_here.keys()):
        raise BadFile(
            f"Nothing can be added to {', '.join(lost)}: it is gone, came in another kind of file, or is not of the organisation that "
            "sent this. Keep both, or leave the new one out."
        )
    sent = {row["activity_id"]: row for row in mapped.tables["activity"].to_pylist() if row["activity_id"] in merged}
    keys = {row["activity_key"]: keys_here[merged[one]] for one, row in sent.items()}
    stand = read_where(tables, set(keys))
    given = {name: give_rows(table, keys, stand) for name, table in tables.items() if name_of(table) in ADDED}
    _, kept = leave_out_activities(manifest, tables, mapped, tuple(sent))
    for name, table in given.items():
        kept[name] = table
    told = [
        f"“{row['title']}” was said to be the same as one that is here when this was approved: its meetings and figures were added to "
        "that one, and the rest of it was left out."
        for row in sent.values()
    ]
    return {**manifest, "decisions": [*manifest["decisions"], *told]}, kept


def name_of(table: pa.Table) -> str | None:
    """Which of the template's sheets this is."""
    found = find_table(table.column_names)
    return found and found.name


def read_where(tables: dict[str, pa.Table], keys: set[str]) -> dict[str, dict[str, str]]:
    """Key → the cells that say where the activity stands, which its meetings and figures take over where they say nothing."""
    return {
        key: {name: row[name] for name in (*WHERE, "place_role") if row.get(name)}
        for table in tables.values()
        if name_of(table) == "activities"
        for row in table.to_pylist()
        if (key := parse_text(row["activity_id"])) in keys
    }


def give_rows(table: pa.Table, keys: dict[str, str], stand: dict[str, dict[str, str]]) -> pa.Table:
    """A sheet of meetings or figures with these keys written over, and where they stand written out."""
    is_sessions = name_of(table) == "sessions"
    rows = table.to_pylist()
    for row in rows:
        key = parse_text(row["activity_id"])
        if key not in keys:
            continue
        row["activity_id"] = keys[key]
        if is_sessions:
            row["session_id"] = None  # it told meetings of another activity apart; here the day tells them
        cells = stand.get(key, {})
        lived, role = cells.get("place_role") == LIVED, row.get("place_role")
        if any(says(row.get(name)) for name in WHERE if name != "place_within") or (role and (role == LIVED) != lived):
            continue
        row.update(cells)
        row["place_role"] = role or ("venue" if is_sessions and not lived else cells.get("place_role"))
    columns = list(dict.fromkeys([*table.column_names, *(name for row in rows for name in row)]))
    arrays = [
        pa.array(
            [row.get(name) for row in rows],
            table.schema.field(name).type if name in table.column_names else pa.string(),
        )
        for name in columns
    ]
    return pa.Table.from_arrays(arrays, names=columns)


def says(cell: str | None) -> bool:
    """Whether a cell about a place says anything, even that it is not known."""
    return bool(cell and cell.strip()) and (is_unsaid(cell) or cell.strip().casefold() not in ("no", "false", "n", "0"))
