"""Which column of a sheet identifies what each row is about: its id, reference or number."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from etl.types import Sheet
from etl.uploads.headings import split_words

MOSTLY_FILLED = 0.9  # of the rows; the others may be totals and notes
LONGEST_KEY = 80  # characters
# Words that say “id”, in English, French, Spanish, Catalan, Portuguese, Italian, German, Dutch and Welsh.
ID_WORDS = frozenset(
    "id uuid guid urn ref reference identifier identifiant identificador identificatore identificativo identificatie referencia "
    "riferimento referentie referenz kennung aktenzeichen kenmerk cyfeirnod dynodydd refno".split()
)
# These say so only beside a word of ID_WORDS or of SUBJECTS: “event number”, never “number of people”.
NUMBER_WORDS = frozenset("number no num nr n° nº code numero nummer numer codigo codi codice rhif".split())
# What an id may be the id of. Ids of people, places, organisations and categories are not here: many rows share one.
ACTIVITY_SUBJECTS = frozenset(
    "event activity meeting session workshop project consultation survey proposal idea grant award application scheme case "
    "engagement opportunity debate poll initiative investment poster course class visit activities evenement activite reunion atelier "
    "projet proposition idee consulta encuesta evento actividad reunion taller proyecto propuesta idea sessio activitat reunio "
    "projecte proposta esdeveniment atividade reuniao oficina projeto attivita riunione progetto veranstaltung termin projekt "
    "vorhaben vorschlag idee sitzung activiteit bijeenkomst project voorstel vergadering digwyddiad gweithgaredd cyfarfod "
    "prosiect".split()
)
ROW_SUBJECTS = frozenset(
    "row record entry form submission response comment contribution answer vote ballot booking order ticket item line instance "
    "reponse commentaire vote voto respuesta comentario resposta comentari comentario risposta commento antwort kommentar stimme "
    "reactie stem".split()
)
FILLERS = frozenset(
    "unique the of our your own internal external system de du la le el del da do der die des van y".split()
)


def find_key_column(sheet: Sheet) -> str | None:
    """The column that identifies what each row is about, or None; the first of `list_key_columns`."""
    return next(iter(list_key_columns(sheet)), None)


def list_key_columns(sheet: Sheet) -> list[str]:
    """Every column whose heading says id, reference or number of a row or of an activity, and whose cells are filled.

    Those of activities come first (`proposal_id`), then bare ones (`ID`), then those of rows (`vote_id`), each in the file's order.
    An id of people, places, organisations or categories is never among them. The values may repeat: several rows can be about the
    same activity.
    """
    ranks = ((rank_heading(name), name) for name in sheet.table.column_names)
    by_rank = sorted((one for one in ranks if one[0] is not None), key=lambda one: one[0])
    return [name for _, name in by_rank if has_keys(sheet.table[name])]


def rank_heading(heading: str) -> int | None:
    """0 where a heading is the id of an activity, 1 where it is a bare id, 2 where it is the id of a row, else None."""
    words = split_words(heading)
    beside = [word for word in words if word not in ID_WORDS | NUMBER_WORDS | FILLERS]
    says_id = bool(ID_WORDS.intersection(words))
    if not says_id and not (beside and NUMBER_WORDS.intersection((words[0], words[-1]))):
        return None
    if beside and not all(word in ACTIVITY_SUBJECTS | ROW_SUBJECTS for word in beside):
        return None
    if not beside:
        return 1
    return 2 if ROW_SUBJECTS.intersection(beside) else 0


def has_keys(column: pa.ChunkedArray) -> bool:
    """Whether cells are filled, short, and not all the same."""
    filled = column.drop_null()
    if len(filled) < max(1, MOSTLY_FILLED * len(column)):
        return False
    is_short = pc.max(pc.utf8_length(filled)).as_py() <= LONGEST_KEY
    return is_short and (len(filled) == 1 or pc.count_distinct(filled).as_py() > 1)
