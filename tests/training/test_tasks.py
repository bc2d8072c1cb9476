"""A config's file is read for the task that it names, whatever editor wrote it."""

from __future__ import annotations

from pathlib import Path

import pytest

from dynamic_style.training.errors import ConfigError
from dynamic_style.training.tasks import TASKS, read_config

from .conftest import CONFIGS, TINY

PACKS = [path for path in sorted(CONFIGS.rglob("*.toml")) if "reproduce" not in path.parts]


@pytest.mark.parametrize("path", PACKS, ids=lambda path: str(path.relative_to(CONFIGS)))
def test_shipped_config_reads_and_is_named_after_its_pack(path: Path) -> None:
    task, config, text = read_config(path)
    assert TASKS[config.task] is task
    assert config.pack.id == path.stem
    assert text == path.read_text(encoding="utf-8")


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nothing\.toml' cannot be read"):
        read_config(tmp_path / "nothing.toml")


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "marked"])
@pytest.mark.parametrize("ending", [b"\n", b"\r\n"], ids=["LF", "CRLF"])
def test_config_of_any_editor_is_read_alike(mark: bytes, ending: bytes, tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    path.write_bytes(mark + TINY.read_bytes().replace(b"\n", ending))
    assert read_config(path) == read_config(TINY)
