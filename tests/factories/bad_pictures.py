"""Files that no upload of a picture takes, and what their sender reads."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.factories.catalog import make_picture_file
from yutang.areas.catalog import images

_HEAVY = images.MOST_MEGABYTES * 2**20
_FILES = {
    "type": (b"%PDF-1.7 a price list", "Only JPEG, PNG, WebP and GIF pictures are taken."),
    "huge": (b"\xff\xd8\xff" + bytes(_HEAVY - 2), "A picture has at most 10 MB and 40 megapixels."),  # one byte more
    "corrupt": (make_picture_file().getvalue()[:-900], "The picture is damaged or incomplete."),
    "script": (
        b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        "SVG pictures can carry scripts and are not taken. Save it as PNG.",
    ),
}
EACH = pytest.mark.parametrize(("bad", "said"), [(kind, said) for kind, (_, said) in _FILES.items()], ids=list(_FILES))


def bad_upload(kind: str) -> SimpleUploadedFile:
    """Its name and the type that the browser tells lie."""
    return SimpleUploadedFile("photo.jpg", _FILES[kind][0], "image/jpeg")
