"""Builds Debian roots with Krita and GIMP 3 in them, from Debian's packages alone, and keeps them.

A root is a folder to chroot into. It is built by mmdebstrap under DYNAMIC_STYLE_ROOTS, is good for
any number of runs, and is never written to by a session (see `inside`). It carries the recipe it
was built from, so it is built anew when the package list here changes. In forky the backend runs on
Debian's own torch; trixie has none, but the wheels of the light backend (`wheels`), and is built
anew when those of the installer are others. Standard library only.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

SUITES = ("trixie", "forky")
LIGHT_SUITES = ("trixie",)  # where the backend is the light one, without torch, as most have it
_HOSTS = (
    # the hosts and what their plug-ins are written against
    *("krita", "python3-pyqt5", "gimp", "gir1.2-gimp-3.0", "python3-gi", "python3-gi-cairo"),
    # a screen, a window manager, a mouse and a keyboard
    *("xvfb", "openbox", "xdotool", "x11-utils", "xauth", "fonts-dejavu-core"),
    *("dbus", "dbus-x11"),
    # the environment that the installer makes
    *("python3-venv", "python3-pip"),
)
_DEBIANS_BACKEND = (
    # what the backend imports, and builds with
    *("python3-torch", "python3-safetensors", "python3-pil", "python3-numpy"),
    *("python3-msgpack", "python3-platformdirs", "python3-psutil", "python3-tifffile"),
    *("python3-nacl", "python3-shtab", "python3-tqdm", "python3-setuptools"),
    # the protocol's tests run in there too
    *("python3-pytest", "python3-pytest-timeout", "python3-hypothesis", "python3-zmq"),
)
PACKAGES = {"trixie": (*_HOSTS, "ca-certificates"), "forky": (*_HOSTS, *_DEBIANS_BACKEND)}
OPTIONS = (
    "--variant=minbase",
    # a machine's clock may be ahead of what a snapshot of the archive calls valid
    '--aptopt=Acquire::Check-Valid-Until "false"',
    '--aptopt=Acquire::Languages "none"',
    '--aptopt=Acquire::Retries "3"',
    '--aptopt=APT::Install-Recommends "false"',
    "--dpkgopt=path-exclude=/usr/share/doc/*",
    "--dpkgopt=path-exclude=/usr/share/man/*",
    "--dpkgopt=force-unsafe-io",
)
ROOTS_VARIABLE = "DYNAMIC_STYLE_ROOTS"
USER, USER_ID = "artist", 1000  # whom the hosts run as: an ordinary person
MOUNT_POINTS = ("checkout", "exchange", f"home/{USER}")
RECIPE_FILE = "etc/dynamic-style-root.json"
BUILD_TIMEOUT_S = 3600.0
REPORTED_VERSIONS = ("krita", "gimp", "python3", "python3-torch")
_WAIT_FOR_LOCK_S = 3600.0

Report = Callable[[str], None]


class RootError(Exception):
    """A root is missing and cannot be built; the message says what to install or mend."""


@dataclass(frozen=True)
class Root:
    """A built root. suite: Debian's name for the release. path: the folder to chroot into."""

    suite: str
    path: Path

    @property
    def lock_path(self) -> Path:
        """What a session holds, with others, so that nobody replaces the root under it."""
        return self.path.with_name(f"{self.suite}.lock")

    @property
    def identity(self) -> str:
        """Another one whenever the root has been built anew."""
        return (self.path / RECIPE_FILE).read_text(encoding="utf-8")

    def versions(self) -> dict[str, str]:
        """Package -> version, of the hosts and what else makes a difference to them."""
        status = (self.path / "var/lib/dpkg/status").read_text(encoding="utf-8")
        fields = dict(re.findall(r"^Package: (\S+)$.*?^Version: (\S+)$", status, re.S | re.M))
        return {name: fields[name] for name in REPORTED_VERSIONS if name in fields}


def roots_folder() -> Path:
    """Where roots and warm homes are kept; it need not exist yet."""
    named = os.environ.get(ROOTS_VARIABLE) or "~/.cache/dynamic-style/roots"
    return Path(named).expanduser().resolve()


def ensure_root(suite: str, *, report: Report = lambda text: None) -> Root:
    """Return the suite's root, built first if there is none or its recipe has changed.

    One process builds, others wait for it. Raises RootError when it cannot be built.
    """
    check_machine()
    folder = roots_folder()
    folder.mkdir(parents=True, exist_ok=True)
    root = Root(suite, folder / suite)
    if not _is_current(root.path):
        with locked(root.lock_path):  # until the last session in the old one has ended
            if not _is_current(root.path):
                _build(suite, root.path, report)
    return root


def check_machine() -> None:
    """Raises RootError, naming everything that this machine lacks for real-host tests."""
    lacking = []
    if os.name != "posix" or not Path("/proc/self/ns/pid").exists():
        lacking.append("Linux, for its namespaces")
    elif os.geteuid() != 0:
        lacking.append("root rights (mounts and chroot): run it by sudo, or in a virtual machine")
    for program, package in (
        ("mmdebstrap", "mmdebstrap"),
        ("unshare", "util-linux"),
        ("nsenter", "util-linux"),
        ("setpriv", "util-linux"),
    ):
        if shutil.which(program) is None:
            lacking.append(f"{program}: apt-get install {package}")
    if lacking:
        raise RootError(
            "tests in the real Krita and GIMP cannot run here; this machine lacks\n  "
            + "\n  ".join(lacking)
        )


@contextlib.contextmanager
def locked(path: Path, *, shared: bool = False) -> Iterator[None]:
    """Hold a lock file alone, or with others who share it. Raises RootError after an hour."""
    deadline = time.monotonic() + _WAIT_FOR_LOCK_S
    with path.open("a") as file:
        while not _try_lock(file, shared=shared):
            if time.monotonic() > deadline:
                raise RootError(f"{path} stays locked by another process; end it and run again")
            time.sleep(0.5)
        yield  # closing the file gives the lock back


def debian_mirror() -> str | None:
    """The mirror that this machine's apt uses for Debian; None: mmdebstrap knows Debian's own."""
    command = ("apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages")
    try:
        told = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = [uri.rstrip("/") for uri in told.stdout.split() if uri.rstrip("/").endswith("/debian")]
    return found[0] if found else None


def mount_points() -> list[str]:
    """Where anything is mounted on this machine."""
    return [line.split()[1] for line in Path("/proc/self/mounts").read_text().splitlines()]


def _build(suite: str, path: Path, report: Report) -> None:
    """Make a root with the hosts in it, in the place of the one that may be there."""
    unfinished = path.with_name(f"{suite}.unfinished")
    remove_root(unfinished)
    packages = PACKAGES[suite]
    report(f"{suite}: building a root of {len(packages)} packages (minutes, 1.7 GB)")
    start_s = time.monotonic()
    build_root(suite, unfinished, packages=packages, options=OPTIONS, report=report)
    if suite in LIGHT_SUITES:
        _add_wheels(suite, unfinished, report)
    _finish(suite, unfinished)
    replaced = path.with_name(f"{suite}.replaced")
    remove_root(replaced)
    if path.exists():
        path.rename(replaced)
    unfinished.rename(path)
    remove_root(replaced)
    report(f"{suite}: built in {time.monotonic() - start_s:.0f} s")


def _add_wheels(suite: str, unfinished: Path, report: Report) -> None:
    from .wheels import download_wheels  # here: it needs this module

    log = unfinished.with_name(f"{suite}.log")
    try:
        download_wheels(unfinished, log=log, report=lambda text: report(f"{suite}: {text}"))
    except RootError:
        remove_root(unfinished)
        raise


def _recipe(suite: str) -> str:
    facts: dict[str, object] = {"suite": suite, "packages": sorted(PACKAGES[suite])}
    facts |= {"options": OPTIONS, "layout": 1}
    if suite in LIGHT_SUITES:
        from .wheels import constraints, requirements

        facts["wheels"] = [*requirements(), *constraints()]
    return json.dumps(facts, indent=1)


def _is_current(path: Path) -> bool:
    try:
        carried = json.loads((path / RECIPE_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return bool(carried["recipe"] == _recipe(path.name))


def build_root(
    suite: str, path: Path, *, packages: Sequence[str], options: Sequence[str], report: Report
) -> None:
    """Make a root at `path`, which must not exist, with a log beside it. Raises RootError, and
    leaves nothing but the log, when it cannot be built.
    """
    mirror = debian_mirror()
    command = [
        # mmdebstrap mounts /proc and more in what it builds. In namespaces of its own nothing of
        # that can outlive it, however it ends; and it ends when we do.
        *("setpriv", "--pdeathsig=KILL"),
        *("unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"),
        "mmdebstrap",
        *options,
        *_proxy_options(),
        f"--include={','.join(packages)}",
        suite,
        str(path),
        *([mirror] if mirror else []),
    ]
    log_path = path.with_name(f"{suite}.log")
    try:
        with log_path.open("w", encoding="utf-8") as log:
            _run_reporting(command, log=log, report=lambda text: report(f"{suite}: {text}"))
    except (OSError, subprocess.SubprocessError) as error:
        remove_root(path)
        last = log_path.read_text(encoding="utf-8", errors="replace").splitlines()[-15:]
        raise RootError(
            f"the {suite} root could not be built: {error}\n"
            f"the end of {log_path}:\n  " + "\n  ".join(last)
        ) from error


def remove_root(path: Path) -> None:
    """Delete a root, if it is there; never through a mount. Raises RootError if it has any."""
    inside = [point for point in mount_points() if point.startswith(f"{path}/")]
    if inside:
        raise RootError(f"{path} cannot be deleted: unmount {', '.join(inside)} first")
    if path.exists():
        shutil.rmtree(path)


def _run_reporting(command: list[str], *, log: IO[str], report: Report) -> None:
    """Run mmdebstrap; its steps go to `report`, everything to the log."""
    deadline = time.monotonic() + BUILD_TIMEOUT_S
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            log.write(line)
            if line.startswith(("I:", "E:")):
                report(line[2:].strip())
            if time.monotonic() > deadline:
                process.kill()
                raise subprocess.TimeoutExpired(command[0], BUILD_TIMEOUT_S)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command[0])


def _finish(suite: str, path: Path) -> None:
    """Add the person who will sit there, the places for mounts, and the recipe."""
    for point in MOUNT_POINTS:
        (path / point).mkdir(parents=True, exist_ok=True)
    with (path / "etc/passwd").open("a", encoding="utf-8") as file:
        file.write(f"{USER}:x:{USER_ID}:{USER_ID}:{USER}:/home/{USER}:/bin/bash\n")
    with (path / "etc/group").open("a", encoding="utf-8") as file:
        file.write(f"{USER}:x:{USER_ID}:\n")
    carried = {"recipe": _recipe(suite), "built": time.time()}
    (path / RECIPE_FILE).write_text(json.dumps(carried), encoding="utf-8")


def _proxy_options() -> list[str]:
    """The machine's own proxies, which mmdebstrap's private apt does not see."""
    try:
        told = subprocess.run(
            ("apt-config", "dump"), capture_output=True, encoding="utf-8", timeout=60
        )
    except (OSError, subprocess.TimeoutExpired):
        return []
    lines = re.findall(r'^(Acquire::https?::Proxy(?:::[^ ]+)? "[^"]+");$', told.stdout, re.M)
    return [f"--aptopt={line}" for line in lines]


def _try_lock(file: IO[str], *, shared: bool) -> bool:
    import fcntl  # here, so that the other tests of the project can be collected without it

    kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
