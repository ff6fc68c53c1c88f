"""Posters: pictures that decode, with a code that leads to the page."""

from __future__ import annotations

import io

import pytest
import segno
from django.conf import settings as django_settings
from PIL import Image

from tests.areas.decoration.test_pages import notice
from tests.factories import decoration as made
from tests.factories.catalog import make_picture_file, make_product
from tests.shop.qr import read
from yutang.areas.catalog import services as catalog
from yutang.shop.sharing import fonts, poster
from yutang.shop.sharing.poster import HEIGHT, QR_BOX, WIDTH, Poster

LONG = "【节日限定】动物奶油草莓蛋糕 Strawberry-Cream-Cake-Supercalifragilisticexpialidocious 当日现做，两小时后自提"


def opened(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


def modules(image: Image.Image) -> list[list[bool]]:
    """The dark and light modules that stand in the poster, measured from its pixels alone."""
    grey = image.convert("L").crop(QR_BOX)
    dark = grey.point(lambda value: 255 if value < 128 else 0)
    left, top, right, _ = dark.getbbox()
    # A finder pattern is seven modules wide: the first dark run of the top row.
    run = next(x for x in range(left, right) if dark.getpixel((x, top + 1)) == 0) - left
    size = round((right - left) / (run / 7))
    step = (right - left) / size
    return [
        [dark.getpixel((int(left + (x + 0.5) * step), int(top + (y + 0.5) * step))) > 0 for x in range(size)]
        for y in range(size)
    ]


def says(image: Image.Image) -> str:
    """What the code says, read without any help of who drew it: format, mask, zigzag, bytes."""
    return read(modules(image))


@pytest.fixture
def cake(merchant, actor):
    product = make_product(name="草莓奶油蛋糕", subtitle="当日现做")
    catalog.add_picture(product_id=product.pk, content=make_picture_file(colour="pink"), actor=actor)
    return product


def test_the_poster_of_a_product(stranger, shop, cake):
    answer = stranger.get(f"{shop}p/{cake.pk}/poster.jpg")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/jpeg")
    image = opened(answer.content)
    assert (image.size, image.format) == ((WIDTH, HEIGHT), "JPEG")
    red, green, blue = image.getpixel((WIDTH // 2, 300))
    assert red > 240 > green > 150 < blue  # the picture of the product
    assert says(image) == f"http://testserver{shop}p/{cake.pk}"
    page = stranger.get(f"{shop}p/{cake.pk}").content.decode()
    assert f'href="http://testserver{shop}p/{cake.pk}/poster.jpg" data-share' in page


def test_posters_of_home_and_topics(stranger, shop, merchant):
    assert says(opened(stranger.get(f"{shop}poster.jpg").content)) == f"http://testserver{shop}"
    made.published(made.home(), made.block("banner", slides=[{"picture": made.picture(750, 400, "navy")}]))
    image = opened(stranger.get(f"{shop}poster.jpg").content)
    assert image.getpixel((WIDTH // 2, 300))[2] > 100
    made.published(made.topic("sale", "双十一"), notice("Hello"))
    assert says(opened(stranger.get(f"{shop}p/sale/poster.jpg").content)) == f"http://testserver{shop}p/sale/"
    assert stranger.get(f"{shop}p/none/poster.jpg").status_code == 404


def test_a_poster_is_drawn_once_and_told_by_its_tag(stranger, shop, cake, actor, monkeypatch):
    address = f"{shop}p/{cake.pk}/poster.jpg"
    first = stranger.get(address)
    drawn = []
    monkeypatch.setattr(poster, "draw", lambda wanted: drawn.append(wanted) or b"")
    again = stranger.get(address)
    assert (again.content, drawn) == (first.content, [])
    same = stranger.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert (same.status_code, same.content) == (304, b"")
    assert first.headers["Cache-Control"] == "public, max-age=300"
    catalog.save_product(draft=catalog.draft_of(cake, name="芒果千层"), product=cake, actor=actor)
    changed = stranger.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert (changed.status_code, len(drawn)) == (200, 1)
    folder = django_settings.FILES / "posters" / str(cake.merchant_id)
    assert len(list(folder.glob("*.jpg"))) == 1  # the older one went


def test_two_languages_keep_a_poster_each(stranger, shop, cake, monkeypatch):
    address = f"{shop}p/{cake.pk}/poster.jpg"
    posters = {language: stranger.get(address, headers={"Accept-Language": language}) for language in ("en", "zh-hans")}
    monkeypatch.setattr(poster, "draw", lambda wanted: b"drawn again")
    for language, first in posters.items():
        assert stranger.get(address, headers={"Accept-Language": language}).content == first.content
    assert posters["en"].content != posters["zh-hans"].content


def test_long_names_wrap_within_the_poster():
    face = fonts.font(40, is_bold=True)
    lines = poster.wrapped(LONG, face, WIDTH - 80, 3)
    assert len(lines) == 3
    assert all(face.getlength(line) <= WIDTH - 80 + face.getlength("，") for line in lines)
    assert lines[-1].endswith("…")
    assert not any(line.startswith(("，", "】")) for line in lines)
    assert poster.wrapped("短名", face, WIDTH, 3) == ["短名"]
    assert poster.wrapped("", face, WIDTH, 3) == [""]
    url = "https://example.com/" + "x" * 300
    image = opened(poster.draw(Poster(LONG, LONG, url, price="¥1,234,567,890.00 – 9", hint=LONG)))
    assert says(image) == url
    assert image.crop((0, 760, 30, HEIGHT)).convert("L").getextrema()[0] > 240  # nothing runs over the edge
    assert image.crop((WIDTH - 30, 770, WIDTH, HEIGHT)).convert("L").getextrema()[0] > 240


def test_a_server_without_a_font_says_so(stranger, shop, cake, monkeypatch, settings):
    monkeypatch.setattr(fonts, "_FOLDERS", ())
    fonts.font.cache_clear()
    answer = stranger.get(f"{shop}p/{cake.pk}/poster.jpg")
    assert (answer.status_code, "fonts-noto-cjk" in answer.content.decode()) == (503, True)


def test_colours_are_those_of_the_shop():
    css = (django_settings.STATIC_ROOT / "yutang" / "shop.css").read_text(encoding="utf-8")
    assert f"--brand: {poster.BRAND}; --price: {poster.PRICE};" in css


def test_the_reader_of_codes_reads():
    """What `says` is made of, against codes of every size that addresses need."""
    for text in ("https://a.cn/", "https://example.com/" + "p" * 60, "x" * 200, "x" * 330):
        code = segno.make(text, error="m", boost_error=False, micro=False)
        assert read([[bool(module) for module in row] for row in code.matrix]) == text
