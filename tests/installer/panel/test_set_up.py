"""The process that a panel starts: it makes the environment, and says how far it is."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from installer import preflight
from installer.panel import main as panel_main

from .. import made_up_home, mini_checkout, mini_installation
from ..plugins import plugin_checkout
from .made_up_wheels import SET_UP, make_carrier, make_wheels

pytestmark = pytest.mark.timeout(mini_checkout.TEST_TIMEOUT_S)
CODE = (
    "import sys; sys.path.insert(0, sys.argv[1]); from installer.panel.main import main;"
    " sys.exit(main(sys.argv[2:]))"
)
VERSION = plugin_checkout.VERSION


class Panel:
    """A user with a plug-in and nothing else, who presses its button."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "home"
        self.home.mkdir()
        self.state = self.home / ".local/share/dynamic-style/set-up"
        self.state.mkdir(parents=True)
        self.carrier = make_carrier(folder / "carrier")
        self.wheels = make_wheels(folder / "wheels", folder)

    def start(self, **settings: str) -> subprocess.Popen[str]:
        """settings: pip's, in place of those that name the wheels."""
        arguments = ["--host", "krita", "--version", VERSION, "--folder", str(self.state)]
        given = settings or {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(self.wheels)}
        plain = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
        return subprocess.Popen(
            [sys.executable, "-I", "-c", CODE, str(self.carrier), *arguments],
            env={**plain, "HOME": str(self.home), "PIP_CONFIG_FILE": os.devnull, **given},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, **settings: str) -> dict[str, Any]:
        """What progress.json says in the end."""
        with self.start(**settings) as process:
            self.said, _ = process.communicate(timeout=120)
        return self.told

    @property
    def told(self) -> dict[str, Any]:
        members: dict[str, Any] = json.loads((self.state / "progress.json").read_text())
        return members

    @property
    def environment(self) -> Path:
        return self.home / f".local/share/dynamic-style/environment-{VERSION}"

    @property
    def recorded(self) -> Path:
        record = json.loads((self.home / ".config/dynamic-style/backend.json").read_text())
        return Path(record["interpreter"])


@pytest.fixture
def panel(tmp_path: Path) -> Panel:
    return Panel(tmp_path)


@pytest.fixture
def silence() -> Iterator[str]:
    """The address of an index that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/simple"


def test_the_backend_is_made_recorded_and_can_be_uninstalled(panel: Panel) -> None:
    told = panel.run()
    assert told["state"] == "done" and told["fraction"] == 1 and not told["restarts"], panel.said
    assert panel.recorded == panel.environment / "bin/python"
    done = mini_installation.setup(panel.recorded, panel.home, "uninstall")
    assert done.returncode == 0, done.stderr
    assert not panel.environment.exists() and not panel.state.exists()
    assert not (panel.home / ".config/dynamic-style/backend.json").exists()


def test_it_is_broken_off_at_any_time_and_done_the_next(panel: Panel, silence: str) -> None:
    with panel.start(PIP_INDEX_URL=silence) as process:
        deadline = time.monotonic() + 60
        while not (panel.state / "progress.json").exists() or panel.told["step"] != "packages":
            assert time.monotonic() < deadline, "it does not come to the packages"
            time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 130
    assert panel.told["state"] == "cancelled"
    assert not (panel.home / ".config/dynamic-style/backend.json").exists()
    assert panel.run()["state"] == "done", panel.said


@pytest.mark.parametrize(
    ("settings", "kind", "says"),
    [
        ({"PIP_INDEX_URL": "http://127.0.0.1:9/"}, "network", "index cannot be reached"),
        (
            {"PIP_INDEX_URL": "https://index.invalid/", "PIP_PROXY": "http://127.0.0.1:9"},
            "network",
            "Behind a proxy set PIP_PROXY",
        ),
        ({"PIP_NO_INDEX": "1"}, "package", "pip found no fitting dynamic-style"),
    ],
    ids=["no network", "no proxy", "no packages"],
)
def test_what_keeps_it_from_the_packages_is_said(
    panel: Panel, settings: dict[str, str], kind: str, says: str
) -> None:
    told = panel.run(**settings, PIP_RETRIES="1")
    assert told["state"] == "failed" and told["kind"] == kind
    assert says in told["message"], panel.said
    assert told["log"] == str(panel.environment / "pip.log")
    assert "--venv" not in told["message"] and "-m installer" not in told["message"]
    assert str(panel.environment / "pip.log") in told["message"]


def test_a_folder_that_cannot_be_made_is_said(panel: Panel) -> None:
    panel.environment.write_text("a file, where a folder is needed")
    told = panel.run()
    assert told["state"] == "failed"
    assert f"{panel.environment} is there already" in told["message"]
    assert (told["kind"], told["subject"]) == ("foreign", str(panel.environment))


def test_a_folder_that_cannot_be_written_is_said(panel: Panel) -> None:
    """Root may write everywhere, but not through a link that leads nowhere."""
    panel.environment.symlink_to("/proc/none")
    told = panel.run()
    assert told["state"] == "failed", panel.said
    assert (told["kind"], told["subject"]) == ("write", str(panel.environment))


def test_a_full_disk_is_said_before_anything_is_fetched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full:
        free = 10 << 20

    monkeypatch.setattr(preflight.shutil, "disk_usage", lambda _path: Full)
    monkeypatch.setenv("HOME", str(tmp_path))
    folder = tmp_path / "set-up"
    folder.mkdir()
    arguments = ["--host", "gimp", "--version", VERSION, "--folder", str(folder)]
    before = signal.getsignal(signal.SIGTERM)
    try:
        assert panel_main.main(arguments) == 1
    finally:
        signal.signal(signal.SIGTERM, before)
    told = json.loads((folder / "progress.json").read_text())
    assert told["state"] == "failed" and "not enough disk space" in told["message"]
    assert told["kind"] == "disk"


def test_a_newer_backend_brings_the_plug_in_up_to_date(panel: Panel, tmp_path: Path) -> None:
    """Nothing is downloaded for it, and the host has to be started anew."""
    home = made_up_home.make(panel.home)
    newer = mini_installation.make(tmp_path / "newer", tmp_path / "source", version="99.0")
    main = mini_installation.package_folder(tmp_path / "newer") / "backend/__main__.py"
    main.write_text(main.read_text() + SET_UP)
    config = home / ".config/dynamic-style"
    config.mkdir(parents=True)
    (config / "backend.json").write_text(json.dumps({"interpreter": str(newer)}))
    told = panel.run(PIP_INDEX_URL="http://127.0.0.1:9/")
    assert told["state"] == "done", panel.said
    assert told["restarts"] and told["subject"] == "99.0"
    assert panel.recorded == newer and not panel.environment.exists()


def test_the_environment_of_an_older_plug_in_is_replaced_when_all_is_well(
    panel: Panel, tmp_path: Path
) -> None:
    assert panel.run()["state"] == "done", panel.said
    old = panel.environment
    make_wheels(panel.wheels, tmp_path, version="2.5")
    arguments = ["--host", "krita", "--version", "2.5", "--folder", str(panel.state)]
    done = subprocess.run(
        [sys.executable, "-I", "-c", CODE, str(panel.carrier), *arguments],
        env={
            **os.environ,
            "HOME": str(panel.home),
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": str(panel.wheels),
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert panel.recorded == old.with_name("environment-2.5") / "bin/python"
    assert not old.exists()


def test_the_pythons_own_place_is_asked_for_uv_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the Python has no venv, and uv cannot be had either, both ways out are said."""
    monkeypatch.setattr(panel_main.uv, "find", lambda: None)
    monkeypatch.setattr(panel_main.importlib.util, "find_spec", lambda _name: None)
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    progress = panel_main.Progress(tmp_path, expected_mb=1, pid=1, began=1)
    with pytest.raises(panel_main.PipError) as raised:
        panel_main.choose_uv(tmp_path, progress)
    assert "python3-venv" in str(raised.value) and "cannot be read" in str(raised.value)
