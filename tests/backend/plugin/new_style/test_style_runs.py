"""New styles as a panel makes them, with a scripted training. A real one is in
tests/training/cli/test_started_by_a_host.py.
"""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dynamic_style.backend.plugin.new_style.run_folder import list_notes, runs_folder
from dynamic_style.backend.plugin.new_style.run_process import cancel
from dynamic_style.backend.plugin.new_style.run_state import StyleRun, look_at
from dynamic_style.backend.plugin.new_style.run_texts import run_text
from dynamic_style.backend.plugin.new_style.style_request import Painting, StyleRequest
from dynamic_style.backend.plugin.new_style.style_runs import (
    RunBegun,
    RunsSeen,
    StyleFailed,
    StyleRuns,
)

from .scripted_training import wait_for, write_interpreter

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the stand-in is a script with a #! line")

Start = Callable[..., StyleRuns]


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Gives a StyleRuns whose training goes as the mode says; as many hosts as are asked for."""
    monkeypatch.setenv("DYNAMIC_STYLE_TRAINING", str(tmp_path / "training"))
    made: list[StyleRuns] = []

    def make(mode: str = "done", *, lacks: tuple[str, ...] = ()) -> StyleRuns:
        python = write_interpreter(tmp_path / f"python {len(made)}", mode, lacks=lacks)
        made.append(StyleRuns(interpreter=python, look_s=0.02))
        return made[-1]

    yield make
    for runs in made:
        runs.close(timeout_s=10)
    for folder, note in list_notes():
        cancel(look_at(folder, note))


@pytest.fixture
def request_(tmp_path: Path) -> StyleRequest:
    photos = tmp_path / "photos" / "of a journey"
    photos.mkdir(parents=True)
    for number in range(10):
        (photos / f"{number}.JPG").write_bytes(b"")
    return StyleRequest("Harbour", photos.parent, "draft", ("strength", "scale"))


def save(path: Path) -> None:
    path.write_bytes(b"a PNG file")


def painting(width: int = 400, height: int = 300) -> Painting:
    return Painting(width, height, save)


def seen(runs: StyleRuns) -> tuple[StyleRun, ...]:
    event = wait_for(runs, RunsSeen)
    assert isinstance(event, RunsSeen)
    return event.runs


def until(runs: StyleRuns, state: str) -> StyleRun:
    event = wait_for(runs, RunsSeen, state=state)
    assert isinstance(event, RunsSeen)
    return event.runs[0]


def refusal(runs: StyleRuns) -> str:
    event = wait_for(runs, StyleFailed)
    assert isinstance(event, StyleFailed)
    return str(event.error)


def test_a_layer_becomes_a_run_that_installs_its_pack(start: Start, request_: StyleRequest) -> None:
    runs = start()
    runs.begin(request_, painting())
    wait_for(runs, RunBegun)
    run = until(runs, "done")
    assert (run.folder.name, run.pack_id) == ("harbour", "harbour")
    assert run_text(run) == "“Harbour” is ready and installed."
    assert run.choices == {"dismiss"}
    words = json.loads((run.folder / "words.json").read_text())
    assert (run.folder / "painting.png").read_bytes() == b"a PNG file"
    assert words[:3] == [str(run.folder / "painting.png"), "--photos", str(request_.photos)]
    assert "--title=Harbour" in words and "--install" in words
    assert words[words.index("--quality") + 1] == "draft"
    assert words[words.index("--dial") + 1] == "strength,scale"
    runs.dismiss(run)
    assert seen(runs) == ()


def test_a_run_outlives_its_host_and_any_host_shows_and_ends_it(
    start: Start, request_: StyleRequest
) -> None:
    first, second = start("wait"), start("done")
    first.begin(request_, painting())
    until(first, "running")
    first.close(timeout_s=10)
    second.watch()
    run = until(second, "running")
    assert run.sheet == run.folder / "sheet.jpg" and run.choices == {"cancel"}
    assert run_text(run) == "“Harbour”: Learning the painting, 25 %, about 12 min left"
    second.begin(StyleRequest("Another", request_.photos), painting())
    assert "“Harbour” is being made" in refusal(second)
    second.remove(run)
    assert "Cancel it first" in refusal(second)
    second.cancel(run)
    run = until(second, "cancelled")
    assert run_text(run) == "“Harbour” was stopped at 25 %. Nothing of it is lost."
    assert run.choices == {"go_on", "remove"}
    second.begin(StyleRequest(" harbour ", request_.photos), painting())
    assert "was begun and is not finished" in refusal(second)
    second.go_on(run)
    wait_for(second, RunBegun)
    until(second, "done")


def test_a_killed_run_is_told_from_one_that_runs(start: Start, request_: StyleRequest) -> None:
    runs = start("wait")
    runs.begin(request_, painting())
    run = until(runs, "running")
    os.kill(run.pid, signal.SIGKILL)
    run = until(runs, "stopped")
    assert "can go on from there" in run_text(run)
    runs.remove(run)
    assert seen(runs) == () and not run.folder.exists()


@pytest.mark.parametrize(
    ("mode", "told"), [("fail", "the disk is full"), ("crash", "RuntimeError: no such device")]
)
def test_a_run_that_fails_says_why(
    mode: str, told: str, start: Start, request_: StyleRequest
) -> None:
    runs = start(mode)
    runs.begin(request_, painting())
    run = until(runs, "failed")
    assert told in run_text(run)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"title": " "}, "no title"),
        ({"title": "x" * 101}, "up to 100 letters"),
        ({"photos": Path()}, "No folder of photos is chosen"),
        ({"photos": Path("/no/such/folder")}, "does not exist"),
        ({"photos": Path("/" + "x" * 5000)}, "does not exist"),
        ({"quality": "best"}, "quality “best” is unknown"),
        ({"dials": ("wave",)}, "dials “wave” cannot be made"),
    ],
)
def test_what_is_missing_is_said_before_anything_starts(
    change: dict[str, object], told: str, start: Start, request_: StyleRequest
) -> None:
    runs = start()
    runs.begin(StyleRequest(**(vars(request_) | change)), painting())  # type: ignore[arg-type]
    assert told in refusal(runs)
    assert not runs_folder().exists()


def test_too_few_photos_and_too_small_a_layer_are_refused(
    start: Start, request_: StyleRequest
) -> None:
    next(request_.photos.glob("*/*")).unlink()
    runs = start()
    runs.begin(request_, painting())
    assert "hold 9 pictures" in refusal(runs)
    (request_.photos / "more.webp").write_bytes(b"")
    runs.begin(request_, painting(400, 191))
    assert "400 × 191 pixels" in refusal(runs)


@pytest.mark.parametrize(
    ("lacks", "told"),
    [
        ("dynamic_style.training", "it has no dynamic_style.training"),
        ("torch", '0" -m dynamic_style.backend setup --training'),
    ],
)
def test_an_environment_that_cannot_train_is_told_with_the_way_out(
    lacks: str, told: str, start: Start, request_: StyleRequest
) -> None:
    runs = start(lacks=(lacks,))
    runs.begin(request_, painting())
    assert told in refusal(runs)
    assert not runs_folder().exists()


def test_a_painting_that_cannot_be_saved_leaves_nothing(
    start: Start, request_: StyleRequest
) -> None:
    def fail(path: Path) -> None:
        raise OSError(28, "No space left on device")

    runs = start()
    runs.begin(request_, Painting(400, 300, fail))
    assert "No space left on device" in refusal(runs)
    assert list(runs_folder().iterdir()) == []


@pytest.mark.parametrize("told", ["a link, and no plain file", "a folder of your own in DYNAMIC"])
def test_what_is_another_users_is_not_written_to(
    told: str, start: Start, request_: StyleRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = start("fail")
    runs.begin(request_, painting())
    run = until(runs, "failed")
    (tmp_path / "thesis").write_text("precious")
    output = run.folder / "output.log"
    if told.startswith("a link"):
        output.unlink()
        output.symlink_to(tmp_path / "thesis")
    else:
        output.write_text("precious")
        monkeypatch.setattr(os, "geteuid", lambda: output.stat().st_uid + 1)
    runs.go_on(run)
    said = refusal(runs)
    assert str(output) in said and told in said
    assert (tmp_path / "thesis").read_text() == "precious"
    assert output.read_text() == "precious"


def test_titles_that_share_a_name_get_folders_of_their_own(
    start: Start, request_: StyleRequest
) -> None:
    runs = start()
    for title, name in (("Bäume", "baume"), ("Baume!", "baume-2"), ("樹", "my-style")):
        runs.begin(StyleRequest(title, request_.photos), painting())
        wait_for(runs, RunBegun)
        assert until(runs, "done").folder.name == name
