"""What pyproject.toml cannot say: the README as a package index shows it.

There a relative link leads nowhere. As long as the project's files have no public address, pictures
go with their captions, and links to files leave their words; FILES_AT brings both back.
"""

from __future__ import annotations

import re
from pathlib import Path

from setuptools import setup

README = Path(__file__).resolve().parent / "README.md"
# Below which address a reader finds the files of a version, with a slash at its end.
FILES_AT = ""

_CAPTION = r"(?:\n\*[^*\n][^*]*\*\n)?"  # a paragraph in italics below it
_PICTURE = re.compile(rf"^!\[[^\]]*\]\((?!https?:)[^)]+\)\n{_CAPTION}\n?", re.MULTILINE)
_LINK = re.compile(r"(?<!!)\[([^\]]+)\]\((?!https?:|#)[^)]+\)")
_TARGET = re.compile(r"(\]\()(?!https?:|#)([^)]+\))")


def index_page(text: str, *, files_at: str) -> str:
    """The README for an index. files_at: as FILES_AT, or "" for none."""
    if files_at:
        return _TARGET.sub(rf"\1{files_at}\2", text)
    return _LINK.sub(r"\1", _PICTURE.sub("", text))


if __name__ == "__main__":
    setup(
        long_description=index_page(README.read_text(encoding="utf-8"), files_at=FILES_AT),
        long_description_content_type="text/markdown",
    )
