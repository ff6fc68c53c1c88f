"""Banners of the brand: words on a soft ground beside a cake, a loaf or a candle."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT = 1500, 760
_FONT = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc")
_CHINESE = 2
_LOOKS = (("#fbe3ea", "#8c2f39"), ("#fdf1cf", "#7a4a14"), ("#e3efe9", "#1f5a3c"))


def draw(title: str, text: str, look: int) -> bytes:
    """A JPEG of `WIDTH` × `HEIGHT`. Where the machine has no Chinese font the banner has no words: its text in the page
    says them."""
    ground, ink = _LOOKS[look]
    image = Image.new("RGB", (WIDTH, HEIGHT), ground)
    pen = ImageDraw.Draw(image)
    pen.ellipse((900, -160, 1740, 680), fill="#ffffff")
    pen.ellipse((980, 520, 1460, 640), fill="#ececec")
    (_cake, _loaf, _candles)[look](pen)
    if _FONT.exists():
        for words, size, top in ((title, 108, 240), (text, 50, 410)):
            pen.text((90, top), words, font=ImageFont.truetype(_FONT, size, index=_CHINESE), fill=ink)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=85)
    return out.getvalue()


def _cake(pen: ImageDraw.ImageDraw) -> None:
    pen.rounded_rectangle((1000, 320, 1440, 580), 40, fill="#e8c9a0")
    pen.rectangle((1000, 420, 1440, 460), fill="#fff6e8")
    pen.ellipse((1000, 250, 1440, 390), fill="#fff6e8")
    for left in range(1050, 1390, 110):
        pen.ellipse((left, 230, left + 80, 310), fill="#d6404f")


def _loaf(pen: ImageDraw.ImageDraw) -> None:
    pen.rounded_rectangle((980, 300, 1460, 580), 130, fill="#b8733a")
    pen.rounded_rectangle((1010, 310, 1430, 480), 90, fill="#d89a55")
    for left in (1090, 1200, 1310):
        pen.rounded_rectangle((left, 330, left + 34, 520), 17, fill="#b8733a")


def _candles(pen: ImageDraw.ImageDraw) -> None:
    _cake(pen)
    for left, colour in ((1090, "#7a4ea3"), (1205, "#f09a2e"), (1320, "#5f9e4b")):
        pen.rectangle((left, 120, left + 22, 260), fill=colour)
        pen.ellipse((left - 4, 70, left + 26, 124), fill="#f6b73c")
