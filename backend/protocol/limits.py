"""What one message may weigh, and how far the numbers in it may go.

Both sides check before they allocate; PROTOCOL.md says the same.
"""

from __future__ import annotations

from dataclasses import dataclass

from .errors import MalformedError

MIB = 1 << 20
MAX_NAME = 128  # characters, of what clients and users call jobs, packs, dials and previews
MAX_NUMBERS = 64  # taps of one dial; the style net has three
LARGEST_ALPHA = 100.0  # far beyond any safe range; a percentage or a slip rather than a wish
MAX_GROW_PX = 256
MAX_FEATHER_PX = 256


@dataclass(frozen=True)
class Limits:
    """Caps on one message, and on what one client may ask of a backend. Sent in the welcome.

    header_bytes and depth (of nested maps and arrays) are of the msgpack header; text_bytes and
    items of each string and each array or map in it. frames counts signature and header too.
    frame_bytes: 8K RGBA in 32-bit floats takes 506 MiB. queue_length: a client's unfinished jobs.
    client_bytes: pixels and masks of all of them.
    """

    header_bytes: int = MIB
    depth: int = 8
    text_bytes: int = 4096
    items: int = 1024
    frames: int = 1024
    frame_bytes: int = 512 * MIB
    total_bytes: int = 768 * MIB
    side_px: int = 65_536
    queue_length: int = 16
    client_bytes: int = 1536 * MIB

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if not isinstance(value, int) or isinstance(value, bool) or value < 1:
                raise MalformedError(f"limits: {name} is {value!r}; it must be a positive integer")


DEFAULT_LIMITS = Limits()


def check_name(what: str, name: str) -> None:
    """Raises MalformedError, calling the name `what`."""
    if not 1 <= len(name) <= MAX_NAME or not name.isprintable():
        raise MalformedError(
            f"{what}: {name[:40]!r} is no valid name; use 1 to {MAX_NAME} printable characters"
        )
