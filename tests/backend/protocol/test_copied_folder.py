"""The folder works where a plugin has it: copied, with pure-Python msgpack, nothing installed.

Runs in an interpreter of its own with -I -S, so nothing that is installed here can help.
"""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import msgpack
import pytest

from dynamic_style.backend import protocol

from .process.test_client import stylize
from .samples import KEY
from .transport.routers import ScriptedBackend

FOLDER = Path(protocol.__file__).parent
SOURCES = sorted(FOLDER.rglob("*.py"))

SCRIPT = """
import sys
sys.path.insert(0, sys.argv[1])
from plugin.protocol.process.client import connect
from plugin.protocol.process.connection_file import Connection
from plugin.protocol.messages import DialSetting, Result, StylizeRun
from plugin.protocol.pixels import packed_pixels

data = bytes(range(8))
pixels = packed_pixels(2, 1, data, layout="bgra", depth="u8", alpha="straight")
run = StylizeRun("job", "starry-night", {"strength": DialSetting((0.5,))}, pixels)
file = Connection(sys.argv[2], bytes.fromhex(sys.argv[3]), 1, 1, "0.1.0")
with connect(file, host="krita", version="0.1.0") as client:
    result = list(client.run(run))[-1]
assert isinstance(result, Result)
assert bytes(result.pixels.data) == bytes(range(255, 247, -1))
foreign = {name.partition(".")[0] for name in sys.modules} & {"msgpack", "zmq", "numpy", "torch"}
assert not foreign, foreign
packer = sys.modules["plugin.protocol.msgpack"].Packer
assert packer.__module__ == "plugin.protocol.msgpack.fallback", packer
print("ok")
"""


@pytest.fixture
def plugin_tree(tmp_path: Path) -> Path:
    """protocol/ with msgpack's .py files in it, as the installer lays it down in a plugin."""
    target = tmp_path / "plugin" / "protocol"
    shutil.copytree(FOLDER, target, ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "plugin" / "__init__.py").touch()
    (target / "msgpack").mkdir()
    for source in Path(msgpack.__file__).parent.glob("*.py"):
        shutil.copy(source, target / "msgpack")
    return tmp_path


def test_a_copied_folder_runs_a_job_with_nothing_installed(plugin_tree: Path) -> None:
    with ScriptedBackend(stylize) as backend:
        done = subprocess.run(
            [sys.executable, "-I", "-S", "-W", "error", "-c", SCRIPT,
             str(plugin_tree), backend.endpoint, KEY.hex()],
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
    assert (done.stdout, done.stderr) == ("ok\n", "")


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_only_the_standard_library_and_msgpack_are_imported(source: Path) -> None:
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            depth = len(source.relative_to(FOLDER).parts)
            assert node.level <= depth, f"{source.name}:{node.lineno} leaves the folder"
            names = [node.module or ""] if node.level == 0 else []
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        for name in names:
            top = name.partition(".")[0]
            is_allowed = top in sys.stdlib_module_names or (
                top == "msgpack" and source.name == "packing.py"
            )
            assert is_allowed, f"{source.name}:{node.lineno} imports {name}"


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_the_syntax_is_that_of_python_3_10(source: Path) -> None:
    ast.parse(source.read_text(encoding="utf-8"), feature_version=(3, 10))
