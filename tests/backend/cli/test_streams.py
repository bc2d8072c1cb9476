"""Standard output and error that are closed, full, gone or cannot write every letter."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from PIL import Image

from .running_cli import TIMEOUT_S, Outcome, command, environment

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="shells and devices of POSIX")

TRAIN = [sys.executable, "-m", "dynamic_style.training"]
FULL = pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux's device that is full")


def run_in_shell(
    line: str, arguments: Sequence[str], env: Mapping[str, str] | None = None
) -> Outcome:
    """`line` with "$@" for the command."""
    done = subprocess.run(
        ["sh", "-c", line, "sh", *arguments],
        capture_output=True,
        timeout=TIMEOUT_S,
        env={**environment(), **(env or {})},
        check=False,
    )
    return Outcome(done.returncode, done.stdout, done.stderr.decode(errors="surrogateescape"))


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.png"
    Image.new("RGB", (24, 16), (90, 140, 30)).save(path)
    return path


@pytest.mark.parametrize("encoding", ["latin-1", "cp932", "cp437", "cp866", "ascii"])
@pytest.mark.usefixtures("installed")
def test_every_console_shows_the_packs(encoding: str) -> None:
    outcome = run_in_shell('"$@"', command("packs", "list"), {"PYTHONIOENCODING": encoding})
    assert outcome.code == 0, outcome.stderr
    assert b"tiny" in outcome.stdout


@pytest.mark.parametrize("encoding", ["latin-1", "utf-8:strict"])
def test_json_names_files_that_are_not_utf_8_by_their_bytes(
    tiny_pack: Path, tmp_path: Path, photo: Path, encoding: str
) -> None:
    named = photo.rename(tmp_path / os.fsdecode(b"a\xff.png"))
    out = tmp_path / "out.png"
    arguments = ["stylize", named, out, "--pack", tiny_pack, "--json"]
    outcome = run_in_shell('"$@"', command(*arguments), {"PYTHONIOENCODING": encoding})
    assert outcome.code == 0, outcome.stderr
    (result,) = json.loads(outcome.stdout)["results"]
    assert os.fsencode(result["input"]) == os.fsencode(named)
    missing = run_in_shell('"$@"', command("packs", "info", os.fsdecode(b"no\xff")))
    assert "'no\\xff'" in missing.stderr or "no\\udcff" in missing.stderr


EVIL = "\x1b]0;PWNED\x07\x1b[31m \u202egnp \x9b2J\nerror: all is lost"


def test_names_of_files_do_not_drive_the_terminal(tiny_pack: Path, tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    (folder / f"bad{EVIL.replace('/', '')}.png").write_bytes(b"no picture")
    (folder / f"good{EVIL}.png").write_bytes(b"")
    Image.new("RGB", (20, 20)).save(folder / f"ok{EVIL}.png", format="PNG")
    for more in ((), ("--json", "--debug")):
        out = tmp_path / f"out{len(more)}"
        arguments = ["stylize", folder, out, "--pack", tiny_pack, "--force", *more]
        outcome = run_in_shell('"$@"', command(*arguments))
        assert outcome.code == 4
        shown = outcome.stdout.decode() + outcome.stderr
        assert not set(shown) & {"\x1b", "\x07", "\u202e", "\x9b"}
        assert not any(line.startswith("error: all is lost") for line in shown.splitlines())


@pytest.mark.parametrize(
    "arguments",
    [
        ("packs", "info", EVIL),
        (EVIL,),
        ("stylize", "a", "b", f"--{EVIL}"),
        ("bench", "--pack", EVIL),
    ],
)
def test_what_is_given_does_not_drive_the_terminal(arguments: Sequence[str]) -> None:
    outcome = run_in_shell('"$@"', command(*arguments))
    assert outcome.code in (2, 3)
    assert not set(outcome.stderr) & {"\x1b", "\x07", "\u202e", "\x9b"}


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(
    "arguments",
    [command("packs", "info", "tiny"), command("--help"), [*TRAIN, "--help"]],
    ids=["packs", "help", "training"],
)
def test_a_reader_that_has_gone_is_no_fault(arguments: Sequence[str]) -> None:
    """`| head` closes its end early; `true` does so at once."""
    outcome = run_in_shell('{ sleep 0.3; "$@"; echo $? >&2; } | true', arguments)
    assert outcome.stderr.split() == ["141"]


@FULL
@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(
    "arguments",
    [command("packs", "list"), command("info", "--json"), command("--help"), [*TRAIN, "--help"]],
    ids=["lines", "json", "help", "training"],
)
def test_a_full_device_is_told_and_fails(arguments: Sequence[str]) -> None:
    outcome = run_in_shell('"$@" >/dev/full', arguments)
    assert outcome.code == 1
    assert "standard output took not all" in outcome.stderr
    assert "fault" not in outcome.stderr
    assert "Traceback" not in outcome.stderr


@pytest.mark.usefixtures("installed")
def test_closed_output_fails_only_what_prints(tmp_path: Path, photo: Path, tiny_pack: Path) -> None:
    listed = run_in_shell('"$@" >&-', command("packs", "list"))
    assert listed.code == 1
    assert "standard output took not all" in listed.stderr
    out = tmp_path / "out.png"
    painted = run_in_shell('"$@" >&-', command("stylize", photo, out, "--pack", tiny_pack))
    assert painted.code == 0, painted.stderr
    assert out.exists()


@pytest.mark.parametrize(
    "closed", ["2>&-", "2>&- >&- <&-", pytest.param("2>/dev/full", marks=FULL)]
)
def test_pictures_are_made_though_nobody_reads_the_notes(
    tmp_path: Path, photo: Path, tiny_pack: Path, closed: str
) -> None:
    out = tmp_path / "out.png"
    arguments = command("stylize", photo, out, "--pack", tiny_pack)
    assert run_in_shell(f'"$@" {closed}', arguments).code == 0
    with Image.open(out) as picture:
        picture.load()
