"""Uploads become WebP in fixed widths and nothing else; what is no picture is refused with its reason."""

from __future__ import annotations

import hashlib
import io
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageCms, ImageOps, ImageStat

from tests.factories.catalog import make_picture_file, make_product, make_sku
from tests.factories.merchants import make_merchant
from yutang.areas.catalog import images, queries, services
from yutang.areas.catalog.errors import (
    PictureCorrupt,
    PictureTooLarge,
    PictureTypeRefused,
    TooMany,
    VectorPictureRefused,
)
from yutang.areas.catalog.models import Picture
from yutang.areas.catalog.services import PictureDraft
from yutang.core import tenancy
from yutang.core.errors import NotFound


def opened(path: Path) -> Image.Image:
    return Image.open(io.BytesIO(path.read_bytes()))


def widths(settings, merchant) -> list[int]:
    found = Path(settings.FILES, "pictures", str(merchant.pk)).rglob("*.webp")
    return sorted(opened(path).width for path in found)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_every_kind_becomes_webp_and_is_never_blown_up(merchant, settings, kind):
    file = make_picture_file(900, 600, kind=kind)
    stored = images.store(file, merchant.pk)
    assert (stored.digest, stored.width, stored.height) == (hashlib.sha256(file.getvalue()).hexdigest(), 900, 600)
    assert widths(settings, merchant) == [200, 400, 800, 900]
    largest = opened(images.picture_path(merchant.pk, stored.digest, 1600))
    assert (largest.format, largest.size) == ("WEBP", (900, 600))


def test_a_small_picture_is_served_for_every_width(merchant, settings):
    stored = images.store(make_picture_file(150, 90), merchant.pk)
    assert widths(settings, merchant) == [150]
    assert opened(images.picture_path(merchant.pk, stored.digest, 800)).size == (150, 90)


def test_a_picture_longer_than_webp_can_be_is_made_smaller(merchant, settings):
    stored = images.store(make_picture_file(750, 20_000, kind="PNG"), merchant.pk)
    assert (stored.width, stored.height) == (750, 20_000)
    assert opened(images.picture_path(merchant.pk, stored.digest, 800)).size == (614, 16_383)
    thread = images.store(make_picture_file(1, 20_000, kind="PNG"), merchant.pk)
    assert opened(images.picture_path(merchant.pk, thread.digest, 800)).size == (1, 16_383)


def test_the_same_picture_is_kept_once(merchant, settings):
    first = images.store(make_picture_file(), merchant.pk)
    before = {path: path.stat().st_mtime_ns for path in Path(settings.FILES).rglob("*.webp")}
    assert images.store(make_picture_file(), merchant.pk) == first
    assert {path: path.stat().st_mtime_ns for path in Path(settings.FILES).rglob("*.webp")} == before


def test_it_is_turned_and_tells_nothing_of_the_camera(merchant):
    image = Image.new("RGB", (400, 200), "red")
    image.paste("blue", (0, 0, 200, 200))  # left half; turned by a quarter it is the top
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "Secret camera"
    exif.get_ifd(0x8825)[2] = (31.0, 14.0, 3.0)
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif, quality=95)
    stored = images.store(io.BytesIO(out.getvalue()), merchant.pk)
    assert (stored.width, stored.height) == (200, 400)
    path = images.picture_path(merchant.pk, stored.digest, 200)
    seen = opened(path)
    assert seen.size == (200, 400)
    top, bottom = seen.convert("RGB").getpixel((100, 50)), seen.convert("RGB").getpixel((100, 350))
    assert (top[2] > 200 > top[0], bottom[0] > 200 > bottom[2]) == (True, True)
    assert b"Secret" not in path.read_bytes()
    assert not seen.getexif()


def test_a_camera_that_wrote_nonsense_is_turned_all_the_same(merchant):
    exif = Image.Exif()
    exif[0x0112], exif[0x8825] = 6, {1: "N", 2: (1.0, 2.0, 3.0)}
    damaged = bytearray(exif.tobytes())
    damaged[44] = 250  # a tag that is none, of a type it cannot have
    stored = images.store(make_picture_file(400, 200, exif=bytes(damaged)), merchant.pk)
    assert (stored.width, stored.height) == (200, 400)
    assert opened(images.picture_path(merchant.pk, stored.digest, 200)).size == (200, 400)


@pytest.mark.parametrize("turn", range(1, 9))
def test_every_turn_is_that_of_the_library(merchant, turn):
    exif = Image.Exif()
    exif[0x0112] = turn
    image = Image.linear_gradient("L").crop((0, 0, 160, 200)).rotate(30)
    out = io.BytesIO()
    image.save(out, "PNG", exif=exif)
    stored = images.store(io.BytesIO(out.getvalue()), merchant.pk)
    seen = opened(images.picture_path(merchant.pk, stored.digest, 200)).convert("L")
    wanted = ImageOps.exif_transpose(Image.open(io.BytesIO(out.getvalue())))
    assert seen.size == wanted.size == (stored.width, stored.height)
    assert ImageStat.Stat(ImageChops.difference(seen, wanted)).mean[0] < 4


def test_a_colour_profile_is_worked_in_and_left_out(merchant):
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    plain = images.store(make_picture_file(colour="#3366cc", icc_profile=b"rubbish"), merchant.pk)
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    other = images.store(make_picture_file(colour="#3366cc", icc_profile=srgb), merchant.pk)
    assert profile != srgb
    for stored in (plain, other):
        seen = opened(images.picture_path(merchant.pk, stored.digest, 200))
        assert "icc_profile" not in seen.info
        assert all(abs(a - b) < 6 for a, b in zip(seen.convert("RGB").getpixel((5, 5)), (51, 102, 204), strict=True))


def test_transparency_stays_and_16_bits_of_grey_are_no_blank(merchant):
    clear, grey = io.BytesIO(), io.BytesIO()
    Image.new("RGBA", (300, 300), (255, 0, 0, 0)).save(clear, "PNG")
    Image.new("I;16", (300, 300), 0x4000).save(grey, "PNG")
    through = images.store(io.BytesIO(clear.getvalue()), merchant.pk)
    dark = images.store(io.BytesIO(grey.getvalue()), merchant.pk)
    assert opened(images.picture_path(merchant.pk, through.digest, 200)).convert("RGBA").getpixel((9, 9))[3] == 0
    assert abs(opened(images.picture_path(merchant.pk, dark.digest, 200)).convert("L").getpixel((9, 9)) - 64) < 4


def test_of_an_animation_the_first_picture(merchant):
    out = io.BytesIO()
    frames = [Image.new("RGB", (300, 200), colour) for colour in ("lime", "red")]
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    stored = images.store(io.BytesIO(out.getvalue()), merchant.pk)
    seen = opened(images.picture_path(merchant.pk, stored.digest, 200))
    assert getattr(seen, "n_frames", 1) == 1
    assert seen.convert("RGB").getpixel((50, 50))[1] > 200


def bomb() -> bytes:
    """A small PNG that says it is 60 000 × 60 000."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    )


SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (SVG, VectorPictureRefused),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', VectorPictureRefused),
        (b"%PDF-1.7 not a picture", PictureTypeRefused),
        (b"MZ\x90\x00 setup.exe", PictureTypeRefused),
        (b"", PictureTypeRefused),
        (make_picture_file(kind="BMP").getvalue(), PictureTypeRefused),
        (make_picture_file(kind="JPEG").getvalue()[:-900], PictureCorrupt),
        (make_picture_file(kind="PNG").getvalue()[:200], PictureCorrupt),
        (make_picture_file(kind="WEBP").getvalue()[:60], PictureCorrupt),
        (bomb(), PictureTooLarge),
        (b"\xff\xd8\xff" + bytes(10 * 2**20), PictureTooLarge),
        (make_picture_file(8000, 6000, kind="PNG").getvalue(), PictureTooLarge),
    ],
    ids=["svg-script", "svg", "pdf", "exe", "empty", "bmp", "cut-jpeg", "cut-png", "cut-webp", "bomb", "heavy", "48MP"],
)
def test_what_is_refused_and_why(merchant, settings, data, error):
    with pytest.raises(error) as refused:
        images.store(io.BytesIO(data), merchant.pk)
    assert refused.value.field == "picture"
    assert not list(Path(settings.FILES).rglob("*.webp"))


def test_pictures_of_a_product_are_put_in_order(merchant, actor):
    sku = make_sku()
    one, two, three = (
        services.add_picture(product_id=sku.product_id, content=make_picture_file(colour=colour), actor=actor)
        for colour in ("red", "green", "blue")
    )
    drafts = [PictureDraft(three.pk, alt="Whole", sku_id=sku.pk), PictureDraft(one.pk, alt="Cut")]
    services.save_pictures(product_id=sku.product_id, drafts=drafts, actor=actor)
    found = queries.pictures_of([sku.product_id])[sku.product_id]
    assert [(row.pk, row.alt, row.sku_id) for row in found] == [(three.pk, "Whole", sku.pk), (one.pk, "Cut", None)]
    assert queries.offers([sku.pk])[sku.pk].picture == three.digest
    assert images.picture_path(merchant.pk, two.digest, 200) is not None


def test_pictures_of_others_are_not_touched(merchant, actor):
    product, other = make_product(), make_product()
    foreign = services.add_picture(product_id=other.pk, content=make_picture_file(), actor=actor)
    with pytest.raises(NotFound):
        services.save_pictures(product_id=product.pk, drafts=[PictureDraft(foreign.pk)], actor=actor)
    with tenancy.scope(make_merchant().pk), pytest.raises(NotFound):
        services.add_picture(product_id=other.pk, content=make_picture_file(), actor=actor)
    assert Picture.objects.count() == 1


def test_at_most_thirty(merchant, actor, monkeypatch):
    product = make_product()
    monkeypatch.setattr("yutang.areas.catalog.services.pictures.MOST_PICTURES", 1)
    services.add_picture(product_id=product.pk, content=make_picture_file(), actor=actor)
    with pytest.raises(TooMany):
        services.add_picture(product_id=product.pk, content=make_picture_file(colour="red"), actor=actor)


def test_no_path_but_ours(merchant):
    stored = images.store(make_picture_file(), merchant.pk)
    assert images.picture_path(merchant.pk, stored.digest, 300) is None
    assert images.picture_path(merchant.pk, "../" * 10 + "etc/passwd", 200) is None
    assert images.picture_path(merchant.pk, stored.digest.upper(), 200) is None
    assert images.picture_path(merchant.pk + 1, stored.digest, 200) is None
