"""Nothing that others have named can forge a line of the log, or hide one."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from dynamic_style.backend.server.log_file import open_log

NAMES = {
    "a line": "krita\n2030-01-01 00:00:00,000 INFO told to shut down",
    "a return": "krita\rINFO told to shut down",
    "a line separator": "krita\u2028INFO x",
    "next line": "krita\x85INFO x",
    "an escape": "krita\x1b[2K\x1b[1A",
    "a C1 escape": "krita\x9b2K",
    "a direction": "krita\u202eatirk",
    "half a character": "krita\ud800",
    "a backspace": "krita\b\b\b\b\b",
}


@pytest.fixture
def log(runtime_folder: Path) -> Iterator[logging.Logger]:
    runtime_folder.mkdir(mode=0o700)
    root = logging.getLogger("dynamic_style")
    level, raises, before = root.level, logging.raiseExceptions, root.handlers[:]
    open_log()
    yield logging.getLogger("dynamic_style.backend.server.server")
    for handler in set(root.handlers) - set(before):
        root.removeHandler(handler)
        handler.close()
    root.setLevel(level)
    logging.raiseExceptions = raises


@pytest.mark.parametrize("name", NAMES.values(), ids=[key.replace(" ", "-") for key in NAMES])
def test_a_name_stays_inside_its_line(name: str, log: logging.Logger, runtime_folder: Path) -> None:
    log.info("hello from %s, version %s", name, "1")
    try:
        raise ValueError(name)
    except ValueError:
        log.exception("%s", name)
    lines = (runtime_folder / "backend.log").read_text(encoding="utf-8").split("\n")
    assert all(line.isprintable() for line in lines)
    begun = [line for line in lines if re.match(r"\d{4}-\d\d-\d\d ", line)]
    assert len(begun) == 2
    assert "hello from krita" in begun[0]
    assert all(line.startswith("    ") for line in lines[2:-1])
    assert any("ValueError" in line for line in lines)


def test_the_log_is_the_users_alone(log: logging.Logger, runtime_folder: Path) -> None:
    log.info("x")
    assert (runtime_folder / "backend.log").stat().st_mode & 0o077 == 0
