"""Runs a command line in a root with this machine's network, and with what its pip is told.

For making something in a root; what a person does there has no network (`inside`). Standard library
only; needs Linux and root rights.
"""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from .roots import RootError

PASSED_ON = ("http_proxy", "https_proxy", "no_proxy")
NETWORK_FILES = ("etc/resolv.conf", "etc/hosts")


@dataclass(frozen=True)
class Person:
    """Who runs it, and where: ids of user and group, home, and the folder to start in."""

    id: int
    home: Path
    folder: Path


@dataclass(frozen=True)
class Surroundings:
    """environment: variables beside those of a login, the proxies and pip's. shown: folders and
    files of this machine, read-only, and where they are seen inside.
    """

    environment: Mapping[str, str] = field(default_factory=dict)
    shown: Sequence[tuple[Path, Path]] = ()


def run_online(
    root: Path,
    line: str,
    *,
    by: Person,
    around: Surroundings,
    timeout_s: float,
    log: IO[str] | None = None,
) -> int:
    """Run one shell line in the root; return its exit status. It has processes and mounts of its
    own, which end with it and with this process. log: takes its output; None: it goes where ours
    goes. Raises RootError when it takes longer than timeout_s.
    """
    settings = pip_settings()
    shown = [*((path, path) for path in places_named_in(settings)), *around.shown]
    variables = {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "HOME": str(by.home),
        "LANG": "C.UTF-8",
        **settings,
        **{name: os.environ[name] for name in PASSED_ON if name in os.environ},
        **around.environment,
    }
    steps = [
        f"mount -t proc proc {root}/proc",
        f"mount --rbind /dev {root}/dev",
        f"mount -t tmpfs -o mode=1777 tmpfs {root}/tmp",
        f"mount -t tmpfs -o mode=1777 tmpfs {root}/dev/shm",
    ]
    for outer, inner in shown:
        place = shlex.quote(str(root / inner.relative_to("/")))
        make = "mkdir -p" if outer.is_dir() else f"mkdir -p $(dirname {place}) && touch"
        steps.append(f"{make} {place} && mount --bind -o ro {shlex.quote(str(outer))} {place}")
    told = [f"{name}={value}" for name, value in variables.items()]
    enter = ["chroot", f"--userspec={by.id}:{by.id}", str(root), "env", "-i", *told]
    inner_line = f"cd {shlex.quote(str(by.folder))} && exec {line}"
    steps.append(f"exec {shlex.join([*enter, 'sh', '-c', inner_line])}")
    command = [
        *("setpriv", "--pdeathsig=KILL"),  # nothing in there outlives this process
        *("unshare", "--mount", "--propagation=private", "--pid", "--fork", "--kill-child"),
        *("sh", "-e", "-c", "\n".join(steps)),
    ]
    errors = subprocess.STDOUT if log else None
    with _network_files(root):
        try:
            done = subprocess.run(
                command, timeout=timeout_s, check=False, stdout=log, stderr=errors
            )
        except subprocess.TimeoutExpired as error:
            raise RootError(f"still running after {timeout_s:.0f} s: {line}") from error
    return done.returncode


def pip_settings() -> dict[str, str]:
    """All that this machine's pip is told, from its files and variables, as PIP_ variables."""
    settings = {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
    asked = subprocess.run(
        (sys.executable, "-m", "pip", "config", "list"), capture_output=True, encoding="utf-8"
    )
    for name, value in re.findall(r"^global\.([\w-]+)='(.*)'$", asked.stdout, re.M):
        settings.setdefault(f"PIP_{name.replace('-', '_').upper()}", value.replace("\\n", " "))
    return settings


def places_named_in(settings: Mapping[str, str]) -> list[Path]:
    """Files and folders of this machine that pip's settings name. Of an index on the disk all that
    it may link to, which lies beside its folder `simple` (PEP 503).
    """
    found = []
    for value in settings.values():
        for word in value.split():
            path = Path(word.removeprefix("file://"))
            if path.is_absolute() and path.exists():
                found.append(path.parent if path.name == "simple" else path)
    return sorted(set(found))


@contextlib.contextmanager
def _network_files(root: Path) -> Iterator[None]:
    """The machine's way to names and addresses, in the root for as long as something runs there."""
    kept = {name: (root / name).read_bytes() for name in NETWORK_FILES if (root / name).is_file()}
    for name in NETWORK_FILES:
        if Path("/", name).exists():
            shutil.copyfile(Path("/", name), root / name)
    try:
        yield
    finally:
        for name in NETWORK_FILES:
            (root / name).unlink(missing_ok=True)
            if name in kept:
                (root / name).write_bytes(kept[name])
