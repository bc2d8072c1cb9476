"""A set-up as a panel starts and watches it. The installer that does the work is a stand-in here;
the real one is tried in tests/installer/panel, and both together in the real hosts.
"""

from __future__ import annotations

import json
import os
import platform
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dynamic_style.backend.plugin import translations
from dynamic_style.backend.plugin.errors.error_actions import Remedy
from dynamic_style.backend.plugin.set_up import python_finding, set_up_texts
from dynamic_style.backend.plugin.set_up.set_up_runner import SetUpRunner
from dynamic_style.backend.plugin.set_up.set_up_state import SetUp, look
from dynamic_style.backend.plugin.set_up.set_up_watch import SetUpWatch
from dynamic_style.backend.protocol.errors import BackendError, DynamicStyleError

WAIT_S = 30.0
MAIN = """
import json, os, pathlib, signal, sys, time
folder = pathlib.Path(sys.argv[sys.argv.index("--folder") + 1])
def tell(state, **more):
    members = dict(state=state, step="packages", words="Downloading numpy-2.4.whl (17 MB)",
                   fraction=0.4, message="", restarts=False, pid=os.getpid(),
                   pid_began=time.time()) | more
    (folder / "part").write_text(json.dumps(members))
    (folder / "part").replace(folder / "progress.json")
def main(arguments):
    def cancelled(*_):
        tell("cancelled")
        sys.exit(130)
    signal.signal(signal.SIGTERM, cancelled)
    tell("running")
    while not (folder / "go-on").exists():
        time.sleep(0.02)
    how = (folder / "go-on").read_text()
    if how == "die":
        os._exit(1)
    tell(how, fraction=1.0, message="pip could not" if how == "failed" else "")
    return 0
"""


class Panel:
    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder / "set-up"
        monkeypatch.setenv("DYNAMIC_STYLE_SET_UP", str(self.folder))
        monkeypatch.setenv("DYNAMIC_STYLE_PYTHON", sys.executable)
        self.carrier = folder / "carrier"
        self.write_main(MAIN)
        self.told: list[str | tuple[str, str]] = []
        self.watch = self.new_watch()

    def write_main(self, text: str) -> None:
        room = self.carrier / "installer/panel"
        room.mkdir(parents=True, exist_ok=True)
        for inner in (room.parent, room):
            (inner / "__init__.py").touch()
        (room / "main.py").write_text(text)

    def new_watch(self) -> SetUpWatch:
        """As the panel of a host that was started anew has it."""
        runner = SetUpRunner(host="krita", version="1.2", carrier=self.carrier)

        def failed(error: DynamicStyleError, remedy: Remedy) -> None:
            self.told.append((str(error), remedy.kind))

        return SetUpWatch(
            runner, host="Krita", ready=lambda: self.told.append("ready"), failed=failed
        )

    def wait(self, condition: Callable[[], Any]) -> None:
        deadline = time.monotonic() + WAIT_S
        while not condition():
            assert time.monotonic() < deadline
            self.watch.look()
            time.sleep(0.02)

    def begin(self) -> None:
        self.watch.begin()
        self.wait(lambda: self.watch.seen.state == "running")

    def go_on(self, how: str) -> None:
        (self.folder / "go-on").write_text(how)


@pytest.fixture
def panel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Panel:
    return Panel(tmp_path, monkeypatch)


def test_it_is_shown_until_it_is_done(panel: Panel) -> None:
    assert not panel.watch.look() and panel.watch.text == ""
    panel.begin()
    assert panel.watch.text == "Setting up: 40 %, fetching numpy"
    panel.go_on("done")
    panel.wait(lambda: panel.told)
    assert panel.told == ["ready"] and panel.watch.text == ""


def test_it_outlives_the_host_and_is_found_by_the_next(panel: Panel) -> None:
    panel.begin()
    panel.watch = panel.new_watch()
    assert panel.watch.look() and panel.watch.is_at_work
    panel.watch.begin()  # one at a time
    panel.go_on("done")
    panel.wait(lambda: panel.told)
    assert panel.told == ["ready"]
    panel.watch = panel.new_watch()
    panel.watch.look()
    assert panel.told == ["ready"], "an old story was told again"


@pytest.mark.skipif(sys.platform == "win32", reason="there it is ended without being asked")
def test_it_can_be_cancelled(panel: Panel) -> None:
    panel.begin()
    panel.watch.cancel()
    assert panel.watch.text == "Cancelling…"
    panel.wait(lambda: panel.told)
    assert panel.told == [("Setting up was cancelled. What was fetched is kept.", "set_up")]


def test_a_failure_and_a_death_lead_to_another_try(panel: Panel) -> None:
    panel.begin()
    panel.go_on("failed")
    panel.wait(lambda: panel.told)
    (panel.folder / "go-on").unlink()
    panel.begin()
    panel.go_on("die")
    panel.wait(lambda: len(panel.told) == 2)
    assert panel.told == [
        ("pip could not", "set_up"),
        ("Setting up was broken off. What was fetched is kept.", "set_up"),
    ]


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("disk", "Geben Sie 500 MB frei"),
        ("network", "Der Paketindex ist nicht erreichbar"),
        ("certificate", "PIP_CERT"),
        ("package", "hat kein openvino, das"),
        ("write", "„openvino“ kann nicht beschrieben werden"),
        ("foreign", "„openvino“ gibt es schon"),
        ("python", "Installieren Sie das Paket python3-venv"),
        ("constraint", "verbieten eine Version"),
        ("", "Das Einrichten ist fehlgeschlagen: pip could not"),
    ],
)
def test_what_is_in_the_way_is_said_in_the_users_language(
    kind: str, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(set_up_texts, "_LIGHT", {(sys.platform, platform.machine())})
    found = SetUp(
        "failed", message="pip could not", kind=kind, subject="openvino", log="/a/pip.log"
    )
    try:
        translations.use_languages(["de"])
        told = set_up_texts.end_text(found, host="Krita")
    finally:
        translations.use_languages([])
    assert says in told
    assert told.endswith("Alle Ausgaben stehen in /a/pip.log") == bool(kind)


def test_a_process_that_ends_before_its_first_word_is_told(panel: Panel) -> None:
    panel.write_main("raise RuntimeError('no room')")
    panel.watch.begin()
    panel.wait(lambda: panel.told)
    ((text, kind),) = panel.told
    assert "RuntimeError: no room" in text and kind == "set_up"


@pytest.mark.skipif(sys.platform == "win32", reason="links are followed there")
def test_a_link_in_the_folder_is_not_written_through(panel: Panel, tmp_path: Path) -> None:
    panel.begin()
    panel.go_on("failed")
    panel.wait(lambda: panel.told)
    (tmp_path / "thesis").write_text("precious")
    (panel.folder / "output.log").unlink()
    (panel.folder / "output.log").symlink_to(tmp_path / "thesis")
    panel.watch.begin()
    panel.wait(lambda: len(panel.told) == 2)
    assert (
        f"{panel.folder / 'output.log'}: a link, and no plain file; remove it" in panel.told[1][0]
    )
    assert (tmp_path / "thesis").read_text() == "precious"
    assert look(panel.folder).state == "failed"  # what there was to see is still there


def test_without_a_python_it_is_said_where_to_get_one(
    panel: Panel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DYNAMIC_STYLE_PYTHON", str(panel.folder / "none"))
    panel.watch.begin()
    panel.wait(lambda: panel.told)
    ((text, _),) = panel.told
    assert "Python 3.10 to 3.14" in text and "install the package python3" in text
    monkeypatch.setattr(python_finding.sys, "platform", "win32")
    with pytest.raises(BackendError, match=r"https://www\.python\.org/downloads/"):
        python_finding.find_python()


def test_a_python_that_can_make_environments_goes_before_newer_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = {"python3.13": [3, 13, 64, False], "python3.11": [3, 11, 64, True]}
    facts |= {"python3": [3, 9, 64, True], "python3.15": [3, 15, 64, True]}
    facts |= {"python3.12": [3, 12, 32, True]}
    for name, told in facts.items():
        program = tmp_path / name
        program.write_text(f"#!/bin/sh\necho '{json.dumps(told)}'\n")
        program.chmod(0o755)
    monkeypatch.delenv("DYNAMIC_STYLE_PYTHON", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(python_finding, "USUAL", ())
    assert python_finding.find_python() == tmp_path / "python3.11"
    (tmp_path / "python3.11").unlink()
    assert python_finding.find_python() == tmp_path / "python3.13"


def test_what_is_fetched_is_said_before(panel: Panel) -> None:
    asked = panel.watch.question
    assert "MB" in asked and str(panel.folder.parent) in asked and "close Krita" in asked


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"state": "running"}', b"\xff", None])
def test_what_cannot_be_read_is_no_set_up(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "progress.json").write_bytes(content)
    elif sys.platform != "win32":
        os.mkfifo(tmp_path / "progress.json")
    assert look(tmp_path) == SetUp()


@pytest.mark.parametrize(
    "changes",
    [{"fraction": 10**400}, {"pid": float("inf")}, {"pid": 10**400}, {"pid_began": float("nan")}],
)
def test_numbers_that_nobody_can_use_are_no_set_up(
    tmp_path: Path, changes: dict[str, float]
) -> None:
    members = {"state": "running", "step": "packages", "words": "", "fraction": 0.4, "message": ""}
    members |= {"restarts": False, "pid": os.getpid(), "pid_began": 1.0} | changes
    (tmp_path / "progress.json").write_text(json.dumps(members))
    assert look(tmp_path) == SetUp()


def test_the_words_of_uv_are_understood_too() -> None:
    at = SetUp("running", "packages", "Downloading openvino (56.4MiB)", 0.5, pid=os.getpid())
    assert set_up_texts.progress_text(at) == "Setting up: 50 %, fetching openvino"
    at = SetUp("running", "packages", "Prepared 12 packages in 3.1s", 0.7)
    assert set_up_texts.progress_text(at) == "Setting up: 70 %, unpacking"
