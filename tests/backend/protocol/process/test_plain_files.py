"""A file is read where it is one; a pipe in its place keeps nobody waiting."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest

from dynamic_style.backend.protocol.process.plain_files import open_plain, read_json


def test_a_file_is_read_also_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"a\r\nb")
    (tmp_path / "link").symlink_to(tmp_path / "file")
    with open_plain(tmp_path / "link") as file:
        assert file.read() == b"a\r\nb"


@pytest.mark.skipif(sys.platform == "win32", reason="named pipes lie elsewhere")
def test_what_is_no_file_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "to-a-pipe").symlink_to(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path / "to-a-pipe", tmp_path, Path("/dev/zero")):
        with pytest.raises(OSError, match="no plain file"):
            open_plain(path)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": [1, 2.5, -3]}', {"a": [1, 2.5, -3]}),
        ("[Infinity, -Infinity, NaN]", [None] * 3),
        ("[1e999, 1]", [None, 1]),
        (f"[{'9' * 400}, {'9' * 5000}, -{'9' * 400}, {'9' * 20}]", [None] * 3 + [int("9" * 20)]),
    ],
)
def test_numbers_that_no_float_holds_are_none(tmp_path: Path, text: str, value: Any) -> None:
    (tmp_path / "file").write_text(text)
    assert read_json(tmp_path / "file", most_bytes=20_000) == value


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "Expecting value"),
        (b"{", "Expecting property"),
        (b"[" * 60_000, "nested too deep|Expecting value"),  # newer Pythons go deeper
        (b"\xff", "can't decode"),
        (b'"%s"' % (b"x" * 70_000), "more than 65536 bytes"),
    ],
)
def test_what_is_no_json_or_too_much_is_one_error(
    tmp_path: Path, content: bytes, says: str
) -> None:
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(ValueError, match=says):
        read_json(tmp_path / "file", most_bytes=65_536)
