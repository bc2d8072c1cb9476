"""A backend that runs does what a command would do, if the file is the same; whatever is wrong
with it, the command succeeds as it would alone.
"""

from __future__ import annotations

import json
import shutil
import socket
import threading
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from dynamic_style.backend.cli.workers import backend_link
from dynamic_style.backend.cli.workers.travel import has_8_bits, to_pixels, to_values
from dynamic_style.backend.compute import choose_engine
from dynamic_style.backend.compute.engine_wish import EngineWish
from dynamic_style.backend.protocol import codec
from dynamic_style.backend.protocol.errors import (
    BackendError,
    DeviceError,
    DynamicStyleError,
    ImageSizeError,
    JobCancelledError,
    PackIntegrityError,
)
from dynamic_style.backend.protocol.messages import (
    EngineChoice,
    Progress,
    Reply,
    Request,
    StylizeRun,
)
from dynamic_style.backend.protocol.process.connection_file import Connection, write_connection
from dynamic_style.backend.protocol.version import VERSION
from dynamic_style.backend.server.compute_stack import ComputeSettings
from dynamic_style.backend.server.server import ServerSettings

from ..pictures import smooth
from ..protocol.samples import KEY
from ..protocol.transport.routers import ScriptedBackend
from ..servers import SLOW_PX, ServerThread, run, ticks
from .running_cli import run_here

Capture = pytest.CaptureFixture[bytes]
OWN = EngineChoice("openvino", "cpu", "auto", None)


@pytest.fixture(autouse=True)
def no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a computer without one, where the engine is OpenVINO; nobody else has chosen."""
    monkeypatch.setattr(choose_engine, "_may_have_gpu", lambda: False)
    for name in ("ENGINE", "PRECISION"):
        monkeypatch.delenv(f"DYNAMIC_STYLE_{name}", raising=False)


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.png"
    Image.fromarray(smooth(21, 34)).save(path)
    return path


@pytest.fixture
def running(installed: Path) -> Iterator[ServerThread]:
    """A backend that has chosen by itself what it computes on, as the command does."""
    with_own_choice = ServerThread(ServerSettings(), ComputeSettings(EngineWish()))
    write_connection(with_own_choice.connection)
    yield with_own_choice
    with_own_choice.close()


@pytest.fixture
def slowly(monkeypatch: pytest.MonkeyPatch) -> None:
    """As long as it takes: a computer where much else runs is no backend that does not answer."""
    monkeypatch.setattr(backend_link, "FIND_S", 10.0)
    monkeypatch.setattr(backend_link, "SHORT_SILENCE_S", 30.0)


def stylized(capture: Capture, photo: Path, *options: object) -> tuple[bytes, Any, str]:
    """The file, its members in the JSON document, and what was said."""
    out = photo.with_name("out.png")
    out.unlink(missing_ok=True)
    outcome = run_here(
        capture, "stylize", photo, out, "--pack", "tiny", "--alpha", 0.6, "--json", *options
    )
    assert outcome.code == 0, outcome.stderr
    (result,) = json.loads(outcome.stdout)["results"]
    return out.read_bytes(), result, outcome.stderr


@pytest.mark.usefixtures("slowly")
@pytest.mark.parametrize("options", [(), ("--bit-depth", 16), ("--preserve-color", "--scale", 20)])
def test_a_backend_that_runs_does_it_and_the_file_is_the_same(
    capfdbinary: Capture, photo: Path, running: ServerThread, options: tuple[object, ...]
) -> None:
    alone, by_itself, _ = stylized(capfdbinary, photo, *options, "--no-backend")
    assert (by_itself["computed_by"], running.stack.jobs.finished) == ("this process", 0)
    made, result, said = stylized(capfdbinary, photo, *options)
    assert (result["computed_by"], running.stack.jobs.finished) == ("backend", 1)
    assert "by the running backend" in said
    assert "note:" not in said
    assert made == alone


@pytest.mark.usefixtures("slowly")
def test_a_transparent_picture_is_laid_on_white_but_once(
    capfdbinary: Capture, running: ServerThread, tmp_path: Path
) -> None:
    """All its colours are black, and so of 8 bits; the file has no transparency."""
    photo, out = tmp_path / "logo.png", tmp_path / "out.jpg"
    opacity = Image.fromarray(np.random.default_rng(1).integers(0, 256, (21, 34), np.uint8))
    Image.merge("RGBA", [Image.new("L", (34, 21))] * 3 + [opacity]).save(photo)
    made = []
    for more in ((), ("--no-backend",)):
        asked = ("stylize", photo, out, "--pack", "tiny", "--quality", 100, "--force", *more)
        assert run_here(capfdbinary, *asked).code == 0
        made.append(out.read_bytes())
    assert running.stack.jobs.finished == 1
    assert made[0] == made[1]


@pytest.mark.usefixtures("slowly")
def test_a_sheet_is_drawn_by_the_backend_too(
    capfdbinary: Capture, photo: Path, running: ServerThread
) -> None:
    sheets = []
    for options in ((), ("--no-backend",)):
        out = photo.with_name("sheet.png")
        command = ("sweep", photo, out, "--pack", "tiny", "--force", "--alphas", "0,1", *options)
        outcome = run_here(capfdbinary, *command)
        assert outcome.code == 0, outcome.stderr
        sheets.append(out.read_bytes())
    assert running.stack.jobs.finished == 2
    assert sheets[0] == sheets[1]


@pytest.mark.parametrize(
    "options", [("--device", "cpu"), ("--threads", 1), ("--precision", "float32")]
)
def test_what_names_an_engine_is_done_here(
    capfdbinary: Capture, photo: Path, running: ServerThread, options: tuple[object, ...]
) -> None:
    _, result, said = stylized(capfdbinary, photo, *options)
    assert (result["computed_by"], running.stack.jobs.finished) == ("this process", 0)
    assert "note:" not in said


@pytest.mark.usefixtures("slowly")
def test_what_only_this_process_does_just_so_is_done_here(
    capfdbinary: Capture, photo: Path, running: ServerThread, made_packs: Path, tmp_path: Path
) -> None:
    """A map of other than the picture's size, and a pack that is not installed."""
    Image.new("L", (9, 9), 100).save(tmp_path / "map.png")
    _, result, _ = stylized(capfdbinary, photo, "--alpha-map", tmp_path / "map.png")
    assert result["computed_by"] == "this process"
    apart, out = shutil.copytree(made_packs / "tiny", tmp_path / "apart"), tmp_path / "o.png"
    outcome = run_here(capfdbinary, "stylize", photo, out, "--pack", apart)
    assert outcome.code == 0, outcome.stderr
    assert running.stack.jobs.finished == 0


@pytest.mark.usefixtures("slowly")
def test_no_host_s_preview_waits_for_a_large_picture(
    capfdbinary: Capture, photo: Path, running: ServerThread
) -> None:
    _, result, said = stylized(capfdbinary, photo, "--scale", 1400)
    assert (result["computed_by"], running.stack.jobs.finished) == ("this process", 0)
    assert "note:" not in said
    _, result, _ = stylized(capfdbinary, photo, "--scale", 1400, "--via-backend")
    assert (result["computed_by"], running.stack.jobs.finished) == ("backend", 1)


@pytest.mark.usefixtures("slowly")
@pytest.mark.parametrize(
    ("wish", "says"),
    [
        (EngineWish(precision="float32"), "in float32"),
        (EngineWish(threads=1), "1 threads"),
        (EngineWish(engine="torch"), "torch"),
    ],
)
def test_a_backend_that_computes_otherwise_is_not_used_unasked(
    capfdbinary: Capture, photo: Path, installed: Path, wish: EngineWish, says: str
) -> None:
    other = ServerThread(ServerSettings(), ComputeSettings(wish))
    try:
        write_connection(other.connection)
        _, result, said = stylized(capfdbinary, photo)
        assert (result["computed_by"], other.stack.jobs.finished) == ("this process", 0)
        assert "the running backend is not used: it computes on cpu" in said
        assert says in said
        _, result, said = stylized(capfdbinary, photo, "--via-backend")
        assert (result["computed_by"], other.stack.jobs.finished) == ("backend", 1)
        assert "note: the backend computes on cpu" in said
    finally:
        other.close()


@pytest.mark.usefixtures("slowly")
def test_the_environment_chooses_for_both(
    capfdbinary: Capture, photo: Path, installed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DYNAMIC_STYLE_PRECISION", "float32")
    alike = ServerThread(ServerSettings(), ComputeSettings(EngineWish(precision="float32")))
    try:
        write_connection(alike.connection)
        _, result, _ = stylized(capfdbinary, photo)
    finally:
        alike.close()
    assert result["computed_by"] == "backend"


@pytest.mark.usefixtures("installed")
def test_nothing_is_said_where_no_backend_runs(capfdbinary: Capture, photo: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        gone = Connection(f"tcp://127.0.0.1:{free.getsockname()[1]}", KEY, 1, 2, "0.1.0")
    write_connection(gone)  # as one leaves it that was killed
    _, result, said = stylized(capfdbinary, photo)
    assert result["computed_by"] == "this process"
    assert "note:" not in said


@pytest.mark.usefixtures("installed")
def test_a_backend_that_does_not_answer_is_told_and_not_waited_for(
    capfdbinary: Capture, photo: Path
) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        endpoint = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
        write_connection(Connection(endpoint, KEY, 1, codec.PROTOCOL_VERSION, "0.1.0"))
        _, result, said = stylized(capfdbinary, photo)
    assert result["computed_by"] == "this process"
    assert "the running backend is not used: it does not answer; this process does" in said


class Scripted(ScriptedBackend):
    """Of this version, and with the engine that the command would take; it does what it is told
    with a run.
    """

    def __init__(self, ends_with: Iterable[Reply | DynamicStyleError], **welcome: Any) -> None:
        self._ends_with = list(ends_with)
        super().__init__(self._do)
        self._welcome = replace(
            self._welcome, **{"backend_version": VERSION, "engine": OWN, **welcome}
        )
        own = self._welcome.backend_version
        write_connection(Connection(self.endpoint, KEY, 1, codec.PROTOCOL_VERSION, own))

    def _do(self, request: Request) -> Iterator[Reply]:
        if not isinstance(request, StylizeRun):
            return
        for reply in self._ends_with:
            if isinstance(reply, DynamicStyleError):
                raise reply
            yield replace(reply, job=request.job) if isinstance(reply, Progress) else reply


@pytest.mark.usefixtures("installed", "slowly")
@pytest.mark.parametrize(
    ("welcome", "says"),
    [
        ({"backend_version": "0.0.9"}, "it is version 0.0.9, and this is"),
        ({"engine": replace(OWN, device="cuda", name="torch")}, "it computes on cpu, as this"),
    ],
)
def test_a_backend_of_another_kind_is_told_and_not_used(
    capfdbinary: Capture, photo: Path, welcome: dict[str, Any], says: str
) -> None:
    with Scripted([], **welcome) as backend:
        _, result, said = stylized(capfdbinary, photo)
        assert backend.requests_of(StylizeRun) == []
    assert result["computed_by"] == "this process"
    assert f"the running backend is not used: {says}" in said


@pytest.mark.usefixtures("installed", "slowly")
@pytest.mark.parametrize(
    ("ends_with", "says", "asked"),
    [
        ([PackIntegrityError("another tiny")], "another tiny", 1),
        ([Progress("", 0.5, "painting"), DeviceError("no memory")], "no memory", 2),
        ([ImageSizeError("too large")], "too large", 2),
    ],
)
def test_what_the_backend_cannot_do_is_done_here(
    capfdbinary: Capture, photo: Path, ends_with: list[Any], says: str, asked: int
) -> None:
    """One picture that is too large for it does not keep it from the next one."""
    other = photo.with_name("other.png")
    shutil.copy(photo, other)
    with Scripted(ends_with) as backend:
        outcome = run_here(
            capfdbinary, "stylize", photo, other, photo.with_name("out"), "--pack", "tiny"
        )
        assert len(backend.requests_of(StylizeRun)) == asked
    assert outcome.code == 0, outcome.stderr
    assert outcome.stderr.count(f"{says}); this process does the work") == asked
    assert len(list(photo.with_name("out").iterdir())) == 2


@pytest.mark.usefixtures("installed")
def test_a_backend_that_dies_at_work_is_told(
    capfdbinary: Capture, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backend_link, "FIND_S", 10.0)
    monkeypatch.setattr(backend_link, "SHORT_SILENCE_S", 0.5)
    with Scripted([Progress("", 0.5, "painting")]):  # and not a word more
        alone, _, _ = stylized(capfdbinary, photo, "--no-backend")
        made, result, said = stylized(capfdbinary, photo)
    assert result["computed_by"] == "this process"
    assert "the running backend did not do it (no answer to stylize_run" in said
    assert made == alone


@pytest.mark.usefixtures("installed")
def test_where_the_backend_was_asked_for_its_errors_are_the_commands(
    capfdbinary: Capture, photo: Path
) -> None:
    out = photo.with_name("out.png")
    with Scripted([BackendError("it fell over")]):
        outcome = run_here(capfdbinary, "stylize", photo, out, "--pack", "tiny", "--via-backend")
    assert outcome.code == BackendError.exit_code
    assert "it fell over" in outcome.stderr
    assert not out.exists()


@pytest.mark.usefixtures("slowly")
def test_a_busy_backend_is_not_waited_for(
    capfdbinary: Capture, photo: Path, running: ServerThread
) -> None:
    client = running.client()
    slow = run("slow", working_px=2 * SLOW_PX)
    is_over = threading.Event()

    def occupy() -> None:
        with suppress(JobCancelledError):
            list(client.run(slow, should_cancel=is_over.is_set))

    thread = threading.Thread(target=occupy)
    thread.start()
    for _ in ticks(30):
        if running.stack.jobs.running:
            break
    try:
        _, result, said = stylized(capfdbinary, photo)
    finally:
        is_over.set()
        thread.join(60)
    assert result["computed_by"] == "this process"
    assert "it is busy with other pictures" in said


def test_both_wishes_at_once_are_refused(capfdbinary: Capture, photo: Path) -> None:
    outcome = run_here(
        capfdbinary, "stylize", photo, "o.png", "--pack", "tiny", "--via-backend", "--no-backend"
    )
    assert outcome.code == 2
    assert "not allowed with" in outcome.stderr


def test_pictures_are_numbers_that_come_back_as_they_went() -> None:
    deep = np.random.default_rng(1).random((5, 7, 4), np.float32)
    assert (to_values(to_pixels(deep, in_8_bits=False)) == deep).all()
    flat = (np.arange(5 * 7 * 3, dtype=np.float32) / np.float32(255)).reshape(5, 7, 3)
    assert has_8_bits(flat)
    assert not has_8_bits(deep)
    assert (to_values(to_pixels(flat, in_8_bits=True)) == flat).all()
