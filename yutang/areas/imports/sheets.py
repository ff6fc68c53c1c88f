"""Excel files as rows of text. They are read by a process of its own with limits (unpacking.py) into a file that has
no name and goes with the last reader, so that no workbook can take this process's memory."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import weakref
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from django.conf import settings

from . import unpacking
from .errors import ImportFileError
from .unpacking import MAX_COLUMNS

MOST_SECONDS = 120
PART_BYTES = 16 << 20
_READER = str(Path(unpacking.__file__))

__all__ = ["MAX_COLUMNS", "Sheet", "read_sheets"]


class _Spool:
    """A file without a name, closed with the last that refers to it: who opens a table need not read it."""

    def __init__(self) -> None:
        self.file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115
        weakref.finalize(self, self.file.close)


@dataclass
class Sheet:
    """`count` rows, of which the first few are at hand."""

    name: str
    spool: _Spool
    start: int  # where its first row begins
    count: int = 0
    head: list[list[str]] = field(default_factory=list)

    def parts(self, *, after: int, most: int) -> Iterator[list[list[str]]]:
        """The rows after so many, so many at once, fewer where they are long."""
        self.spool.file.seek(self.start)
        part: list[list[str]] = []
        held = 0
        for number in range(self.count):
            line = self.spool.file.readline()
            if number < after:
                continue
            part.append(json.loads(line))
            held += len(line)
            if len(part) == most or held > PART_BYTES:
                yield part
                part, held = [], 0
        if part:
            yield part


def read_sheets(path: Path, *, head: int) -> list[Sheet]:
    """Every sheet that has rows, with its first `head` rows; the first row is the sheet's first row."""
    spool = _Spool()
    # By its path, so that it loads nothing of ours; -P: nor anything that lies beside it.
    command = [sys.executable, "-P", _READER, str(path), str(settings.IMPORT_WORKBOOK_BYTES), str(MOST_SECONDS)]
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=spool.file,
            stderr=subprocess.PIPE,
            timeout=MOST_SECONDS,
            check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise ImportFileError("file.too_slow") from error
    if done.returncode:
        raise _why(done)
    spool.file.seek(0)
    return _sheets(spool, head)


def _why(done: subprocess.CompletedProcess[bytes]) -> ImportFileError:
    """What runs out of memory says so, or is ended by the signal of an abort, a full stack or the kernel."""
    if done.returncode == unpacking.EXHAUSTED or done.returncode < 0:
        return ImportFileError("file.unpacks_too_large")
    return ImportFileError("file.sheet_corrupted", done.stderr.decode(errors="replace").strip()[-200:])


def _sheets(spool: _Spool, head: int) -> list[Sheet]:
    sheets: list[Sheet] = []
    at = 0
    for line in spool.file:
        at += len(line)
        if line.startswith(b"{"):
            said = json.loads(line)
            if "error" in said:
                raise ImportFileError(said["error"], said["detail"])
            sheets.append(Sheet(said["sheet"], spool, at))
            continue
        sheet = sheets[-1]
        if sheet.count < head:
            sheet.head.append(json.loads(line))
        sheet.count += 1
    return sheets
