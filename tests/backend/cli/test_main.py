"""The program as a whole: quick help, exit codes, one JSON document, clean endings."""

from __future__ import annotations

import argparse
import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from dynamic_style.backend.cli.main import MODULES, build_parser, join_negative_numbers

from .running_cli import TIMEOUT_S, command, environment, run_apart, run_here

WITHOUT_TORCH = """
import sys
from dynamic_style.backend.cli.main import main
try:
    code = main(sys.argv[1:])
except SystemExit as stopped:
    code = stopped.code
loaded = sorted({"torch", "numpy", "PIL"} & set(sys.modules))
sys.exit(f"loaded {loaded}" if loaded else code)
"""


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--help"], 0),
        (["--version"], 0),
        (["stylize", "--help"], 0),
        (["packs", "list"], 0),
        (["packs", "list", "--json"], 0),
        (["packs", "info", "{pack}"], 0),
        (["stylize", "a.png", "b.xyz", "--pack", "{pack}"], 2),
        (["stylize", "a.png", "b.png", "--pack", "nothing-like-it"], 3),
        (["stylize", "a.png", "b.png", "--pack", "{pack}", "--alpha", "strenth=1"], 2),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else str(value),
)
def test_what_needs_no_net_loads_no_torch(
    tiny_pack: Path, tmp_path: Path, arguments: list[str], code: int
) -> None:
    filled = [argument.format(pack=tiny_pack) for argument in arguments]
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_TORCH, *filled],
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        env=environment(),
        cwd=tmp_path,
        check=False,
    )
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr


def test_each_command_is_read_alone_as_among_all() -> None:
    def commands(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
        (action,) = (a for a in parser._actions if isinstance(a, argparse._SubParsersAction))
        return dict(action.choices)

    everything = commands(build_parser())
    assert [*everything] == [*MODULES, "completion", "setup"]
    for name in MODULES:
        assert commands(build_parser(only=name))[name].format_help() == (
            everything[name].format_help()
        )


def test_a_command_loads_no_other_ones() -> None:
    code = (
        "import sys; from dynamic_style.backend.cli.main import main; main(['status']);"
        "sys.exit([m for m in sys.modules if m.endswith(('cli.bench', 'cli.frames'))] or None)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


def test_errors_are_one_line_without_a_traceback_unless_asked_for(
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    plain = run_here(capfdbinary, "packs", "info", "nowhere")
    assert plain.code == 3
    assert plain.stdout == b""
    assert plain.stderr.startswith("dynamic-style: error: no pack 'nowhere'")
    assert plain.stderr.count("\n") == 1
    debug = run_here(capfdbinary, "packs", "info", "nowhere", "--debug")
    assert "Traceback" in debug.stderr
    assert "PackNotFoundError" in debug.stderr


def test_with_json_a_failure_is_a_document_too(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    outcome = run_here(capfdbinary, "packs", "info", "nowhere", "--json")
    assert outcome.code == 3
    document = json.loads(outcome.stdout)
    assert document["ok"] is False
    assert document["error"]["code"] == "pack.not_found"
    assert "nowhere" in document["error"]["message"]


@pytest.mark.parametrize(
    "arguments", [[], ["paint"], ["stylize"], ["stylize", "a", "b"], ["packs"]]
)
def test_wrong_usage_ends_with_2(
    capfdbinary: pytest.CaptureFixture[bytes], arguments: list[str]
) -> None:
    outcome = run_here(capfdbinary, *arguments)
    assert outcome.code == 2
    assert "usage: dynamic-style" in outcome.stderr


def test_without_arguments_it_says_what_to_do_first(
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    outcome = run_here(capfdbinary)
    assert (outcome.code, outcome.stdout) == (2, b"")
    for first in ("dynamic-style setup ", "dynamic-style stylize PHOTO", "dynamic-style --help"):
        assert first in outcome.stderr
    assert len(outcome.stderr.splitlines()) < 12


def test_a_fault_of_the_program_is_owned_up_to(
    capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise ZeroDivisionError("oh dear")

    monkeypatch.setattr("dynamic_style.backend.cli.packs.installed.list_packs", broken)
    outcome = run_here(capfdbinary, "packs", "list")
    assert outcome.code == 1
    assert "oh dear" in outcome.stderr
    assert "--debug" in outcome.stderr
    assert "Traceback" not in outcome.stderr


def test_negative_numbers_are_values_not_options() -> None:
    assert join_negative_numbers(["sweep", "--alphas", "-1,0,1", "--alpha", "-.5", "-x"]) == [
        "sweep",
        "--alphas=-1,0,1",
        "--alpha=-.5",
        "-x",
    ]
    assert join_negative_numbers(["--alpha", "strength=-1"]) == ["--alpha", "strength=-1"]


def test_info_says_what_a_report_needs(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    document = json.loads(run_here(capfdbinary, "info", "--json").stdout)
    assert document["ok"] is True
    assert "cpu" in document["devices"]
    assert document["libraries"].keys() >= {"torch", "numpy", "pillow"}
    assert document["memory_free_bytes"] > 0
    assert document["packs_folders"]["user"] == os.environ["DYNAMIC_STYLE_PACKS"]
    lines = run_here(capfdbinary, "info").stdout.decode()
    assert document["version"] in lines
    assert document["packs_folders"]["user"] in lines


def test_a_closed_pipe_is_quiet(tiny_pack: Path) -> None:
    process = subprocess.Popen(
        command("packs", "info", tiny_pack, "--json"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()  # the reader goes before the program has written anything
    with process.stderr as stderr:
        said = stderr.read()
    assert process.wait(TIMEOUT_S) == 141
    assert said == b""


def test_ctrl_c_stops_without_a_traceback_and_leaves_nothing(
    tiny_pack: Path, tmp_path: Path
) -> None:
    small, large, out = tmp_path / "a.png", tmp_path / "b.png", tmp_path / "out"
    Image.radial_gradient("L").resize((8, 8)).save(small)
    Image.radial_gradient("L").resize((500, 500)).save(large)
    process = subprocess.Popen(
        command("stylize", small, large, out, "--pack", tiny_pack, "--scale", "800%"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=environment(),
        # who runs the tests in the background has had Ctrl-C switched off by the shell
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    assert process.stderr is not None
    first = process.stderr.readline()
    assert b"a.png: 8 x 8 pixels" in first  # now it is at work on the large one
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=TIMEOUT_S)
    assert process.returncode == 130, stderr
    assert stderr == b"dynamic-style: error: stopped\n"
    assert [path.name for path in out.iterdir()] == ["a.png"]


def test_a_picture_through_pipes(tiny_pack: Path) -> None:
    buffer = io.BytesIO()
    Image.radial_gradient("L").resize((13, 9)).convert("RGB").save(buffer, "PNG")
    outcome = run_apart(
        "stylize", "-", "-", "--pack", tiny_pack, "--format", "jpg", stdin=buffer.getvalue()
    )
    assert outcome.code == 0, outcome.stderr
    result = Image.open(io.BytesIO(outcome.stdout))
    assert (result.format, result.size) == ("JPEG", (13, 9))
    assert "standard output: 13 x 9 pixels" in outcome.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("stylize", "", "out.png", "--pack", "x"),
        ("stylize", "a.png", "  ", "--pack", "x"),
        ("stylize", "a.png", "out.png", "--pack", ""),
        ("stylize", "a.png", "out.png", "--pack", "x", "--alpha-map", ""),
        ("stylize", "a.png", "out.png", "--pack", "x", "--scale="),
        ("complete", "a.png", "", "out.png", "--pack", "x"),
        ("sweep", "\t", "out.png", "--pack", "x"),
        ("packs", "info", ""),
        ("packs", "verify", ""),
        ("packs", "install", " "),
        ("bench", "--pack", ""),
    ],
    ids=" ".join,
)
def test_an_argument_of_nothing_is_refused(
    capfdbinary: pytest.CaptureFixture[bytes],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
) -> None:
    """What `"$PHOTO"` is where that is not set; as a path it would be the current folder."""
    monkeypatch.chdir(tmp_path)
    Image.new("RGB", (9, 9)).save(tmp_path / "a.png")
    outcome = run_here(capfdbinary, *arguments)
    assert outcome.code == 2
    assert "is a variable of your script not set?" in outcome.stderr
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["a.png"]


NUMBERS = {
    "--threads": ("stylize", "a.png", "b.png", "--pack", "x"),
    "--quality": ("stylize", "a.png", "b.png", "--pack", "x"),
    "--max-megapixels": ("stylize", "a.png", "b.png", "--pack", "x"),
    "--seed": ("complete", "a.png", "m.png", "b.png", "--pack", "x"),
    "--grow": ("complete", "a.png", "m.png", "b.png", "--pack", "x"),
    "--feather": ("complete", "a.png", "m.png", "b.png", "--pack", "x"),
    "--cell": ("sweep", "a.png", "b.png", "--pack", "x"),
    "--size": ("bench",),
    "--repeats": ("bench",),
    "--cache-mb": ("serve",),
    "--idle-exit": ("serve",),
}


@pytest.mark.parametrize("number", ["1" + "0" * 40, "-1", "nan", "two", "1e999"])
@pytest.mark.parametrize("option", NUMBERS)
def test_every_number_has_a_range_and_says_it(
    capfdbinary: pytest.CaptureFixture[bytes], option: str, number: str
) -> None:
    outcome = run_here(capfdbinary, *NUMBERS[option], option, number)
    assert outcome.code == 2
    assert f"argument {option}: '{number}': give a " in outcome.stderr
