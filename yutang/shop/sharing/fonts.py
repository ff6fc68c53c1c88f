"""The fonts of posters: Noto Sans CJK of the machine, or the files that `YUTANG_FONTS` names."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext_noop
from PIL import ImageFont

from yutang.core.errors import DomainError

_FOLDERS = ("/usr/share/fonts/opentype/noto", "/usr/share/fonts/noto-cjk", "/usr/share/fonts/google-noto-cjk")
_CHINESE = 2  # of the faces in Noto's collections: JP, KR, SC, TC, HK


class NoFont(DomainError):
    code = "shop.no_font"
    message = gettext_noop("Posters need a font with Chinese characters on the server: the package fonts-noto-cjk.")
    status = 503


def path(*, is_bold: bool = False) -> Path:
    """NoFont where the machine has none: boxes instead of characters would be worse than no poster."""
    name = f"NotoSansCJK-{'Bold' if is_bold else 'Regular'}.ttc"
    for folder in (settings.FONTS, *_FOLDERS):
        if folder and (found := Path(folder) / name).exists():
            return found
    raise NoFont


@lru_cache(maxsize=16)
def font(size: int, *, is_bold: bool = False) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(path(is_bold=is_bold), size, index=_CHINESE)
