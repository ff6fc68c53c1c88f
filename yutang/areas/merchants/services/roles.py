"""Own roles of a merchant."""

from __future__ import annotations
