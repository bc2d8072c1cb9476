"""plugin/ beside protocol/, as the installer lays them down in a plugin, with nothing installed.

Runs in an interpreter of its own with -I -S, so nothing that is installed here can help.
"""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import msgpack
import pytest

from dynamic_style.backend import plugin, protocol
from dynamic_style.backend.protocol.process.connection_file import Connection, write_connection

from ..protocol.process.test_client import stylize
from ..protocol.samples import KEY
from ..protocol.transport.routers import ScriptedBackend

PANEL = Path(plugin.__file__).parent
PROTOCOL = Path(protocol.__file__).parent
SOURCES = sorted(PANEL.rglob("*.py"))

SCRIPT = """
import sys, time
sys.path.insert(0, sys.argv[1])
import importlib
for name in sys.argv[2].split():
    importlib.import_module("plugin.plugin." + name)
from plugin.plugin.dial_model import DialModel
from plugin.plugin.events import RunFinished, StateChanged
from plugin.plugin.worker import Worker
from plugin.protocol.messages import DialSetting, StylizeRun
from plugin.protocol.pixels import packed_pixels

pixels = packed_pixels(2, 1, bytes(range(8)), layout="bgra", depth="u8", alpha="straight")
worker = Worker(host="krita", version="0.1.0")
worker.run(StylizeRun("job", "starry-night", {"strength": DialSetting((0.5,))}, pixels))
events = []
end = time.monotonic() + 30
while time.monotonic() < end and not any(isinstance(e, RunFinished) for e in events):
    events += worker.drain()
    time.sleep(0.01)
assert isinstance(events[-1], RunFinished), events
assert bytes(events[-1].result.pixels.data) == bytes(range(255, 247, -1))
assert [e.state for e in events if isinstance(e, StateChanged)] == ["connected"]
worker.close(timeout_s=10)
foreign = {name.partition(".")[0] for name in sys.modules} & {"msgpack", "zmq", "numpy", "torch"}
assert not foreign, foreign
print("ok")
"""


@pytest.fixture
def plugin_tree(tmp_path: Path) -> Path:
    (tmp_path / "plugin").mkdir()
    (tmp_path / "plugin" / "__init__.py").touch()
    for folder in (PANEL, PROTOCOL):
        shutil.copytree(
            folder, tmp_path / "plugin" / folder.name, ignore=shutil.ignore_patterns("__pycache__")
        )
    target = tmp_path / "plugin" / "protocol" / "msgpack"
    target.mkdir()
    for source in Path(msgpack.__file__).parent.glob("*.py"):
        shutil.copy(source, target)
    return tmp_path


def test_a_copied_worker_runs_a_job_with_nothing_installed(
    plugin_tree: Path, runtime_folder: Path
) -> None:
    inner = [source.relative_to(PANEL).with_suffix("") for source in SOURCES]
    modules = " ".join(".".join(path.parts) for path in inner if path.name != "__init__")
    with ScriptedBackend(stylize) as backend:
        write_connection(Connection(backend.endpoint, KEY, os.getpid(), 1, "0.1.0"))
        done = subprocess.run(
            [sys.executable, "-I", "-S", "-W", "error", "-c", SCRIPT, str(plugin_tree), modules],
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
    assert (done.stdout, done.stderr) == ("ok\n", "")


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_only_the_standard_library_and_protocol_are_imported(source: Path) -> None:
    depth = len(source.relative_to(PANEL).parts)
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"), feature_version=(3, 10))):
        if isinstance(node, ast.ImportFrom) and node.level:
            name = (node.module or "").partition(".")[0]
            assert node.level <= depth or (node.level, name) == (depth + 1, "protocol"), (
                f"{source.name}:{node.lineno} leaves the folder"
            )
        elif isinstance(node, ast.ImportFrom | ast.Import):
            module = node.module if isinstance(node, ast.ImportFrom) else node.names[0].name
            top = str(module).partition(".")[0]
            assert top in sys.stdlib_module_names, f"{source.name}:{node.lineno} imports {module}"
