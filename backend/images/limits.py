"""How large a picture may be: for the memory, for its format, and before it counts as a trap."""

from __future__ import annotations

from ..protocol.errors import ImageSizeError

MAX_PIXELS = 178_956_970  # where Pillow, too, warns of a decompression bomb
BYTES_PER_PIXEL_OF_PICTURE = 72  # float32 RGB six times over: photo, resized, result and its copies
SHARE_TO_USE = 0.9  # of the memory at hand: the rest is left to everything else


def check_picture_fits(size: tuple[int, int], memory: int) -> None:
    """Refuse a picture (height, width) that alone would fill the memory (bytes at hand in the
    machine), before it is decoded. Raises ImageSizeError.
    """
    needed = size[0] * size[1] * BYTES_PER_PIXEL_OF_PICTURE
    if needed > memory * SHARE_TO_USE:
        raise ImageSizeError(
            f"a picture of {size[1]} x {size[0]} pixels takes about {readable_size(needed)} by "
            f"itself and {readable_size(memory)} of memory are at hand; --scale cannot help here: "
            "scale the picture file down, or close other programs"
        )


def readable_size(count: float) -> str:
    """A number of bytes, in words."""
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.0f} MB"


def too_many_pixels(name: str, pixels: int | None, most: int) -> str:
    """What to say of a file that claims more pixels than it may; pixels: None when not known."""
    has = f"more than {most // 1_000_000}" if pixels is None else f"{-(-pixels // 1_000_000)}"
    wanted = "" if pixels is None else f" {-(-pixels // 1_000_000)}"
    return (
        f"{name}: claims to have {has} million pixels, and files of more than "
        f"{most // 1_000_000} million can be traps; if you trust it, allow it "
        f"(--max-megapixels{wanted}), or scale it down in a painting program"
    )
