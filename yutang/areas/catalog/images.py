"""Uploaded pictures as the shop serves them: WebP in fixed widths, without anything else the camera wrote.

They lie below `settings.FILES` under the hash of what was uploaded, so the same picture is kept once and an address
never changes its content.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from PIL import Image, ImageCms, UnidentifiedImageError
from PIL.Image import Transpose

from yutang.areas.catalog.errors import PictureCorrupt, PictureTooLarge, PictureTypeRefused, VectorPictureRefused

WIDTHS = (200, 400, 800, 1600)
_HIGHEST = 16_383  # pixels of a side of a WebP
SHOWN = "pictures"
MOST_MEGABYTES, MOST_MEGAPIXELS = 10, 40
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_VECTOR = re.compile(rb"<svg[\s>]", re.IGNORECASE)
_DAMAGED = (OSError, SyntaxError, ValueError, TypeError, EOFError, IndexError, struct.error)
_ORIENTATION = 0x0112  # of Exif: how to turn what the camera wrote
_TURNS: dict[Any, Transpose] = {
    2: Transpose.FLIP_LEFT_RIGHT, 3: Transpose.ROTATE_180, 4: Transpose.FLIP_TOP_BOTTOM, 5: Transpose.TRANSPOSE,
    6: Transpose.ROTATE_270, 7: Transpose.TRANSVERSE, 8: Transpose.ROTATE_90,
}  # fmt: skip
_SIDEWAYS = (Transpose.TRANSPOSE, Transpose.ROTATE_270, Transpose.TRANSVERSE, Transpose.ROTATE_90)


@dataclass(frozen=True)
class StoredPicture:
    digest: str
    width: int  # as uploaded, after turning
    height: int


def store(content: IO[bytes], merchant_id: int, shelf: str = SHOWN) -> StoredPicture:
    """Keeps a picture on a shelf: a folder; only what lies on `SHOWN` has an address for everybody.
    PictureTypeRefused, VectorPictureRefused, PictureTooLarge, PictureCorrupt."""
    data = content.read(MOST_MEGABYTES * 2**20 + 1)
    if len(data) > MOST_MEGABYTES * 2**20:
        raise _too_large()
    image = _opened(data)
    width, height = _size(image)
    digest = hashlib.sha256(data).hexdigest()
    folder = _folder(merchant_id, digest, shelf)
    # The smallest is written last: where it lies, all do.
    if not (folder / f"{digest}-{WIDTHS[0]}.webp").exists():
        plain = _plain(image)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for number, wanted in reversed(list(enumerate(WIDTHS))):
            if number == 0 or WIDTHS[number - 1] < plain.width:
                _write(plain, min(wanted, plain.width), folder / f"{digest}-{wanted}.webp")
    return StoredPicture(digest, width, height)


def picture_path(merchant_id: int, digest: str, width: int, shelf: str = SHOWN) -> Path | None:
    """The file to serve: as wide as asked, or the widest there is below (pictures are never blown up). None for what is
    not ours; nothing but digits and hash characters gets into the path."""
    if not _DIGEST.fullmatch(digest) or width not in WIDTHS:
        return None
    folder = _folder(merchant_id, digest, shelf)
    paths = (folder / f"{digest}-{each}.webp" for each in reversed(WIDTHS) if each <= width)
    return next((path for path in paths if path.is_file()), None)


def remove(merchant_id: int, digest: str, shelf: str = SHOWN) -> int:
    """Deletes the files of a picture; how many."""
    folder = _folder(merchant_id, digest, shelf)
    paths = [path for each in WIDTHS if (path := folder / f"{digest}-{each}.webp").is_file()]
    for path in paths:
        path.unlink()
    return len(paths)


def _folder(merchant_id: int, digest: str, shelf: str) -> Path:
    return Path(settings.FILES) / shelf / str(merchant_id) / digest[:2]


def _too_large() -> PictureTooLarge:
    return PictureTooLarge(field="picture", megabytes=MOST_MEGABYTES, megapixels=MOST_MEGAPIXELS)


def _opened(data: bytes) -> Image.Image:
    """The picture with its size known and nothing unpacked yet; the name of the file says nothing."""
    if _VECTOR.search(data[:4096]):
        raise VectorPictureRefused(field="picture")
    try:
        image = Image.open(io.BytesIO(data), formats=FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_large() from error
    except UnidentifiedImageError as error:
        raise PictureTypeRefused(field="picture") from error
    except _DAMAGED as error:
        raise PictureCorrupt(field="picture") from error
    if image.width * image.height > MOST_MEGAPIXELS * 10**6:
        raise _too_large()
    return image


def _turn(image: Image.Image) -> Transpose | None:
    """Nothing else of Exif is looked at: what phones write there is often damaged."""
    try:
        return _TURNS.get(image.getexif().get(_ORIENTATION))
    except _DAMAGED as error:
        raise PictureCorrupt(field="picture") from error


def _size(image: Image.Image) -> tuple[int, int]:
    """As it is to be seen."""
    return (image.height, image.width) if _turn(image) in _SIDEWAYS else (image.width, image.height)


def _plain(image: Image.Image) -> Image.Image:
    """Turned as it is to be seen, in sRGB, of an animation the first picture."""
    turn = _turn(image)
    try:
        image.draft("RGB", (WIDTHS[-1], WIDTHS[-1]))  # a JPEG is unpacked no larger than needed
        image.load()
        image = image if turn is None else image.transpose(turn)
        if image.height > _HIGHEST:  # a long one, as product texts have them: smaller as a whole
            image = image.resize((max(round(image.width * _HIGHEST / image.height), 1), _HIGHEST))
    except _DAMAGED as error:
        raise PictureCorrupt(field="picture") from error
    profile = image.info.get("icc_profile")
    if image.mode.startswith("I"):  # 16 bits of grey
        image = image.point(lambda value: value / 256).convert("L")
    has_alpha = image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info
    mode = "RGBA" if has_alpha else "RGB"
    if profile and image.mode in ("RGB", "RGBA", "CMYK", "L"):
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode=mode)
        except (ImageCms.PyCMSError, *_DAMAGED):
            converted = None  # as browsers do: a profile that cannot be read is none
        image = converted or image
    return image if image.mode == mode else image.convert(mode)


def _write(image: Image.Image, width: int, path: Path) -> None:
    """Complete or not there at all."""
    height = max(round(image.height * width / image.width), 1)
    draft = path.with_name(f".{path.name}-{os.getpid()}-{os.urandom(4).hex()}")
    try:
        smaller = image if image.width == width else image.resize((width, height), Image.Resampling.LANCZOS)
        smaller.save(draft, "WEBP", quality=82, method=4)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
