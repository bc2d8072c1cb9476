"""Makes the backend's own virtual environment and keeps it up to date.

There are four kinds. An editable one, in the checkout, runs the checkout's own files: it is for
working on the project. Those that serve Krita and GIMP hold a copy, so that the checkout may go;
their other packages come from pip's index, or are the system's own. One that a plug-in's panel has
asked for holds what the index has, Dynamic Style among it.

A record inside the environment says whether it is finished and what it was made from. As long as
that still holds, nothing is run; an environment that was interrupted, moved or made by another
Python is made anew. A folder without such a record is somebody else's and is never touched.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from .. import preflight
from ..errors import FolderError, MachineError, Obstacle, PipError
from ..lock import file_lock
from ..origin import by_option
from . import pip, torch_builds, uv
from .child_environment import clean_environment
from .dependency_group import DEV, Group, read_group
from .record import (
    CONSTRAINTS,
    EDITABLE,
    INDEX,
    RECORD_NAME,
    SYSTEM,
    Environment,
    Record,
    read_record,
    sources,
    wanted_record,
    write_record,
)
from .seed_pip import seed_pip

PYTHON_CHECK_TIMEOUT_S = 60  # a cold disk can make a first start slow; it takes 0.05 s otherwise

Report = Callable[[str], None]


def make_ready(
    environment: Environment,
    *,
    extras: tuple[str, ...],
    report: Report,
    status: Report,
    uv_program: Path | None = None,
) -> bool:
    """Make sure the environment exists with the backend and `extras`; return whether work was done.

    `report` gets one line for each thing done, `status` what is going on now, about once a second.
    uv_program: does it in place of Python's venv and pip. Raises MachineError, FolderError or
    PipError.
    """
    if is_ready(environment, extras):
        return False
    with file_lock(environment.lock or environment.root / "pyproject.toml", report=report):
        if is_ready(environment, extras):  # another run made it while this one waited
            return True
        kept = kept_extras(environment)
        all_extras = tuple(sorted({*kept, *extras}))
        before = _usable_record(environment, report)
        if environment.kind != SYSTEM:
            _check_disk(environment.folder, all_extras, before, report)
        if before is None:
            _make_venv(environment, kept, report, uv_program)
        wanted = wanted_record(environment, all_extras)
        _install(
            environment, wanted, before, kept, report=report, status=status, uv_program=uv_program
        )
    return True


def is_ready(environment: Environment, extras: tuple[str, ...] = ()) -> bool:
    """Whether the environment is there, finished, and made from what the checkout holds now."""
    record = read_record(environment)
    return (
        record is not None
        and record == wanted_record(environment, record.extras)
        and set(extras) <= set(record.extras)
        and _python_works(environment)
        and environment.program("dynamic-style").exists()
    )


def kept_extras(environment: Environment) -> tuple[str, ...]:
    """What the environment in that folder was once asked to have; one made anew gets it again."""
    record = read_record(environment)
    return record.extras if record and environment.kind != SYSTEM else ()


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
    record = read_record(environment)
    if record is None:
        if folder.is_dir() and all(p.name.startswith(RECORD_NAME) for p in folder.iterdir()):
            return None
        raise FolderError(
            f"{folder} is there already, and this installer did not make it.\n"
            "Move it away"
            f"{by_option(', or have the environment made elsewhere: --venv DIR')}",
            obstacle=Obstacle("foreign", str(folder)),
        )
    wanted = wanted_record(environment, record.extras)
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


def _check_disk(
    folder: Path, extras: tuple[str, ...], before: Record | None, report: Report
) -> None:
    """Whether there is room for what is to come. before: of what is only brought up to date."""
    has_torch = before is not None and torch_builds.brings_torch(before.extras)
    if torch_builds.brings_torch(extras) and not has_torch:
        preflight.check_disk(folder, preflight.CPU_TORCH_GB)
        if torch_builds.brings_cuda(extras) and (warning := preflight.note_on_cuda(folder)):
            report(f"Note: {warning}")
    elif before is None:
        preflight.check_disk(folder, preflight.LIGHT_GB)


def _make_venv(
    environment: Environment, kept: tuple[str, ...], report: Report, uv_program: Path | None
) -> None:
    """kept: what it had before; interrupted, the next set-up still knows."""
    if uv_program is None:
        preflight.check_venv_modules()
    if environment.kind == EDITABLE:
        preflight.check_checkout(environment.root)
    if environment.kind != SYSTEM and (warning := preflight.check_python()):
        report(f"Note: {warning}")
    report(f"Making a virtual environment in {environment.folder}")
    unfinished = wanted_record(environment, kept, state="unfinished")
    try:
        environment.folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FolderError(
            f"cannot make the folder {environment.folder} ({error.strerror or error}).\n"
            "Make the folder around it writable for you"
            f"{by_option(', or name another: --venv DIR')}",
            obstacle=Obstacle("write", str(environment.folder)),
        ) from error
    write_record(environment, unfinished)
    if uv_program is not None:
        command, variables = uv.venv_command(uv_program, environment.folder), uv.variables()
    else:
        options = ["--system-site-packages"] if environment.kind == SYSTEM else []
        command = [sys.executable, "-I", "-X", "utf8", "-m", "venv", "--without-pip", *options]
        command, variables = [*command, str(environment.folder)], clean_environment()
    done = subprocess.run(
        command,
        env=variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if done.returncode == 0 and uv_program is None:
        done = seed_pip(environment.python)
    if done.returncode != 0:
        raise MachineError(
            f"making the virtual environment failed. In its own words:\n{done.stdout.rstrip()}"
        )


def _install(
    environment: Environment,
    wanted: Record,
    before: Record | None,
    kept: tuple[str, ...],
    *,
    report: Report,
    status: Report,
    uv_program: Path | None,
) -> None:
    if environment.kind == SYSTEM:
        report("Installing Dynamic Style beside the system's packages")
    elif torch_builds.brings_torch(wanted.extras):
        report("Installing the packages (a first time takes some minutes: PyTorch is large)")
    else:
        report("Installing the packages (a first time takes a minute or two)")
    write_record(environment, wanted_record(environment, kept, state="unfinished"))
    log = environment.folder / "pip.log"
    log.unlink(missing_ok=True)
    has_changed = False
    try:
        if environment.kind != SYSTEM:
            has_changed = torch_builds.install_fitting_build(
                environment, wanted.extras, log=log, report=report, status=status
            )
        with _pip_arguments(environment, wanted.extras) as arguments:
            if uv_program is not None:
                uv.install(uv_program, environment, arguments, log=log, status=status)
            else:
                pip.install(
                    environment.python, arguments, cwd=environment.root, log=log, status=status
                )
    except PipError as error:
        has_changed = has_changed or isinstance(error, pip.HalfInstalledError)
        if before is not None and not has_changed:
            write_record(environment, before)  # pip changed nothing: it still works as it was
        raise
    write_record(environment, wanted)


@contextmanager
def _pip_arguments(environment: Environment, extras: tuple[str, ...]) -> Iterator[list[str]]:
    """What pip is to install. A copy is built outside the checkout, which may be read-only and in
    which a build would leave its own files.
    """
    constraint = ["--constraint", str(CONSTRAINTS)]
    group = read_group(environment.root) if DEV in extras else Group((), ())
    wanted = sorted({*extras, *group.extras} - {DEV})
    marked = f"[{','.join(wanted)}]" if wanted else ""
    if environment.kind == INDEX:
        name, _, version = environment.requirement.partition("==")
        yield [f"{name}{marked}=={version}", *constraint]
        return
    if environment.kind == EDITABLE:
        yield ["--editable", f".{marked}", *group.requirements, *constraint]
        return
    # pip keeps the wheel of a folder that is named like a release, NAME-VERSION, for good
    with tempfile.TemporaryDirectory(prefix="dynamic_style_") as folder:
        for path in sources(environment.root):
            target = Path(folder, path.relative_to(environment.root))
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
        if environment.kind == SYSTEM:
            only_this = ["--no-index", "--no-deps", "--no-build-isolation", "--no-cache-dir"]
            yield [*only_this, folder]
        else:
            yield [f"{folder}{marked}", *constraint]


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
            "Close the programs that run from it, or remove the folder by hand, and run this "
            "again.",
            obstacle=Obstacle("write", str(folder)),
        ) from error
