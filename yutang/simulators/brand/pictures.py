"""Pictures of the brand's products: flat shapes on a soft ground, different for every product, the same every time.

Drawn at twice the size and made smaller, which is what smooths the edges."""

from __future__ import annotations

import io
import random
import zlib
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw, ImageEnhance

if TYPE_CHECKING:
    from collections.abc import Callable

    from .truth import Product

SIZE, _DRAWN = 800, 1600
_GROUNDS = ("#fde8d7", "#fdf1cf", "#e6f3df", "#dff0f2", "#e8e6f7", "#fbe3ea", "#f3e9dd", "#e3efe9")
_BREADS = ("#c98545", "#b8733a", "#d89a55", "#a9632f", "#e0ab6a")
_CREAMS = ("#fff6e8", "#fbe3ea", "#dff0d8", "#f6e2b8", "#5a3a2a", "#f9d7c9")
_FRUITS = ("#d6404f", "#f09a2e", "#7a4ea3", "#5f9e4b", "#8c2f39")


def draw(product: Product) -> bytes:
    """A JPEG of `SIZE` × `SIZE`."""
    chance = random.Random(zlib.crc32(product.code.encode()))
    image = Image.new("RGB", (_DRAWN, _DRAWN), chance.choice(_GROUNDS))
    pen = ImageDraw.Draw(image)
    pen.ellipse((180, 1180, 1420, 1420), fill="#ffffff")  # the plate
    pen.ellipse((300, 1215, 1300, 1375), fill="#efefef")
    _SHAPES.get(product.category, _box)(pen, chance)
    out = io.BytesIO()
    image.resize((SIZE, SIZE), Image.Resampling.LANCZOS).save(out, "JPEG", quality=85)
    return out.getvalue()


def photo(product: Product, number: int) -> bytes:
    """As a buyer takes it with the phone: a little askew, nearer, in the light of a kitchen. A JPEG."""
    chance = random.Random(f"{product.code}/{number}")
    image = Image.open(io.BytesIO(draw(product))).rotate(chance.uniform(-9, 9), Image.Resampling.BICUBIC)
    edge = chance.randrange(90, 150)
    image = image.crop((edge, edge, SIZE - edge, SIZE - edge))
    image = ImageEnhance.Brightness(image).enhance(chance.uniform(0.72, 0.92))
    out = io.BytesIO()
    Image.blend(image, Image.new("RGB", image.size, "#f6d9a8"), 0.12).save(out, "JPEG", quality=80)
    return out.getvalue()


def _bread(pen: ImageDraw.ImageDraw, chance: random.Random) -> None:
    crust = chance.choice(_BREADS)
    pen.rounded_rectangle((340, 780, 1260, 1300), 260, fill=crust)
    pen.rounded_rectangle((380, 800, 1220, 1080), 180, fill=_lighter(crust))
    for left in range(470, 1150, 180):
        pen.rounded_rectangle((left, 840, left + 46, 1180), 24, fill=crust)
    for _ in range(chance.randrange(0, 40)):  # sesame
        left, top = chance.randrange(430, 1170), chance.randrange(830, 1040)
        pen.ellipse((left, top, left + 26, top + 14), fill="#fff3d6")


def _toast(pen: ImageDraw.ImageDraw, chance: random.Random) -> None:
    crust = chance.choice(_BREADS)
    for left in (560, 440, 320):
        pen.rounded_rectangle((left, 560, left + 700, 1300), 90, fill=crust)
        pen.rounded_rectangle((left - 30, 480, left + 730, 800), 150, fill=crust)
        pen.rounded_rectangle((left + 40, 620, left + 660, 1250), 60, fill="#fdeccb")
        pen.rounded_rectangle((left + 10, 530, left + 690, 790), 120, fill="#fdeccb")


def _cake(pen: ImageDraw.ImageDraw, chance: random.Random) -> None:
    cream, sponge = chance.choice(_CREAMS), chance.choice(_BREADS)
    pen.rounded_rectangle((340, 800, 1260, 1300), 50, fill=_lighter(sponge))
    for top in (940, 1120):
        pen.rectangle((340, top, 1260, top + 50), fill=cream)
    pen.ellipse((340, 690, 1260, 910), fill=cream)
    for left in range(340, 1260, 115):  # what runs down the side
        pen.rounded_rectangle((left, 800, left + 115, 880 + chance.randrange(0, 130)), 57, fill=cream)
    fruit = chance.choice(_FRUITS)
    for left in range(430, 1130, 170):
        top = 660 + chance.randrange(-20, 30)
        pen.ellipse((left, top, left + 140, top + 140), fill=fruit)
        pen.ellipse((left + 30, top + 25, left + 65, top + 60), fill=_lighter(fruit))


def _slice(pen: ImageDraw.ImageDraw, chance: random.Random) -> None:
    cream, sponge = chance.choice(_CREAMS), chance.choice(_BREADS)
    pen.polygon([(360, 1290), (1240, 1290), (1240, 820), (360, 700)], fill=_lighter(sponge))
    pen.polygon([(360, 1040), (1240, 1080), (1240, 1000), (360, 950)], fill=cream)
    pen.polygon([(330, 720), (1270, 840), (1270, 760), (700, 600)], fill=cream)
    pen.ellipse((700, 520, 880, 700), fill=chance.choice(_FRUITS))


def _drink(pen: ImageDraw.ImageDraw, chance: random.Random) -> None:
    drink = chance.choice(("#8a5a36", "#5a3a2a", "#c99a6b", "#f09a2e", "#b98a5a"))
    pen.polygon([(520, 480), (1080, 480), (1010, 1310), (590, 1310)], fill="#ffffff")
    pen.polygon([(545, 640), (1055, 640), (1000, 1290), (600, 1290)], fill=drink)
    pen.rounded_rectangle((480, 430, 1120, 510), 30, fill="#efe6da")
    pen.line((880, 130, 820, 440), fill=chance.choice(_FRUITS), width=36)
    pen.ellipse((690, 850, 910, 1070), fill="#ffffff")


def _pack(pen: ImageDraw.ImageDraw, chance: random.Random) -> None:
    dough, chips = chance.choice(_BREADS), chance.choice(("#5a3a2a", "#8c2f39", "#6d8b3a", "#fff3d6"))
    for left, top in ((340, 900), (800, 920), (560, 640)):
        pen.ellipse((left, top, left + 470, top + 430), fill=dough)
        pen.ellipse((left + 25, top + 15, left + 445, top + 380), fill=_lighter(dough))
        for _ in range(9):
            x, y = left + chance.randrange(90, 350), top + chance.randrange(70, 310)
            pen.ellipse((x, y, x + 44, y + 38), fill=chips)


def _mooncake(pen: ImageDraw.ImageDraw, chance: random.Random) -> None:
    crust = chance.choice(_BREADS)
    for left, top in ((300, 830), (850, 830), (575, 500)):
        for step in range(8):  # the petals of the mould
            angle = step * 45
            box = (left - 10, top - 10, left + 460, top + 460)
            pen.pieslice(box, angle - 24, angle + 24, fill=crust)
        pen.ellipse((left + 30, top + 30, left + 420, top + 420), fill=_lighter(crust))
        pen.ellipse((left + 110, top + 110, left + 340, top + 340), outline=crust, width=22)
        pen.rectangle((left + 195, top + 150, left + 255, top + 300), fill=crust)


def _zongzi(pen: ImageDraw.ImageDraw, chance: random.Random) -> None:
    leaf = chance.choice(("#4d7c3a", "#5f8f45", "#3f6e35"))
    for left, top in ((300, 800), (800, 800), (550, 460)):
        pen.polygon([(left, top + 470), (left + 500, top + 470), (left + 250, top)], fill=leaf)
        pen.polygon([(left + 250, top), (left + 500, top + 470), (left + 300, top + 470)], fill=_lighter(leaf))
        for line in (180, 300):
            pen.line((left + 60, top + line + 60, left + 440, top + line), fill="#f3e2b8", width=18)


def _box(pen: ImageDraw.ImageDraw, chance: random.Random) -> None:
    paper, ribbon = chance.choice(_FRUITS), chance.choice(("#f6d27a", "#fff3d6", "#ffffff"))
    pen.rounded_rectangle((360, 700, 1240, 1310), 30, fill=paper)
    pen.rounded_rectangle((320, 600, 1280, 780), 30, fill=_lighter(paper))
    pen.rectangle((745, 600, 855, 1310), fill=ribbon)
    pen.ellipse((520, 430, 800, 620), outline=ribbon, width=50)
    pen.ellipse((800, 430, 1080, 620), outline=ribbon, width=50)


def _lighter(colour: str) -> str:
    parts = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return "#" + "".join(f"{part + (255 - part) * 2 // 5:02x}" for part in parts)


_SHAPES: dict[str, Callable[[ImageDraw.ImageDraw, random.Random], None]] = {
    "bread": _bread, "toast": _toast, "cake": _cake, "slice": _slice, "drink": _drink, "pack": _pack,
    "mooncake": _mooncake, "zongzi": _zongzi, "newyear": _box, "gift": _box, "extra": _box,
}  # fmt: skip
