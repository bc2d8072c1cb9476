"""The zip is one that Krita's importer takes, and that unpacks to a working plug-in."""

from __future__ import annotations

import configparser
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from installer.cli import main
from installer.plugins.sources import HOSTS

from .. import made_up_home, mini_checkout
from . import plugin_checkout

pytestmark = pytest.mark.timeout(mini_checkout.TEST_TIMEOUT_S)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return plugin_checkout.make(tmp_path_factory.mktemp("project") / "checkout")


def package(project: Path, folder: Path, *arguments: str) -> Path:
    out = folder / "out.zip"
    done = made_up_home.run(
        project, folder, "package", *arguments, str(out), "--backend", sys.executable
    )
    assert done.returncode == 0, done.stderr
    return out


def test_krita_zip_follows_the_importers_rules(project: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(package(project, tmp_path, "krita")) as archive:
        names = archive.namelist()
        (desktop,) = [name for name in names if name.endswith(".desktop")]
        config = configparser.ConfigParser()
        config.read_string(archive.read(desktop).decode("utf-8"))
        module = config["Desktop Entry"]["X-KDE-Library"]
        assert config["Desktop Entry"]["Name"]
        assert names.index(f"{module}/") < names.index(f"{module}/__init__.py")
        assert [name for name in names if name.endswith(".action")] == [f"{module}.action"]
        assert archive.getinfo(f"{module}/").is_dir()
        assert f"{module}/protocol/msgpack/fallback.py" in names
        assert f"{module}/protocol/msgpack/COPYING" in names
        archive.extractall(tmp_path / "pykrita")
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c",
         f"import sys; sys.path.insert(0, sys.argv[1]); import {module}",
         str(tmp_path / "pykrita")],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_gimp_zip_keeps_the_executable_bit(project: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(package(project, tmp_path, "gimp")) as archive:
        script = archive.getinfo("dynamic-style/dynamic-style.py")
        assert script.external_attr >> 16 & 0o777 == 0o755
        assert "dynamic-style/dynamic_style_gimp/protocol/process/client.py" in archive.namelist()


def test_same_checkout_gives_the_same_bytes(project: Path, tmp_path: Path) -> None:
    first = package(project, tmp_path, "krita").read_bytes()
    assert package(project, tmp_path, "krita").read_bytes() == first


def test_python_without_msgpack_is_refused_with_the_way_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.zip"
    assert main(["package", "krita", str(out), "--backend", "/no/such/python"]) == 1
    assert "--backend PYTHON" in capsys.readouterr().err
    assert not out.exists()


@pytest.mark.parametrize("host", HOSTS)
def test_file_that_cannot_be_written_is_said(project: Path, tmp_path: Path, host: str) -> None:
    out = tmp_path / "no-such-folder" / "out.zip"
    arguments = ("package", host, str(out), "--backend", sys.executable)
    done = made_up_home.run(project, tmp_path, *arguments)
    assert done.returncode == 1
    assert "cannot be written" in done.stderr
