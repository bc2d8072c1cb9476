"""What a GIMP that ends in the middle of the topics costs: the one that it was at."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ..channel import HostScriptError
from ..debian.inside import InsideError
from .topics import run_topics

TOPICS = {name: "" for name in ("one", "two", "three", "four")}


class Console:
    """Stands for gimp-console: answers each topic with its name, and ends at those of `ends_at`."""

    def __init__(self, exchange: Path, ends_at: set[str]) -> None:
        self.session = SimpleNamespace(exchange=exchange)
        self.ends_at = ends_at

    def evaluate(self, code: str, *, topics: dict[str, str], timeout_s: float) -> None:
        with (self.session.exchange / "topics-told").open("a", encoding="utf-8") as file:
            for name in topics:
                if name in self.ends_at:
                    raise InsideError("gimp-console: ended while it was to run")
                file.write(json.dumps([name, {"told": name}]) + "\n")


def run(exchange: Path, *ends_at: str) -> Any:
    console: Any = Console(exchange, set(ends_at))
    return run_topics(console, TOPICS)


def test_all_are_told(tmp_path: Path) -> None:
    told = run(tmp_path)
    assert [told[name] for name in TOPICS] == list(TOPICS)


@pytest.mark.parametrize("at", TOPICS)
def test_the_topic_at_which_gimp_ends_fails_alone(tmp_path: Path, at: str) -> None:
    told = run(tmp_path, at)
    assert [told[name] for name in TOPICS if name != at] == [n for n in TOPICS if n != at]
    with pytest.raises(HostScriptError, match="ended while it was to run"):
        told[at]


def test_after_a_second_end_what_is_left_has_failed(tmp_path: Path) -> None:
    told = run(tmp_path, "one", "three")
    assert told["two"] == "two"
    for name in ("one", "three", "four"):
        with pytest.raises(HostScriptError, match="ended"):
            told[name]
