"""`dynamic-style setup`: the installer of an installed package uses the environment it is in."""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from installer.environment.torch_builds import pinned_version, this_gpu
from installer.origin import ROOT

from . import made_up_home, mini_checkout, mini_installation, stand_in_backend
from .environment.made_up_index import CUDA_NEED, make_index
from .made_up_home import tree
from .mini_installation import setup

pytestmark = pytest.mark.timeout(mini_checkout.TEST_TIMEOUT_S)

PINNED = pinned_version(ROOT)
CONFIG = ".config/dynamic-style"
KRITA_PLUGIN = ".local/share/krita/pykrita/dynamic_style_krita"
GIMP_PLUGIN = ".config/GIMP/3.0/plug-ins/dynamic-style"
UNREACHABLE = "http://127.0.0.1:9"  # discard: a refused connection, and no waiting


@pytest.fixture
def environment(tmp_path: Path) -> Path:
    """With Dynamic Style in it."""
    mini_installation.make(tmp_path / "environment", tmp_path / "scratch")
    return tmp_path / "environment"


@pytest.fixture
def python(environment: Path) -> Path:
    return environment / "bin" / "python"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return made_up_home.make(tmp_path / "Änne's home")


def test_plugins_are_laid_down_and_taken_back_and_the_environment_stays(
    environment: Path, python: Path, home: Path
) -> None:
    before = tree(home)
    done = setup(python, home)
    assert done.returncode == 0, done.stderr
    assert f"Backend 0.7.0, run by {python}" in done.stdout
    record = json.loads((home / CONFIG / "backend.json").read_text())
    assert record["interpreter"] == str(python)
    assert (home / KRITA_PLUGIN / "LICENSE").read_text() == "the licence\n"
    assert (home / GIMP_PLUGIN / "dynamic-style.py").is_file()
    assert not (home / ".local/share/dynamic-style").exists(), "a second environment"

    checked = setup(python, home, "doctor")
    assert checked.returncode == 0, checked.stdout

    removed = setup(python, home, "uninstall")
    assert removed.returncode == 0, removed.stderr
    assert tree(home) == before
    assert f"{python} -m pip uninstall dynamic-style" in removed.stdout
    assert setup(python, home).returncode == 0, "the environment is as it was"


def test_it_speaks_of_its_own_command(python: Path, home: Path) -> None:
    said = [setup(python, home, *words) for words in (["--help"], ["doctor"], ["--dry-run"], [])]
    for done in said:
        assert "python3 -m installer" not in done.stdout + done.stderr
    helped, checked, told, _ = (done.stdout for done in said)
    assert "usage: dynamic-style setup" in helped
    assert " demo " not in helped and " test " not in helped  # which only a checkout has
    assert "run `dynamic-style setup`" in checked
    assert f"would write {home / CONFIG / 'backend.json'}" in told
    assert setup(python, home, "--venv", "elsewhere").returncode == 2


def test_named_host_alone_is_served(python: Path, home: Path) -> None:
    assert setup(python, home, "--krita").returncode == 0
    assert (home / KRITA_PLUGIN).exists() and not (home / GIMP_PLUGIN).exists()


def test_after_an_update_plugins_are_replaced_and_what_is_the_users_stays(
    environment: Path, python: Path, home: Path
) -> None:
    old = mini_installation.package_folder(environment) / "plugin_krita/dynamic_style_krita/old.py"
    old.touch()
    setup(python, home)
    assert (home / KRITA_PLUGIN / "old.py").is_file()
    pack = home / ".local/share/dynamic-style/packs/mine/pack.json"
    settings = home / CONFIG / "krita.json"
    for path in (pack, settings):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("{}")

    mini_installation.update(environment, "0.8.0")
    old.unlink()
    asked = stand_in_backend.backend_folder(environment) / "asked.txt"
    asked.unlink(missing_ok=True)
    checked = setup(python, home, "doctor").stdout
    assert "the plug-in is of version 0.7.0, the backend of version 0.8.0" in checked
    assert "mend: run `dynamic-style setup`" in checked
    done = setup(python, home)
    assert "Backend 0.8.0" in done.stdout, done.stderr
    assert not (home / KRITA_PLUGIN / "old.py").exists()
    assert "0.8.0" in (home / KRITA_PLUGIN / "protocol/version.py").read_text()
    assert "stop" in asked.read_text().split("\n"), "the backend of before still runs"
    assert pack.is_file() and settings.is_file()


def test_environment_that_the_installer_made_serves_on_from_inside(
    environment: Path, python: Path, home: Path
) -> None:
    """Such a one has `dynamic-style setup`, too, and must not take itself for an old one."""
    setup(python, home)
    receipt = home / CONFIG / "installed.json"
    receipt.write_text(
        receipt.read_text().replace('"environment": null', f'"environment": "{environment}"')
    )
    (environment / "dynamic-style.json").write_text("{}")
    assert setup(python, home).returncode == 0
    assert python.exists()
    assert json.loads(receipt.read_text())["environment"] == str(environment)
    removed = setup(python, home, "uninstall")
    assert f"Removed the backend's environment, {environment}" in removed.stdout, removed.stderr
    assert "Dynamic Style is uninstalled" in removed.stdout
    assert not environment.exists()


def test_environment_of_before_goes_when_another_one_takes_its_place(
    environment: Path, python: Path, home: Path, tmp_path: Path
) -> None:
    setup(python, home)
    former = tmp_path / "former"
    shutil.copytree(environment, former, symlinks=True)
    (former / "dynamic-style.json").write_text(
        json.dumps({"state": "ready", "fingerprint": "", "python": "", "folder": str(former),
                    "root": "", "extras": ["torch"], "kind": "copy"})
    )  # fmt: skip
    receipt = home / CONFIG / "installed.json"
    receipt.write_text(
        receipt.read_text().replace('"environment": null', f'"environment": "{former}"')
    )
    done = setup(python, home)
    assert f"Removed the environment of before, {former}" in done.stdout, done.stderr
    assert "it had PyTorch; `dynamic-style setup --torch` adds it" in done.stdout
    assert not former.exists()
    assert json.loads(receipt.read_text())["environment"] is None


@pytest.mark.parametrize(
    ("left_by_its_tool", "command"),
    [
        ("uv-receipt.toml", "uv tool install --with torch --torch-backend auto {wheel}"),
        ("pipx_metadata.json", "pipx inject dynamic-style torch"),
        (None, "uv pip install --python {python} --torch-backend auto torch"),
    ],
)
def test_where_pip_cannot_add_pytorch_the_command_that_can_is_given(
    environment: Path, python: Path, home: Path, left_by_its_tool: str | None, command: str
) -> None:
    wheel = "/some where/dynamic_style.whl"
    url = json.dumps({"url": "file:///some%20where/dynamic_style.whl"})
    site = stand_in_backend.site_packages(environment)
    (site / "dynamic_style-0.7.0.dist-info" / "direct_url.json").write_text(url)
    if left_by_its_tool:
        (environment / left_by_its_tool).touch()
    before = tree(home)
    done = setup(python, home, "--training")
    assert done.returncode == 1
    assert command.format(wheel=shlex.quote(wheel), python=shlex.quote(str(python))) in done.stderr
    assert tree(home) == before


@pytest.mark.parametrize(
    ("left_by_its_tool", "command"),
    [
        ("uv-receipt.toml", "uv tool uninstall dynamic-style"),
        ("pipx_metadata.json", "pipx uninstall dynamic-style"),
    ],
)
def test_uninstall_says_what_removes_the_program(
    environment: Path, python: Path, home: Path, left_by_its_tool: str, command: str
) -> None:
    (environment / left_by_its_tool).touch()
    setup(python, home)
    assert command in setup(python, home, "uninstall").stdout


@pytest.mark.skipif(
    this_gpu() is not None, reason="this computer has a GPU, which decides what is installed"
)
def test_pytorch_is_added_in_the_build_that_fits(python: Path, home: Path, tmp_path: Path) -> None:
    subprocess.run([python, "-I", "-m", "ensurepip"], check=True, capture_output=True, timeout=240)
    own = make_index(tmp_path / "own", ("torch", PINNED, CUDA_NEED))
    cpu = make_index(tmp_path / "cpu", ("torch", f"{PINNED}+cpu", ""))
    indexes = {"PIP_INDEX_URL": own, "PIP_NO_INDEX": "0", "DYNAMIC_STYLE_TORCH_INDEX": cpu}
    told = setup(python, home, "--torch", "--dry-run", **indexes)
    assert f"would install PyTorch beside the backend, for {python}" in told.stdout, told.stderr
    done = setup(python, home, "--torch", **indexes)
    assert f"the one for CPUs comes from {cpu}" in done.stdout, done.stderr
    assert done.returncode == 0
    site = stand_in_backend.site_packages(python.parent.parent)
    assert (site / f"torch-{PINNED}+cpu.dist-info").is_dir()
    without_hosts = tmp_path / "empty home"
    without_hosts.mkdir()
    for words, code in ((["--torch"], 0), (["--torch", "--gimp"], 1), ([], 1)):
        done = setup(python, without_hosts, *words)
        assert "no program was found" in done.stdout + done.stderr
        assert done.returncode == code
    again = setup(python, home, "--training", PIP_INDEX_URL=UNREACHABLE, PIP_NO_INDEX="0")
    assert again.returncode == 0, again.stderr
    assert "Installing" not in again.stdout
