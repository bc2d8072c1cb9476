"""Install, install again, upgrade, interrupt, uninstall: in homes made up for the purpose.

The backend is a stand-in (--backend), so no environment is made.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from dynamic_style.backend.protocol.atomic_file import write_whole
from dynamic_style.backend.protocol.process import launch
from installer.plugins.kritarc import KEY

from .. import made_up_home, mini_checkout, stand_in_backend
from ..made_up_home import tree
from . import plugin_checkout

Install = Callable[..., subprocess.CompletedProcess[str]]

pytestmark = pytest.mark.timeout(mini_checkout.TEST_TIMEOUT_S)

KRITA = ".local/share/krita"
PACKAGE = f"{KRITA}/pykrita/dynamic_style_krita"
GIMP = ".config/GIMP/3.0/plug-ins/dynamic-style"
RECEIPT = ".config/dynamic-style/installed.json"
RECORD = ".config/dynamic-style/backend.json"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return plugin_checkout.make(tmp_path_factory.mktemp("project") / "checkout")


@pytest.fixture(scope="module")
def backend(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("backend") / "environment"
    return stand_in_backend.make(folder, version=plugin_checkout.VERSION)


@pytest.fixture
def install(backend: Path) -> Install:
    def run(project: Path, home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        return made_up_home.run(project, home, "install", "--backend", str(backend), *arguments)

    return run


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return made_up_home.make(tmp_path / "Änne's home")


def uninstall(project: Path, home: Path, *arguments: str) -> str:
    done = made_up_home.run(project, home, "uninstall", *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_both_hosts_are_served_and_the_home_is_as_before_after_uninstall(
    project: Path, home: Path, install: Install, backend: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = tree(home)
    done = install(project, home)
    assert done.returncode == 0, done.stderr
    assert (home / PACKAGE / "protocol" / "msgpack" / "fallback.py").is_file()
    assert (home / KRITA / "actions" / "dynamic_style_krita.action").is_file()
    assert f"{KEY}=true" in (home / ".config/kritarc").read_text()
    assert os.access(home / GIMP / "dynamic-style.py", os.X_OK)
    assert "Restart Krita" in done.stdout
    assert "Restart GIMP" in done.stdout

    monkeypatch.setenv("HOME", str(home))
    assert launch.read_record().interpreter == backend
    packs = Path(json.loads(launch.record_path().read_bytes())["packs"])  # for GIMP's choice
    assert packs == stand_in_backend.backend_folder(backend.parent.parent).parent / "weights"

    compiled = home / PACKAGE / "__pycache__" / "__init__.cpython-313.pyc"  # as Krita leaves it
    compiled.parent.mkdir()
    compiled.touch()
    leave_what_a_backend_does(home / ".local/share/dynamic-style/run")
    uninstall(project, home)
    assert tree(home) == before
    assert "Nothing is installed" in uninstall(project, home)


def leave_what_a_backend_does(runtime: Path) -> None:
    runtime.mkdir(parents=True)
    with write_whole(runtime / "backend.json"):
        (unfinished,) = runtime.iterdir()
    for name in ("backend.json", unfinished.name, "backend.lock", "backend.log"):
        (runtime / name).touch()  # the second by one that was killed while it wrote the first


def test_second_install_writes_nothing_and_reports_so(
    project: Path, home: Path, install: Install
) -> None:
    install(project, home)
    before = {path: path.stat().st_mtime_ns for path in (home / KRITA).rglob("*")}
    done = install(project, home)
    assert "Krita: plug-in up to date" in done.stdout
    assert {path: path.stat().st_mtime_ns for path in (home / KRITA).rglob("*")} == before


def test_upgrade_removes_what_the_newer_version_lacks(
    home: Path, tmp_path: Path, install: Install
) -> None:
    project = plugin_checkout.make(tmp_path / "checkout", version="0.7.0")
    old = project / "plugin_krita" / "dynamic_style_krita" / "old" / "gone.py"
    old.parent.mkdir()
    old.write_text("")
    install(project, home)
    (home / PACKAGE / "notes.txt").write_text("the user's")
    assert (home / PACKAGE / "old" / "gone.py").is_file()
    shutil.rmtree(old.parent)
    plugin_checkout.set_version(project, "0.8.0")
    install(project, home, "--gimp")  # what is installed elsewhere is brought along
    assert not (home / PACKAGE / "old").exists()
    assert (home / PACKAGE / "notes.txt").is_file()
    places = json.loads((home / RECEIPT).read_text())["places"]
    assert {place["version"] for place in places} == {"0.8.0"}

    said = uninstall(project, home)
    assert f"Left as it is: {home / PACKAGE / 'notes.txt'}" in said
    assert [path.name for path in (home / PACKAGE).iterdir()] == ["notes.txt"]


def test_interrupted_install_can_be_repeated_or_taken_back(
    project: Path, home: Path, install: Install
) -> None:
    """Interrupted here means: GIMP's folder could not be written when Krita's was done."""
    before = tree(home)
    in_the_way = home / ".config/GIMP/3.0/plug-ins/dynamic-style"
    in_the_way.write_text("a file of this name, where a folder has to be")
    done = install(project, home)
    assert done.returncode == 1
    assert "dynamic-style" in done.stderr
    assert json.loads((home / RECEIPT).read_text())["state"] == "unfinished"
    in_the_way.unlink()
    assert install(project, home).returncode == 0
    assert json.loads((home / RECEIPT).read_text())["state"] == "complete"
    uninstall(project, home)
    assert tree(home) == before

    in_the_way.write_text("again")
    install(project, home)
    uninstall(project, home)
    in_the_way.unlink()
    assert tree(home) == before


@pytest.mark.parametrize("flag", ["--krita", "--gimp"])
def test_named_host_alone_is_served(project: Path, home: Path, flag: str, install: Install) -> None:
    assert install(project, home, flag).returncode == 0
    assert (home / PACKAGE).exists() == (flag == "--krita")
    assert (home / GIMP).exists() == (flag == "--gimp")


def test_named_host_that_is_missing_is_an_error_and_nothing_is_made(
    project: Path, tmp_path: Path, install: Install
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    for arguments in (["--gimp"], []):
        done = install(project, home, *arguments)
        assert done.returncode == 1
        assert "no program was found" in done.stderr
        assert "run this again" in done.stderr
    assert list(home.iterdir()) == []


def test_host_that_was_never_started_gets_folders_that_go_again(
    project: Path, tmp_path: Path, backend: Path
) -> None:
    home, programs = tmp_path / "home", tmp_path / "programs"
    home.mkdir()
    programs.mkdir()
    (programs / "krita").touch(mode=0o755)
    path = f"{programs}{os.pathsep}{os.defpath}"
    arguments = ("install", "--krita", "--backend", str(backend))
    done = made_up_home.run(project, home, *arguments, PATH=path)
    assert "never started; its folder will be made" in done.stdout
    assert (home / PACKAGE / "__init__.py").is_file()
    uninstall(project, home)
    assert list(home.iterdir()) == []


@pytest.mark.parametrize(
    "arguments",
    [["install", "--backend"], ["install"], ["uninstall"], ["package", "krita"]],
    ids=" ".join,
)
def test_dry_run_says_what_would_be_done_and_changes_nothing(
    project: Path,
    home: Path,
    tmp_path: Path,
    arguments: list[str],
    install: Install,
    backend: Path,
) -> None:
    install(project, home, "--gimp")
    (home / GIMP / "mine.txt").touch()
    before = tree(tmp_path), tree(project)
    named = [str(backend)] if "--backend" in arguments else []
    done = made_up_home.run(project, home, *arguments, *named, "--dry-run")
    assert done.returncode == 0, done.stderr
    assert (tree(tmp_path), tree(project)) == before
    if arguments[0] == "install":
        assert home / PACKAGE / "__init__.py" in told_files(done.stdout, "write")
        assert f"would set {KEY}=true" in done.stdout
        assert ("an environment for the backend" in done.stdout) == (len(arguments) == 1)
    elif arguments[0] == "uninstall":
        assert home / GIMP / "dynamic-style.py" in told_files(done.stdout, "remove")
        assert f"would leave {home / GIMP / 'mine.txt'}" in done.stdout


def test_dry_run_names_every_file_that_is_then_written(
    project: Path, home: Path, install: Install
) -> None:
    said = install(project, home, "--dry-run").stdout
    before = set(tree(home))
    install(project, home)
    made = {home / name for name in set(tree(home)) - before}
    assert made
    wanted = made - {home / ".config/dynamic-style", home / ".config/dynamic-style/install.lock"}
    assert {path for path in wanted if path.is_file()} <= told_files(said, "write")
    assert all(f"folder {path}" in said for path in wanted if path.is_dir())
    assert len(said.splitlines()) < 80, "more than a person reads"


def told_files(said: str, what: str) -> set[Path]:
    """The files that a dry run would write, or remove."""
    found: set[Path] = set()
    folder = None
    for line in said.splitlines():
        if folder is not None and line.startswith("   "):
            names = (name.strip(" ,").partition(" (")[0] for name in line.split(", "))
            found |= {folder / name for name in names}
            continue
        folder = None
        if not line.startswith(f"would {what} "):
            continue
        listed = re.fullmatch(rf"would {what} \d+ files? .*?in (?:the new folder )?(/.*):", line)
        if listed:
            folder = Path(listed[1])
        else:
            found.add(
                Path(line.removeprefix(f"would {what} ").partition(" (")[0].partition(", ")[0])
            )
    return found


@pytest.mark.skipif(sys.platform == "win32", reason="a shell and devices of POSIX")
@pytest.mark.parametrize("arguments", [("--help",), ("install", "--dry-run"), ("doctor",)])
def test_a_reader_that_leaves_early_is_no_fault(
    project: Path, home: Path, backend: Path, arguments: tuple[str, ...]
) -> None:
    named = ("--backend", str(backend)) if arguments[0] == "install" else ()
    piped = made_up_home.run_into("| true", project, home, *arguments, *named)
    assert piped.stderr.split() == ["1" if arguments[0] == "doctor" else "0"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux's device that is full")
def test_output_that_is_lost_fails_but_the_work_is_done(
    project: Path, home: Path, backend: Path
) -> None:
    done = made_up_home.run_into(">/dev/full", project, home, "install", "--backend", str(backend))
    assert "standard output took not all" in done.stderr
    assert done.stderr.split()[-1] == "1"
    assert (home / PACKAGE / "__init__.py").exists()


def test_a_path_of_nothing_is_refused(project: Path, home: Path) -> None:
    before = tree(home)
    done = made_up_home.run(project, home, "install", "--venv", "")
    assert done.returncode == 2
    assert "argument --venv: is empty" in done.stderr
    assert tree(home) == before


def test_packs_of_the_user_stay_unless_they_are_to_go(
    project: Path, home: Path, install: Install, tmp_path: Path
) -> None:
    packs = home / ".local/share/dynamic-style/packs"
    linked = tmp_path / "linked"
    for pack in (packs / "mine", packs / "second", linked):
        pack.mkdir(parents=True)
        (pack / "pack.json").touch()
    (packs / "a-link").symlink_to(linked)
    (packs / "not-a-pack").mkdir()
    settings = home / ".config/dynamic-style/panel.json"
    settings.parent.mkdir()
    settings.write_text("{}")
    for arguments in ((), ("--keep-packs",)):
        install(project, home)
        assert f"Your packs stay in {packs};" in uninstall(project, home, "--dry-run", *arguments)
        said = uninstall(project, home, *arguments)
        assert said.count(str(packs / "mine")) == 0, "the folder is named, and once"
        assert said.count(f"Your packs stay in {packs}; `uninstall --packs` removes") == 1
        assert (packs / "mine/pack.json").is_file()
        assert (packs / "second/pack.json").is_file()
    install(project, home)
    said = uninstall(project, home, "--packs", "--dry-run")
    for name in ("mine", "second", "a-link"):
        assert f"would remove {packs / name}, a pack of yours" in said
    assert "Your packs stay" not in said
    said = uninstall(project, home, "--packs")
    assert sorted(path.name for path in packs.iterdir()) == ["not-a-pack"]
    assert (linked / "pack.json").is_file()
    assert f"Left as it is: {packs / 'not-a-pack'}" in said
    assert f"Left as it is: {settings}" in said


def test_packs_in_a_folder_that_the_user_named_stay_always(
    project: Path, home: Path, install: Install, tmp_path: Path
) -> None:
    own = tmp_path / "own"
    (own / "mine").mkdir(parents=True)
    (own / "mine/pack.json").touch()
    install(project, home)
    variable = {"DYNAMIC_STYLE_PACKS": str(own)}
    done = made_up_home.run(project, home, "uninstall", "--packs", **variable)
    assert done.returncode == 0, done.stderr
    assert f"Your packs stay in {own}, which DYNAMIC_STYLE_PACKS names." in done.stdout
    assert (own / "mine/pack.json").is_file()


def test_plugin_folder_that_is_a_link_is_not_written_through(
    project: Path, home: Path, tmp_path: Path, install: Install
) -> None:
    target = tmp_path / "somebody's checkout"
    target.mkdir()
    (home / PACKAGE).parent.mkdir()
    (home / PACKAGE).symlink_to(target)
    done = install(project, home, "--krita")
    assert done.returncode == 1
    assert "is a link to" in done.stderr
    assert list(target.iterdir()) == []


@pytest.mark.parametrize(
    ("backend", "says"),
    [("/no/such/python", "there is no Python at"), ("/bin/false", "started and failed")],
)
def test_backend_that_is_none_is_refused(
    project: Path, home: Path, backend: str, says: str
) -> None:
    done = made_up_home.run(project, home, "install", "--backend", backend)
    assert done.returncode == 1
    assert says in done.stderr
    assert not (home / PACKAGE).exists()


def test_damaged_receipt_is_said_with_the_way_out(
    project: Path, home: Path, install: Install
) -> None:
    install(project, home)
    (home / RECEIPT).write_text("[" * 100_000)
    (home / RECORD).write_text("[" * 100_000)
    done = made_up_home.run(project, home, "uninstall")
    assert done.returncode == 1
    assert "is damaged" in done.stderr
    (home / RECEIPT).unlink()
    assert install(project, home).returncode == 0
    uninstall(project, home)
    assert not (home / PACKAGE).exists()


def test_receipt_cannot_lead_out_of_the_plugin_folder(
    project: Path, home: Path, install: Install
) -> None:
    precious = home / "precious.txt"
    precious.write_text("mine")
    install(project, home, "--krita")
    receipt = json.loads((home / RECEIPT).read_text())
    receipt["places"][0]["files"]["../../../precious.txt"] = ""
    (home / RECEIPT).write_text(json.dumps(receipt))
    assert made_up_home.run(project, home, "uninstall").returncode == 1
    assert precious.read_text() == "mine"
