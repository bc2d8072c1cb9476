"""Names that clients and users choose: of jobs, packs, dials and preview streams."""

from __future__ import annotations

from .errors import MalformedError

MAX_NAME = 128  # characters


def check_name(what: str, name: str) -> None:
    """Raises MalformedError, calling the name `what`."""
    if not 1 <= len(name) <= MAX_NAME or not name.isprintable():
        raise MalformedError(
            f"{what}: {name[:40]!r} is no valid name; use 1 to {MAX_NAME} printable characters"
        )
