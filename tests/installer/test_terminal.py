"""What the installer repeats - arguments, variables, names of files - cannot harm a terminal."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from installer.terminal import Screen

from . import made_up_home, mini_checkout
from .plugins import plugin_checkout

pytestmark = [
    pytest.mark.timeout(mini_checkout.TEST_TIMEOUT_S),
    pytest.mark.skipif(sys.platform == "win32", reason="such names cannot be had there"),
]

EVIL = "x\x1b]0;title\x07\x9b31m\u202efdp.\x7f"
SHOWN = r"x\x1b]0;title\x07\x9b31m\u202efdp.\x7f"

LONG = "/" + "x" * 5000


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return plugin_checkout.make(tmp_path_factory.mktemp("project") / "checkout")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """One whose folder of data, with a Krita in it, has a name that would move the cursor."""
    home = tmp_path / "home"
    (home / EVIL / "krita").mkdir(parents=True)
    (home / ".config").mkdir()
    (home / ".config/kritarc").touch()
    return home


@pytest.mark.parametrize(
    "words",
    [
        ["install", "--krita-resources", EVIL],
        ["install", EVIL],
        [EVIL],
        ["install", "--backend", f"/nowhere/{EVIL}"],
        ["install", "--dry-run", "--krita"],
        ["package", "gimp", "--backend", f"/nowhere/{EVIL}"],
        ["doctor"],
    ],
    ids=lambda words: " ".join(words).replace(EVIL, "EVIL"),
)
def test_names_are_shown_without_what_terminals_obey(
    project: Path, home: Path, words: list[str]
) -> None:
    done = made_up_home.run(project, home, *words, XDG_DATA_HOME=str(home / EVIL))
    said = done.stdout + done.stderr
    assert SHOWN in said
    assert all(letter.isprintable() for letter in said.replace("\n", ""))


@pytest.mark.parametrize("words", [["demo", "--venv"], ["install", "--backend"]], ids=" ".join)
def test_an_argument_that_can_be_no_path_is_named(
    project: Path, home: Path, words: list[str]
) -> None:
    done = made_up_home.run(project, home, *words, LONG)
    assert done.returncode == 2
    assert f"argument {words[1]}: '/xxx" in done.stderr
    assert "cannot be a path: it is too long" in done.stderr


@pytest.mark.parametrize("name", ["HOME", "XDG_DATA_HOME", "DYNAMIC_STYLE_CONFIG"])
def test_a_variable_that_can_be_no_path_is_named(project: Path, home: Path, name: str) -> None:
    done = made_up_home.run_command(
        project, home, [sys.executable, "-m", "installer", "doctor"], {name: LONG}
    )
    assert done.returncode == 1
    assert f"error: {name} names a path that no folder can have (it is too long)" in done.stderr


def test_a_record_that_names_no_path_is_damaged(project: Path, home: Path) -> None:
    record = home / ".config/dynamic-style/backend.json"
    record.parent.mkdir()
    for text in (LONG, "/a\0b"):
        record.write_text(json.dumps({"interpreter": text}))
        done = made_up_home.run(project, home, "doctor")
        assert f"{record}, which names the backend's Python, is damaged" in done.stdout


def test_json_gives_the_very_names(project: Path, home: Path) -> None:
    done = made_up_home.run(project, home, "doctor", "--json", XDG_DATA_HOME=str(home / EVIL))
    assert all(letter.isprintable() for letter in done.stdout.replace("\n", ""))
    assert any(EVIL in finding["what"] for finding in json.loads(done.stdout)["findings"])


def test_bytes_that_are_no_text_and_what_pip_says_are_shown_as_well(
    capsys: pytest.CaptureFixture[str],
) -> None:
    screen = Screen()
    screen.report(f"{os.fsdecode(b'9' + bytes([0xFF]))} is written\nin two lines")
    screen.status(f"Downloading {EVIL} (1 MB)")
    assert capsys.readouterr().out == (
        f"9\\xff is written\nin two lines\n  Downloading {SHOWN} (1 MB)\n"
    )
