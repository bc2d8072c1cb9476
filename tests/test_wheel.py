"""The built wheel holds what the tree holds, and works where only the wheel is installed.

An editable install finds every file of the checkout; a wheel has only what pyproject.toml names.
"""

from __future__ import annotations

import json
import re
import runpy
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest
from packaging.metadata import Metadata

from dynamic_style.backend.protocol.version import VERSION
from installer.environment.child_environment import clean_environment
from installer.environment.dependency_group import DEV
from installer.plugins.msgpack_files import find_msgpack
from installer.plugins.sources import GIMP, KRITA, plugin_files

from .built_wheel import ROOT, build, copy_checkout
from .installer import made_up_home
from .installer.environment.test_constraints import PYTHONS

PACKAGED_FOLDERS = ("backend", "installer", "plugin_gimp", "plugin_krita", "training", "weights")
FOR_TRANSLATORS = {".po", ".pot"}  # what is made of them is in the wheel
FOR_READERS = (Path("installer", "assets"), Path("training", "results"))  # of the repository
MADE_BY_SETUPTOOLS = ("build", "dynamic_style.egg-info")
DIST_INFO = f"dynamic_style-{VERSION}.dist-info"
TIMEOUT_S = 300
ENTRY = """
import importlib.metadata, sys
(entry,) = importlib.metadata.entry_points(group="console_scripts", name="{name}")
sys.argv[0] = "{name}"
sys.exit(entry.load()())
"""

pytestmark = pytest.mark.timeout(2 * TIMEOUT_S)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_checkout(tmp_path_factory.mktemp("source") / "dynamic-style")


@pytest.fixture(scope="module")
def wheel(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(source, tmp_path_factory.mktemp("wheel"), "--wheel")


def test_wheel_holds_every_file_of_the_tree_and_nothing_else(wheel: Path, source: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    expected = files_of_the_tree(source)
    assert sorted(expected - names) == [], "not in the wheel: name them in pyproject.toml"
    assert sorted(names - expected) == []


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment that has the wheel alone beside this environment's other
    packages, without its editable install.
    """
    light = tmp_path_factory.mktemp("light") / "environment"
    venv.create(light, with_pip=False)
    site = Path(sysconfig.get_path("purelib", vars={"base": str(light)}))
    run(
        sys.executable,
        "-m",
        "pip",
        "install",
        "--no-deps",
        "--no-index",
        "--disable-pip-version-check",
        "--target",
        str(site),
        str(wheel),
        cwd=wheel.parent,
    )
    # A plain line adds the folder without running its .pth files, the editable one's among them.
    (site / "others.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return Path(sysconfig.get_path("scripts", vars={"base": str(light)})) / "python"


def test_wheel_describes_itself_wholly(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        described = Metadata.from_email(archive.read(f"{DIST_INFO}/METADATA"))  # raises if invalid
        typed = [name for name in archive.namelist() if name.endswith("/py.typed")]
    assert (described.name, str(described.version)) == ("dynamic-style", VERSION)
    assert described.author == "The Dynamic Style authors"
    assert described.summary and described.keywords and described.project_urls
    assert described.license_expression == "MIT" and described.license_files == ["LICENSE"]
    pythons = [f"Programming Language :: Python :: {python}" for python in PYTHONS]
    assert set(pythons) <= set(described.classifiers or ())
    assert "torch" in (described.provides_extra or ()) and DEV not in described.provides_extra
    assert [name.split("/")[1] for name in sorted(typed)] == ["backend", "installer", "training"]


def test_page_of_an_index_has_no_link_that_leads_nowhere(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        described = Metadata.from_email(archive.read(f"{DIST_INFO}/METADATA"))
    page = described.description or ""
    assert described.description_content_type == "text/markdown"
    assert "dynamic-style setup" in page and "## Packs" in page
    targets = re.findall(r"\]\(([^)\s]+)\)", page)
    assert targets and all(target.startswith("https://") for target in targets)


def test_page_of_an_index_shows_the_pictures_once_files_have_an_address() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    page = runpy.run_path(str(ROOT / "setup.py"))["index_page"](readme, files_at="https://a.org/b/")
    for picture in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", readme):
        assert f"](https://a.org/b/{picture})" in page
    assert len(re.findall(r"\]\(", page)) == len(re.findall(r"\]\(https://", page))


def test_source_distribution_is_the_checkout_and_builds_the_same_wheel(
    wheel: Path, source: Path, tmp_path: Path
) -> None:
    packed = build(source, tmp_path / "sdist", "--sdist")
    run("tar", "-xpzf", str(packed), cwd=tmp_path)  # a wheel keeps permissions, too
    unpacked = tmp_path / packed.name.removesuffix(".tar.gz")
    files = [path.relative_to(source) for path in source.rglob("*") if path.is_file()]
    ours = [path for path in files if path.parts[0] not in MADE_BY_SETUPTOOLS]
    assert [path for path in ours if not (unpacked / path).is_file()] == []
    again = build(unpacked, tmp_path / "wheel", "--wheel")
    assert again.name == wheel.name
    assert again.read_bytes() == wheel.read_bytes()


def test_installed_wheel_runs_both_command_lines(python: Path, tmp_path: Path) -> None:
    assert run_program(python, "dynamic-style", "--version", cwd=tmp_path).split()[1] == VERSION
    listed = run_program(python, "dynamic-style", "packs", "list", "--json", cwd=tmp_path)
    packs = json.loads(listed)["packs"]
    assert sorted(pack["id"] for pack in packs) == sorted(
        path.parent.name for path in (ROOT / "weights").glob("*/pack.json")
    )
    environment = python.parent.parent
    assert all(pack["ok"] and Path(pack["path"]).is_relative_to(environment) for pack in packs)
    assert "usage: dynamic-style-train" in run_program(
        python, "dynamic-style-train", "--help", cwd=tmp_path
    )


def test_installed_wheel_lays_down_the_checkouts_plugins(python: Path, tmp_path: Path) -> None:
    home = made_up_home.make(tmp_path / "home")
    before = made_up_home.tree(home)
    setup(python, home)
    msgpack = find_msgpack([python]).files
    for host, folder in ((KRITA, ".local/share/krita"), (GIMP, ".config/GIMP/3.0")):
        for file in plugin_files(host, ROOT, msgpack):
            assert (home / folder / file.path).read_bytes() == file.content, file.path
    checked = setup(python, home, "doctor")
    assert f"backend {VERSION} runs in Python" in checked
    setup(python, home, "uninstall")
    assert made_up_home.tree(home) == before


def setup(python: Path, home: Path, *arguments: str) -> str:
    """`dynamic-style setup` for the user whose home this is; what it prints."""
    command = [str(python), "-I", "-c", ENTRY.format(name="dynamic-style"), "setup", *arguments]
    done = made_up_home.run_command(home, home, command, {})
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def files_of_the_tree(source: Path) -> set[str]:
    return {
        "dynamic_style/" + path.relative_to(source).as_posix()
        for folder in PACKAGED_FOLDERS
        for path in (source / folder).rglob("*")
        if path.is_file()
        and path.suffix not in FOR_TRANSLATORS
        and not any(path.is_relative_to(source / folder) for folder in FOR_READERS)
    }


def run_program(python: Path, name: str, *arguments: str, cwd: Path) -> str:
    """Run a console script by its entry point, as its launcher does; return its stdout."""
    return run(str(python), "-c", ENTRY.format(name=name), *arguments, cwd=cwd)


def run(*command: str, cwd: Path) -> str:
    done = subprocess.run(
        command,
        cwd=cwd,
        capture_output=True,
        encoding="utf-8",
        timeout=TIMEOUT_S,
        check=False,
        env={
            **clean_environment(),
            "DYNAMIC_STYLE_PACKS": str(cwd / "no-packs-of-the-user"),
        },
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
