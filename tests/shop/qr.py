"""Reads a QR code (ISO/IEC 18004) from its modules: byte mode, no damage, so no correction of errors."""

from __future__ import annotations

# (data bytes of a block of the first sort, blocks of it, of the second sort), level M, versions 1 … 15
_BLOCKS = (
    (16, 1, 0), (28, 1, 0), (44, 1, 0), (32, 2, 0), (43, 2, 0), (27, 4, 0), (31, 4, 0), (38, 2, 2), (36, 3, 2),
    (43, 4, 1), (50, 1, 4), (36, 6, 2), (37, 8, 1), (40, 4, 5), (41, 5, 5),
)  # fmt: skip
_MASKS = (
    lambda y, x: (y + x) % 2 == 0, lambda y, x: y % 2 == 0, lambda y, x: x % 3 == 0, lambda y, x: (y + x) % 3 == 0,
    lambda y, x: (y // 2 + x // 3) % 2 == 0, lambda y, x: y * x % 2 + y * x % 3 == 0,
    lambda y, x: (y * x % 2 + y * x % 3) % 2 == 0, lambda y, x: ((y + x) % 2 + y * x % 3) % 2 == 0,
)  # fmt: skip


def read(modules: list[list[bool]]) -> str:
    size = len(modules)
    version = (size - 17) // 4
    # Bits 14 … 10 of the format: level (M is 00) and mask, under their own mask 10101.
    said = [modules[8][x] for x in range(5)]
    level_and_mask = int("".join("1" if bit else "0" for bit in said), 2) ^ 0b10101
    assert level_and_mask >> 3 == 0, "not of level M"
    mask = _MASKS[level_and_mask & 7]
    bits = [
        modules[y][x] ^ mask(y, x) for y, x in _way(size) if not _is_function(y, x, size, version)
    ]  # fmt: skip
    words = [int("".join("1" if bit else "0" for bit in bits[at : at + 8]), 2) for at in range(0, len(bits) - 7, 8)]
    data = _ordered(words, version)
    stream = "".join(f"{word:08b}" for word in data)
    assert stream[:4] == "0100", "not in bytes"
    wide = 8 if version < 10 else 16
    length = int(stream[4 : 4 + wide], 2)
    begins = 4 + wide
    return bytes(int(stream[begins + 8 * n : begins + 8 * n + 8], 2) for n in range(length)).decode()


def _way(size: int):
    """Two columns at a time from the right, up and down in turn, past the timing column."""
    right, up = size - 1, True
    while right > 0:
        if right == 6:
            right -= 1
        for step in range(size):
            y = size - 1 - step if up else step
            yield y, right
            yield y, right - 1
        right, up = right - 2, not up


def _is_function(y: int, x: int, size: int, version: int) -> bool:
    """Finders with their format, timing, alignment, version."""
    if (y < 9 and (x < 9 or x >= size - 8)) or (y >= size - 8 and x < 9) or y == 6 or x == 6:
        return True
    if version >= 7 and ((y < 6 and x >= size - 11) or (x < 6 and y >= size - 11)):
        return True
    centres = _centres(version, size)
    corners = {(6, 6), (6, size - 7), (size - 7, 6)}
    return any(
        abs(y - cy) <= 2 and abs(x - cx) <= 2 for cy in centres for cx in centres if (cy, cx) not in corners
    )  # fmt: skip


def _centres(version: int, size: int) -> list[int]:
    if version == 1:
        return []
    count = version // 7 + 2
    step = -(-(version * 4 + 4) // ((count - 1) * 2)) * 2
    return sorted([6, *(size - 7 - n * step for n in range(count - 1))])


def _ordered(words: list[int], version: int) -> list[int]:
    """The data of each block behind that of the one before it; they are sent in turn."""
    first, many, more = _BLOCKS[version - 1]
    sizes = [first] * many + [first + 1] * more
    found: list[list[int]] = [[] for _ in sizes]
    at = 0
    for row in range(max(sizes)):
        for block, length in enumerate(sizes):
            if row < length:
                found[block].append(words[at])
                at += 1
    return [word for block in found for word in block]
