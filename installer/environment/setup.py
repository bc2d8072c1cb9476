"""Makes the backend's own virtual environment and keeps it up to date.

There are three kinds. An editable one, in the checkout, runs the checkout's own files: it is for
working on the project. Those that serve Krita and GIMP hold a copy, so that the checkout may go;
their other packages come from pip's index, or are the system's own.

A record inside the environment says whether it is finished and what it was made from. As long as
that still holds, nothing is run; an environment that was interrupted, moved or made by another
Python is made anew. A folder without such a record is somebody else's and is never touched.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from .. import preflight
from ..errors import FolderError, MachineError, PipError
from ..lock import file_lock
from . import pip
from .child_environment import clean_environment

RECORD_NAME = "dynamic-style.json"
CONSTRAINTS = Path("installer", "constraints.txt")
EDITABLE = "editable"
COPY = "copy"
SYSTEM = "system"
INSTALLED_FROM = ("pyproject.toml", "README.md", "LICENSE", "backend", "training", "weights")
PYTHON_CHECK_TIMEOUT_S = 60  # a cold disk can make a first start slow; it takes 0.05 s otherwise

Report = Callable[[str], None]


@dataclass(frozen=True)
class Environment:
    """Where the checkout is (`root`), where its environment is or shall be (`folder`), and of
    which kind: EDITABLE, COPY or SYSTEM. lock: the file that one set-up at a time holds; None for
    the checkout's.
    """

    root: Path
    folder: Path
    kind: str = EDITABLE
    lock: Path | None = None

    @property
    def python(self) -> Path:
        return self.programs / ("python.exe" if sys.platform == "win32" else "python")

    @property
    def programs(self) -> Path:
        return self.folder / ("Scripts" if sys.platform == "win32" else "bin")

    def program(self, name: str) -> Path:
        """The command line `name` that one of the installed packages brings."""
        return self.programs / (f"{name}.exe" if sys.platform == "win32" else name)


@dataclass(frozen=True)
class Record:
    """What an environment was made from. `state` is "unfinished" while work is going on."""

    state: str
    fingerprint: str  # of pyproject.toml and the constraints; for a copy, of all that is copied
    python: str  # implementation and version, as 3.11 and 3.12 do not share packages
    folder: str  # an environment cannot be moved: its programs name their own place
    root: str  # "" for a copy, which outlives its checkout
    extras: tuple[str, ...]
    kind: str = EDITABLE


def make_ready(
    environment: Environment, *, extras: tuple[str, ...], report: Report, status: Report
) -> bool:
    """Make sure the environment exists with the backend and `extras`; return whether work was done.

    `report` gets one line for each thing done, `status` what is going on now, about once a second.
    Raises MachineError, FolderError or PipError.
    """
    if is_ready(environment, extras):
        return False
    with file_lock(environment.lock or environment.root / "pyproject.toml", report=report):
        if is_ready(environment, extras):  # another run made it while this one waited
            return True
        before = _usable_record(environment, report)
        if before is None:
            _make_venv(environment, report)
        have = before.extras if before else ()
        wanted = _wanted_record(environment, tuple(sorted({*have, *extras})))
        _install(environment, wanted, before, report=report, status=status)
    return True


def is_ready(environment: Environment, extras: tuple[str, ...] = ()) -> bool:
    """Whether the environment is there, finished, and made from what the checkout holds now."""
    record = _read_record(environment)
    return (
        record is not None
        and record == _wanted_record(environment, record.extras)
        and set(extras) <= set(record.extras)
        and _python_works(environment)
        and environment.program("dynamic-style").exists()
    )


def remove_environment(folder: Path) -> bool:
    """Remove an environment that this installer has made; return False, and touch nothing, where
    the folder is missing or somebody else's. Raises FolderError.
    """
    if not (folder / RECORD_NAME).is_file():
        return False
    _remove(folder)
    return True


def _usable_record(environment: Environment, report: Report) -> Record | None:
    """Return the record of a venv that pip can bring up to date; remove one that it cannot."""
    folder = environment.folder
    if not folder.exists():
        return None
    record = _read_record(environment)
    if record is None:
        if folder.is_dir() and all(p.name.startswith(RECORD_NAME) for p in folder.iterdir()):
            return None
        raise FolderError(
            f"{folder} is there already, and this installer did not make it.\n"
            "Move it away, or have the environment made elsewhere: --venv DIR"
        )
    wanted = _wanted_record(environment, record.extras)
    if record.state != "ready":
        why = "an earlier set-up did not get to its end"
    elif record.kind != wanted.kind:
        why = "it was made with other options"
    elif (record.folder, record.root) != (wanted.folder, wanted.root):
        why = "the checkout or the environment was moved"
    elif record.python != wanted.python:
        why = f"it was made for {record.python}, and this is {wanted.python}"
    elif not _python_works(environment):
        why = "the Python it was made from is gone"
    else:
        return record
    report(f"Making {folder} anew: {why}.")
    _remove(folder)
    return None


def _make_venv(environment: Environment, report: Report) -> None:
    preflight.check_venv_modules()
    if environment.kind == EDITABLE:
        preflight.check_checkout(environment.root)
    if environment.kind != SYSTEM:
        for warning in (preflight.check_disk(environment.folder), preflight.check_python()):
            if warning:
                report(f"Note: {warning}")
    report(f"Making a virtual environment in {environment.folder}")
    unfinished = _wanted_record(environment, (), state="unfinished")
    try:
        environment.folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FolderError(
            f"cannot make the folder {environment.folder} ({error.strerror or error}).\n"
            "Name one that can be made: --venv DIR"
        ) from error
    _write_record(environment, unfinished)
    options = ["--system-site-packages"] if environment.kind == SYSTEM else []
    done = subprocess.run(
        [sys.executable, "-I", "-X", "utf8", "-m", "venv", *options, str(environment.folder)],
        env=clean_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if done.returncode != 0:
        if "ensurepip" in done.stdout and "not available" in done.stdout:
            raise MachineError(preflight.no_venv_message(["ensurepip"]))
        raise MachineError(
            f"making the virtual environment failed; Python's own words:\n{done.stdout.rstrip()}"
        )


def _install(
    environment: Environment,
    wanted: Record,
    before: Record | None,
    *,
    report: Report,
    status: Report,
) -> None:
    if environment.kind == SYSTEM:
        report("Installing Dynamic Style beside the system's packages")
    else:
        report("Installing the packages (a first time takes some minutes: PyTorch is large)")
    _write_record(environment, _wanted_record(environment, wanted.extras, state="unfinished"))
    try:
        with _pip_arguments(environment, wanted.extras) as arguments:
            pip.install(
                environment.python,
                arguments,
                cwd=environment.root,
                log=environment.folder / "pip.log",
                status=status,
            )
    except PipError as error:
        if before is not None and not isinstance(error, pip.HalfInstalledError):
            _write_record(environment, before)  # pip changed nothing: it still works as it was
        raise
    _write_record(environment, wanted)


@contextmanager
def _pip_arguments(environment: Environment, extras: tuple[str, ...]) -> Iterator[list[str]]:
    """What pip is to install. A copy is built outside the checkout, which may be read-only and in
    which a build would leave its own files.
    """
    constraint = ["--constraint", str(CONSTRAINTS)]
    marked = f"[{','.join(extras)}]" if extras else ""
    if environment.kind == EDITABLE:
        yield ["--editable", f".{marked}", *constraint]
        return
    with tempfile.TemporaryDirectory(prefix="dynamic-style-") as folder:
        for path in _sources(environment.root):
            target = Path(folder, path.relative_to(environment.root))
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
        if environment.kind == SYSTEM:
            only_this = ["--no-index", "--no-deps", "--no-build-isolation", "--no-cache-dir"]
            yield [*only_this, folder]
        else:
            yield [f"{folder}{marked}", *constraint]


def _sources(root: Path) -> Iterator[Path]:
    """Every file of the checkout that the installed copy is built from."""
    for name in INSTALLED_FROM:
        top = root / name
        for path in sorted(top.rglob("*")) if top.is_dir() else [top]:
            inner = path.relative_to(root).parts
            hidden = any(part.startswith(".") or part == "__pycache__" for part in inner)
            if path.is_file() and not hidden:
                yield path


def _wanted_record(
    environment: Environment, extras: tuple[str, ...], *, state: str = "ready"
) -> Record:
    digest = hashlib.sha256()
    paths = [Path("pyproject.toml"), CONSTRAINTS]
    if environment.kind != EDITABLE:
        paths += [path.relative_to(environment.root) for path in _sources(environment.root)]
    for path in paths:
        try:
            digest.update(path.as_posix().encode() + b"\0")
            digest.update((environment.root / path).read_bytes() + b"\0")
        except OSError as error:
            raise FolderError(
                f"{environment.root} is no complete checkout: {path} cannot be read "
                f"({error.strerror or error}). Get the project again and start there."
            ) from error
    return Record(
        state=state,
        fingerprint=digest.hexdigest(),
        python=f"{sys.implementation.name} {sys.version_info[0]}.{sys.version_info[1]}",
        folder=str(environment.folder),
        root=str(environment.root) if environment.kind == EDITABLE else "",
        extras=extras,
        kind=environment.kind,
    )


def _read_record(environment: Environment) -> Record | None:
    try:
        values = json.loads((environment.folder / RECORD_NAME).read_text(encoding="utf-8"))
        return Record(**{**values, "extras": tuple(values["extras"])})
    except (OSError, RecursionError, ValueError, TypeError, KeyError):
        return None


def _write_record(environment: Environment, record: Record) -> None:
    path = environment.folder / RECORD_NAME
    part = path.with_name(f"{RECORD_NAME}.part")
    try:
        part.write_text(json.dumps(asdict(record), indent=2), encoding="utf-8")
        part.replace(path)
    except OSError as error:
        raise FolderError(
            f"cannot write {path} ({error.strerror or error}).\n"
            "Free the folder for writing, or have the environment made elsewhere: --venv DIR"
        ) from error


def _python_works(environment: Environment) -> bool:
    try:
        done = subprocess.run(
            [str(environment.python), "-I", "-c", ""],
            env=clean_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PYTHON_CHECK_TIMEOUT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _remove(folder: Path) -> None:
    try:
        shutil.rmtree(folder)
    except OSError as error:
        raise FolderError(
            f"cannot remove the old environment {folder} ({error.strerror or error}).\n"
            "Close the programs that run from it, or remove the folder by hand, and run this again."
        ) from error
