"""Files that people open in a spreadsheet program."""

from __future__ import annotations


def harmless(text: str) -> str:
    """A cell that no spreadsheet takes for a formula. For texts: a negative number would become one."""
    return "'" + text if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
