"""QR codes on pages: of a pickup, of a payment."""

from __future__ import annotations

import segno


def picture_of(text: str) -> str:
    """SVG as a data address, so that it is there with the page, also on a slow line; "" for nothing."""
    if not text:
        return ""
    uri: str = segno.make(text, error="m").svg_data_uri(scale=5, border=2)
    return uri
