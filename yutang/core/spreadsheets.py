"""Files that people open in a spreadsheet program."""

from __future__ import annotations

_SIGNS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")


def harmless(text: str) -> str:
    """A cell that no spreadsheet takes for a formula, in East Asian settings not by full-width signs either. For texts:
    a negative number would become one."""
    return "'" + text if text[:1] in _SIGNS else text


def bare(text: str) -> str:
    """The text that `harmless` was given, where the cell comes back."""
    return text[1:] if text[:1] == "'" and text[1:2] in _SIGNS else text
