"""An installed plug-in has all it needs in its own folders, and runs there with nothing else."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from installer.errors import PluginError
from installer.plugins.msgpack_files import find_msgpack
from installer.plugins.sources import GIMP, KRITA, plugin_files, project_version

from . import plugin_checkout

IMPORT_IT = """
import sys
sys.path.insert(0, sys.argv[1])
import dynamic_style_krita
from dynamic_style_krita.protocol import packing
assert packing.unpack.__module__.startswith("dynamic_style_krita.")
print(sys.modules["dynamic_style_krita.protocol.msgpack"].Packer.__module__)
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return plugin_checkout.make(tmp_path / "checkout")


def lay_down(project: Path, host: str, folder: Path) -> set[str]:
    files = plugin_files(host, project, plugin_checkout.msgpack_files())
    for file in files:
        target = folder / file.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(file.content)
    return {str(file.path) for file in files}


def test_krita_plugin_is_complete_and_runs_alone(project: Path, tmp_path: Path) -> None:
    names = lay_down(project, KRITA, tmp_path / "resources")
    assert names > {
        "pykrita/dynamic_style_krita.desktop",
        "actions/dynamic_style_krita.action",
        "pykrita/dynamic_style_krita/__init__.py",
        "pykrita/dynamic_style_krita/manual.html",
        "pykrita/dynamic_style_krita/icons/dark.svg",
        "pykrita/dynamic_style_krita/plugin/worker.py",
        "pykrita/dynamic_style_krita/protocol/process/client.py",
        "pykrita/dynamic_style_krita/protocol/msgpack/fallback.py",
        "pykrita/dynamic_style_krita/protocol/msgpack/COPYING",
        "pykrita/dynamic_style_krita/LICENSE",
    }
    assert not [name for name in names if name.endswith((".so", ".pyc", ".md"))]
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-W", "error", "-c", IMPORT_IT,
         str(tmp_path / "resources" / "pykrita")],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.stdout == "dynamic_style_krita.protocol.msgpack.fallback\n", done.stderr


def test_gimp_plugin_is_complete_and_only_its_script_is_executable(project: Path) -> None:
    files = plugin_files(GIMP, project, plugin_checkout.msgpack_files())
    assert {str(file.path) for file in files} > {
        "plug-ins/dynamic-style/dynamic-style.py",
        "plug-ins/dynamic-style/dynamic_style_gimp/entry.py",
        "plug-ins/dynamic-style/dynamic_style_gimp/plugin/worker.py",
        "plug-ins/dynamic-style/dynamic_style_gimp/protocol/process/client.py",
        "plug-ins/dynamic-style/dynamic_style_gimp/protocol/msgpack/fallback.py",
    }
    executable = [str(file.path) for file in files if file.is_executable]
    assert executable == ["plug-ins/dynamic-style/dynamic-style.py"]


def test_windows_line_ends_do_not_reach_the_script(project: Path) -> None:
    script = project / "plugin_gimp" / "dynamic-style" / "dynamic-style.py"
    script.write_bytes(script.read_bytes().replace(b"\n", b"\r\n"))
    files = plugin_files(GIMP, project, plugin_checkout.msgpack_files())
    content = next(file.content for file in files if file.is_executable)
    assert content == plugin_checkout.SCRIPT.encode()


def test_incomplete_checkout_names_the_missing_file(project: Path) -> None:
    (project / "plugin_krita" / "dynamic_style_krita.desktop").unlink()
    with pytest.raises(PluginError, match=r"dynamic_style_krita\.desktop cannot be read"):
        plugin_files(KRITA, project, {})
    (project / "plugin_gimp" / "dynamic-style" / "dynamic-style.py").unlink()
    with pytest.raises(PluginError, match="Get the project again"):
        plugin_files(GIMP, project, {})


def test_version_is_the_projects(project: Path) -> None:
    assert project_version(project) == plugin_checkout.VERSION


def test_python_without_msgpack_is_passed_over(tmp_path: Path) -> None:
    missing = tmp_path / "no-such-python"
    found = find_msgpack([missing, Path(sys.executable)])
    assert found.interpreter == Path(sys.executable)
    assert b"Apache" in found.files["COPYING"]
    with pytest.raises(PluginError, match="none of these Pythons has them") as caught:
        find_msgpack([missing])
    assert str(missing) in str(caught.value)
