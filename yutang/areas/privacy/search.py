"""Looking for a person's data in bytes, however they were written down. Erasing and proof look with the same eyes."""

from __future__ import annotations

import gzip
import json
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.parse import quote

import phonenumbers
import pyarrow as pa
import pyarrow.parquet as pq

from yutang.areas.customers.erasing import Trace

BLOCK = 8 * 2**20
SHORTEST = {"name": 2, "account": 6}  # shorter ones would be found everywhere
_ENCODINGS = ("utf-8", "gbk", "utf-16-le", "utf-16-be")
_GZIP, _ZIP, _PARQUET, _AVRO, _ARROW = b"\x1f\x8b", b"PK\x03\x04", b"PAR1", b"Obj\x01", b"ARRO"
_PACKED = (_GZIP, _ZIP, _PARQUET, _AVRO, _ARROW)
_BY_CHANCE = 8


@dataclass(frozen=True)
class Needle:
    """A value in all its spellings, lower case as far as ASCII goes."""

    kind: str
    forms: tuple[bytes, ...]


def spellings(trace: Trace) -> list[str]:
    """How people and files write the value."""
    if trace.kind != "phone":
        return [trace.value]
    try:
        number = phonenumbers.parse(trace.value, None)
    except phonenumbers.NumberParseException:
        return [trace.value]
    national = phonenumbers.national_significant_number(number)
    found = [national, trace.value]
    for style in (phonenumbers.PhoneNumberFormat.INTERNATIONAL, phonenumbers.PhoneNumberFormat.NATIONAL):
        written = phonenumbers.format_number(number, style)
        found += [written, written.replace(" ", "-")]
    if len(national) == 11:
        found += [f"{national[:3]}{gap}{national[3:7]}{gap}{national[7:]}" for gap in (" ", "-")]
    return list(dict.fromkeys(found))


def needles(traces: Iterable[Trace], keys: Iterable[bytes] = ()) -> list[Needle]:
    """What to look for: the values, and the blind indexes by which accounts were found."""
    found = [
        Needle(trace.kind, _shortest({form for text in spellings(trace) for form in _encoded(text, trace.kind)}))
        for trace in traces
        if len(trace.value) >= SHORTEST.get(trace.kind, 1)
    ]
    return found + [Needle("key", _shortest({key.lower(), key.hex().encode()})) for key in keys]


def count(blocks: Iterable[bytes], wanted: Sequence[Needle]) -> Counter[str]:
    """Places per kind. A place is counted once for each value, block borders do not matter."""
    longest = max((len(form) for needle in wanted for form in needle.forms), default=1)
    found: Counter[str] = Counter()
    rest = b""
    for block in blocks:
        text = rest + block.lower()
        # What ends in the part carried over has been counted before.
        for needle in wanted:
            places = {p for form in needle.forms for p in _places(text, form, len(rest))}
            if places:
                found[needle.kind] += len(places)
        rest = text[-(longest - 1) :] if longest > 1 else b""
    return found


def in_file(path: Path, wanted: Sequence[Needle]) -> Counter[str]:
    """The same for a file: as it lies there, and what is packed inside (ZIP, XLSX, gzip, Parquet, Avro, Arrow)."""
    with path.open("rb") as stream:
        head = stream.read(4)
        # Four bytes of a name in a legacy encoding turn up by chance in what is compressed.
        long = [Needle(n.kind, tuple(f for f in n.forms if len(f) >= _BY_CHANCE)) for n in wanted]
        stream.seek(0)
        found = count(_blocks(stream), long if head.startswith(_PACKED) else wanted)
    for blocks in _inside(path, head):
        found += count(blocks, wanted)
    return found


def _places(text: bytes, form: bytes, known: int) -> Iterator[int]:
    """Where the form ends behind what is known already."""
    at = text.find(form)
    while at >= 0:
        if at + len(form) > known:
            yield at + len(form)
        at = text.find(form, at + 1)


def _encoded(text: str, kind: str) -> Iterator[bytes]:
    for encoding in _ENCODINGS:
        raw = text.encode(encoding, "ignore")
        if raw.decode(encoding) == text:  # else the encoding lacks letters, and what is left of the value is none
            yield raw.lower()
    yield text.encode().hex().encode()
    yield json.dumps(text)[1:-1].lower().encode()
    yield quote(text).lower().encode()
    if kind == "phone" and text.isdigit():
        yield struct.pack("<d", float(text)).lower()  # a number in a cell of an old spreadsheet


def _shortest(forms: set[bytes]) -> tuple[bytes, ...]:
    """Forms that contain no other form: nothing more would be found by them."""
    kept: list[bytes] = []
    for form in sorted(forms, key=len):
        if form and not any(other in form for other in kept):
            kept.append(form)
    return tuple(kept)


# -- files -------------------------------------------------------------------------------------------------------


def _inside(path: Path, head: bytes) -> Iterator[Iterable[bytes]]:
    if head.startswith(_GZIP):
        with gzip.open(path) as packed:
            yield _blocks(packed)
    elif head == _ZIP:
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                with archive.open(name) as member:
                    yield _blocks(member)
    elif head == _PARQUET:
        yield _parquet(path)
    elif head == _AVRO:
        yield _avro(path)
    elif head == _ARROW:
        yield _arrow(path)


def _blocks(stream: IO[bytes] | gzip.GzipFile) -> Iterator[bytes]:
    while block := stream.read(BLOCK):
        yield block


def _parquet(path: Path) -> Iterator[bytes]:
    """All cells as text, and what the footer says of the columns."""
    with pq.ParquetFile(path) as file:
        yield str(file.metadata.to_dict()).encode()
        for batch in file.iter_batches(batch_size=20_000):
            yield "\n".join(str(list(row.values())) for row in batch.to_pylist()).encode()


def _arrow(path: Path) -> Iterator[bytes]:
    """The texts of the index, which lie in dictionaries; everything else are codes and numbers."""
    with pa.memory_map(str(path)) as file:
        batch = pa.ipc.open_file(file).get_batch(0)
        for column in batch.columns:
            is_dictionary = pa.types.is_list(column.type) or pa.types.is_large_list(column.type)
            values = column.flatten() if is_dictionary else column
            if not pa.types.is_primitive(values.type):
                for start in range(0, len(values), 20_000):
                    yield "\n".join(map(str, values[start : start + 20_000].to_pylist())).encode()


def _avro(path: Path) -> Iterator[bytes]:
    """The blocks of an Avro file, unpacked: Iceberg's manifests hold the smallest and largest value of each column."""
    raw = path.read_bytes()
    marker = raw[-16:]  # every block ends with it, the header too
    header, *blocks = raw.split(marker)
    is_packed = b"deflate" in header
    for block in blocks:
        body = block[_varint(block, _varint(block, 0)) :]
        if body:
            yield zlib.decompress(body, wbits=-15) if is_packed else body


def _varint(data: bytes, start: int) -> int:
    """Where the number that begins at `start` ends."""
    while start < len(data) and data[start] & 0x80:
        start += 1
    return start + 1


def drop_lines(path: Path, wanted: Sequence[Needle]) -> int:
    """Rewrites a text file without the lines that show one of the values; returns how many they were."""
    gone = 0
    draft = path.with_name(path.name + ".part")
    with path.open("rb") as source, draft.open("wb") as target:
        for line in source:
            if count([line], wanted):
                gone += 1
            else:
                target.write(line)
    draft.replace(path)
    return gone
