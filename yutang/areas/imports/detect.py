"""Which platform's export a file is, told by its headers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from . import headers as names
from .layouts import LAYOUTS
from .reader import Source, open_source

KNOWN = frozenset().union(*(layout.headers() for layout in LAYOUTS.values()))


@dataclass(frozen=True)
class Detection:
    """What a file looks like before it is imported."""

    kind: str | None  # key of LAYOUTS; None: the merchant has to map it
    signature: str  # of its headers; a saved mapping is found by it
    headers: list[str]
    encoding: str
    sheet: str | None
    sample_rows: list[list[str]]  # the first 20 rows under the header
    needs_companion: str | None  # kind of the second report that would complete this one


def detect(path: Path) -> Detection:
    """Look at the first rows of a file. Raises `ImportFileError`."""
    source = open_source(path, known=KNOWN)
    kind = kind_of(source)
    shown = [header.strip("\ufeff\t ") for header in source.headers]
    return Detection(
        kind=kind,
        signature=names.signature(source.headers),
        headers=shown,
        encoding=source.encoding,
        sheet=source.sheet,
        sample_rows=[row[: len(shown)] for row in source.sample[:20]],
        needs_companion=LAYOUTS[kind].companion if kind else None,
    )


def kind_of(source: Source) -> str | None:
    return kind_of_headers(source.keys)


def kind_of_headers(keys: Sequence[str]) -> str | None:
    """The layout whose telling headers overlap most. It needs three of them and every field no line can lack."""
    present = set(keys)
    best, best_score = None, 0.0
    for kind, layout in LAYOUTS.items():
        marks = {names.key(header) for header in layout.marks}
        hits = len(marks & present)
        number = layout.mapping.columns["order_no"]
        if hits < 3 or not any(names.key(header) in present for header in number):
            continue
        score = hits / len(marks) + len(layout.headers() & present) / 1000
        if score > best_score:
            best, best_score = kind, score
    return best
