"""Opens the formats that are read by Pillow, and loads no more of its modules than those.

Image.init() loads some forty, for formats that nobody here reads: a tenth of a second, which is a
tenth of what a small photo takes.
"""

from __future__ import annotations

from typing import BinaryIO

from PIL import Image, UnidentifiedImageError

from ..formats import READABLE
from .bmp_palette import use_palette


def open_with_pillow(file: BinaryIO) -> Image.Image:
    """A picture whose pixels are not decoded yet. Raises UnidentifiedImageError for other formats,
    OSError and what Pillow raises on damaged files.
    """
    Image.preinit()  # PNG, JPEG, GIF, BMP and PPM
    common = _loaded()
    file.seek(0)
    try:
        opened = Image.open(file, formats=common)
    except UnidentifiedImageError:
        _load_others()
        file.seek(0)
        return Image.open(file, formats=[name for name in _loaded() if name not in common])
    use_palette(opened, file)
    return opened


def _loaded() -> list[str]:
    return [name for name in READABLE if name in Image.OPEN]


def _load_others() -> None:
    """Each of these makes itself known to Pillow, where Pillow was built with what it needs."""
    from PIL import (  # noqa: F401
        AvifImagePlugin,
        Jpeg2KImagePlugin,
        MpoImagePlugin,
        TgaImagePlugin,
        TiffImagePlugin,
        WebPImagePlugin,
    )
