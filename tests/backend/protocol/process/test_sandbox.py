"""Hosts in a sandbox say what to type, and meet the backend that this starts."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from dynamic_style.backend.protocol.errors import BackendError, SandboxError
from dynamic_style.backend.protocol.process import sandbox
from dynamic_style.backend.protocol.process.launch import (
    connect_or_start,
    record_path,
    running_backend,
)
from dynamic_style.backend.protocol.process.sandbox import Sandbox, command_by_hand, find_sandbox

from ...servers import ticks

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Flatpak and Snap are Linux's")

WHO = {"host": "test", "version": "1"}
SNAP = {"SNAP": "/snap/krita/7", "SNAP_USER_DATA": "/home/a/snap/krita/7"}


def test_a_flatpak_is_known_by_its_file_and_a_snap_by_its_home(tmp_path: Path) -> None:
    here = tmp_path / "info"
    here.touch()
    assert find_sandbox(variables={}, flatpak_info=here) == Sandbox("Flatpak", has_own_home=False)
    there = tmp_path / "none"
    inside = {**SNAP, "HOME": "/home/a/snap/krita/7"}
    assert find_sandbox(variables=inside, flatpak_info=there) == Sandbox("Snap", has_own_home=True)
    started_by_a_snap = {**SNAP, "HOME": "/home/a"}
    assert find_sandbox(variables=started_by_a_snap, flatpak_info=there) is None
    assert find_sandbox(variables={"FLATPAK_ID": "x"}, flatpak_info=there) is None


def test_the_command_names_what_is_installed_and_where_this_host_looks(
    tmp_path: Path, runtime_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = tmp_path / "backend.json"
    flatpak, snap = Sandbox("Flatpak", has_own_home=False), Sandbox("Snap", has_own_home=True)
    named = f"DYNAMIC_STYLE_RUNTIME={shlex.quote(str(runtime_folder))} "
    assert command_by_hand(snap, record) == f"{named}dynamic-style serve"
    monkeypatch.delenv("DYNAMIC_STYLE_RUNTIME")
    assert command_by_hand(flatpak, record) == "dynamic-style serve"
    record.write_text(json.dumps({"interpreter": "/usr/lib/their own/bin/python"}))
    assert shlex.split(command_by_hand(flatpak, record)) == [
        *("/usr/lib/their own/bin/python", "-I", "-m", "dynamic_style.backend", "serve")
    ]
    record.write_text(json.dumps({"interpreter": f"/{'x' * 5000}"}))
    assert command_by_hand(flatpak, record).endswith("xxx -I -m dynamic_style.backend serve")
    record.write_text("[]")
    assert command_by_hand(flatpak, record) == "dynamic-style serve"
    record.unlink()
    os.mkfifo(record)
    assert command_by_hand(flatpak, record) == "dynamic-style serve"


@pytest.fixture
def environment(tmp_path: Path) -> Path:
    """As the installer makes it, seen from a sandbox: the Python that it leads to is not there."""
    folder = tmp_path / "an environment" / "bin"
    folder.mkdir(parents=True)
    (folder / "python").symlink_to("/usr/bin/not-in-this-sandbox")
    program = folder / "dynamic-style"
    run = shlex.join([sys.executable, "-m", "dynamic_style.backend"])
    program.write_text(f'#!/bin/sh\nexec {run} "$@"\n')
    program.chmod(0o755)
    record_path().parent.mkdir(parents=True, exist_ok=True)
    record_path().write_text(json.dumps({"interpreter": str(folder / "python")}))
    return folder


@pytest.fixture
def started() -> Iterator[list[subprocess.Popen[bytes]]]:
    processes: list[subprocess.Popen[bytes]] = []
    yield processes
    for process in processes:
        process.terminate()
        process.wait(30)


@pytest.mark.usefixtures("environment")
def test_a_flatpak_says_what_to_type_and_then_connects(
    installed: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    started: list[subprocess.Popen[bytes]],
) -> None:
    info = tmp_path / "flatpak-info"
    info.touch()
    monkeypatch.setattr(sandbox, "FLATPAK_INFO", info)
    with pytest.raises(SandboxError, match="runs as a Flatpak, which may not start") as caught:
        connect_or_start(**WHO)
    command = str(caught.value).partition("and then connect: ")[2]
    variables = {**os.environ, "OMP_NUM_THREADS": "1"}
    started.append(subprocess.Popen(command, shell=True, env=variables))
    for _ in ticks(60):
        running = running_backend(**WHO)
        if running is not None:
            running.close()
            break
    with connect_or_start(**WHO) as client:
        assert [pack.id for pack in client.packs().packs if pack.is_removable] == ["tiny"]
        client.shutdown()
    assert started[0].wait(30) == 0


@pytest.mark.usefixtures("environment")
def test_outside_of_a_sandbox_the_installer_is_to_be_run(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BackendError, match="run the installer again") as caught:
        connect_or_start(**WHO)
    assert not isinstance(caught.value, SandboxError)
