"""A file is there whole or as it was before, whoever reads it and whatever happens meanwhile."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from dynamic_style.backend.protocol.atomic_file import write_failure, write_whole
from dynamic_style.backend.protocol.process.own_files import open_secret


def test_the_old_file_is_there_until_the_new_one_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"old")
    with write_whole(path) as file:
        file.write(b"new")
        file.flush()
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


def test_a_block_that_raises_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"old")
    with pytest.raises(KeyboardInterrupt), write_whole(path) as file:
        file.write(b"half of the n")
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == [path]
    assert path.read_bytes() == b"old"


@pytest.mark.parametrize("follows", [True, False])
def test_a_link_is_followed_or_replaced_as_the_caller_says(tmp_path: Path, follows: bool) -> None:
    real, link = tmp_path / "real", tmp_path / "link"
    real.write_bytes(b"old")
    link.symlink_to(real)
    with write_whole(link, follows_link=follows) as file:
        file.write(b"new")
    assert link.read_bytes() == b"new"
    assert link.is_symlink() is follows
    assert real.read_bytes() == (b"new" if follows else b"old")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no modes of this kind")
def test_who_may_read_it_is_up_to_the_umask_or_the_opener(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        with write_whole(tmp_path / "picture") as file:
            file.write(b"for all")
        with write_whole(tmp_path / "key", opener=open_secret) as file:
            file.write(b"for one")
    finally:
        os.umask(before)
    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    assert modes == {"picture": 0o644, "key": 0o600}


def test_what_the_system_refuses_is_the_callers_to_name(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), write_whole(tmp_path / "none" / "file.png"):
        pass


@pytest.mark.parametrize(
    ("number", "says"), [(28, "disk is full"), (13, "not allowed"), (30, "not allowed")]
)
def test_what_the_system_says_becomes_advice(number: int, says: str) -> None:
    assert says in write_failure("x.png", OSError(number, "whatever"))
