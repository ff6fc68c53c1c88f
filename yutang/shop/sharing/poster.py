"""A poster to send on: picture, name, price, and a QR code that leads to the page."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

import segno
from PIL import Image, ImageDraw, ImageFilter, ImageOps

from yutang.shop.sharing.fonts import font

if TYPE_CHECKING:
    from pathlib import Path

    from PIL.ImageFont import FreeTypeFont

WIDTH, HEIGHT = 750, 1200
PICTURE = 750  # a square at the top
QR_BOX = (526, 966, 710, 1150)  # a QR code lies within it
BRAND, PRICE, INK, GREY = "#067a3f", "#c8102e", "#1a1a1a", "#5f5f5f"  # as shop.css
_LITTLE = 1.3  # times as wide as high
_MARGIN, _LINE, _MOST_LINES = 40, 54, 3
_NO_BREAK_BEFORE = "，。！？；：、）】》”’,.!?;:)]}%"


@dataclass(frozen=True)
class Poster:
    """`price` is written as the reader's language does, "" for a page without one; `hint` stands beside the code."""

    title: str
    brand: str
    url: str
    price: str = ""
    hint: str = ""
    picture: Path | None = None


def draw(poster: Poster) -> bytes:
    """A JPEG of `WIDTH` × `HEIGHT`."""
    image = Image.new("RGB", (WIDTH, HEIGHT), "#ffffff")
    pen = ImageDraw.Draw(image)
    if poster.picture is not None:
        with Image.open(poster.picture) as picture:
            image.paste(_square(_on_white(picture)))
    else:
        pen.rectangle((0, 0, WIDTH, PICTURE), fill=BRAND)
        large = font(84, is_bold=True)
        for number, line in enumerate(wrapped(poster.brand, large, WIDTH - 2 * _MARGIN, 3)):
            pen.text((WIDTH // 2, PICTURE // 2 - 50 + number * 110), line, font=large, fill="#ffffff", anchor="mm")
    pen.rectangle((0, PICTURE, WIDTH, PICTURE + 8), fill=BRAND)
    bold = font(40, is_bold=True)
    for number, line in enumerate(wrapped(poster.title, bold, WIDTH - 2 * _MARGIN, _MOST_LINES)):
        pen.text((_MARGIN, PICTURE + 30 + number * _LINE), line, font=bold, fill=INK)
    beside = QR_BOX[0] - 2 * _MARGIN
    if poster.price:
        pen.text((_MARGIN, 1000), poster.price, font=_fitting(poster.price, beside), fill=PRICE, anchor="lm")
    pen.text((_MARGIN, 1080), wrapped(poster.brand, font(30), beside, 1)[0], font=font(30), fill=INK, anchor="lm")
    pen.text((_MARGIN, 1125), wrapped(poster.hint, font(24), beside, 1)[0], font=font(24), fill=GREY, anchor="lm")
    _code(image, poster.url)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=88)
    return out.getvalue()


def wrapped(text: str, face: FreeTypeFont, width: int, most: int) -> list[str]:
    """Lines no wider than `width`; between Chinese characters anywhere, else between words, and within a word that is
    wider than a line. What does not fit into `most` lines ends in an ellipsis. At least one line."""
    lines, line = [], ""
    for piece in _pieces(" ".join(text.split())):
        if face.getlength(line + piece.rstrip()) <= width or (piece in _NO_BREAK_BEFORE and line):
            line += piece
            continue
        if line.strip():
            lines.append(line.rstrip())
        line = ""
        for sign in piece.lstrip():
            if line and face.getlength(line + sign) > width:
                lines.append(line)
                line = ""
            line += sign
    lines.append(line.rstrip())
    if len(lines) <= most:
        return lines
    last = lines[most - 1]
    while last and face.getlength(last + "…") > width:
        last = last[:-1]
    return [*lines[: most - 1], last + "…"]


def _pieces(text: str) -> list[str]:
    """Words with the space behind them; each Chinese character is one."""
    found: list[str] = []
    for sign in text:
        if found and sign.isascii() and found[-1].isascii() and not found[-1].endswith(" "):
            found[-1] += sign
        else:
            found.append(sign)
    return found


def _fitting(text: str, width: int) -> FreeTypeFont:
    faces = [font(size, is_bold=True) for size in (56, 44, 34, 26, 18)]
    return next((face for face in faces if face.getlength(text) <= width), faces[-1])


def _square(picture: Image.Image) -> Image.Image:
    """Cut to a square where little is lost; what is much wider or higher stands whole before itself, out of focus."""
    filled = ImageOps.fit(picture, (PICTURE, PICTURE), Image.Resampling.LANCZOS)
    if max(picture.size) <= _LITTLE * min(picture.size):
        return filled
    whole = ImageOps.contain(picture, (PICTURE, PICTURE), Image.Resampling.LANCZOS)
    filled = filled.filter(ImageFilter.GaussianBlur(40))
    filled.paste(whole, ((PICTURE - whole.width) // 2, (PICTURE - whole.height) // 2))
    return filled


def _on_white(picture: Image.Image) -> Image.Image:
    """What is seen through is white, as on the page."""
    rgba = picture.convert("RGBA")
    white = Image.new("RGBA", rgba.size, "#ffffff")
    return Image.alpha_composite(white, rgba).convert("RGB")


def _code(image: Image.Image, url: str) -> None:
    """Modules of whole pixels: those are read from a screen, too."""
    left, top, right, bottom = QR_BOX
    code = segno.make(url, error="m", boost_error=False, micro=False)
    modules = code.symbol_size(border=0)[0]
    scale = max((right - left) // modules, 1)
    edge = modules * scale
    x, y = right - edge, top + (bottom - top - edge) // 2
    pen = ImageDraw.Draw(image)
    for row, line in enumerate(code.matrix):
        for column, is_dark in enumerate(line):
            if is_dark:
                pen.rectangle(
                    (x + column * scale, y + row * scale, x + column * scale + scale - 1, y + row * scale + scale - 1),
                    fill=INK,
                )
