"""`python3 -m tests.bare_root`: the README's two commands where nothing of ours is installed.

A fresh Debian root gets Python 3 and its venv module, the commit that is checked out, an ordinary
user to own it, and pip's settings, for which index to ask is the machine's affair. Whatever else
the demo or the test suite turns out to need, the README does not install. Standard library only;
needs Linux, root rights and mmdebstrap.

Arguments go to pytest: `python3 -m tests.bare_root tests/backend/protocol -x`.
"""

from __future__ import annotations

import contextlib
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from .hosts.debian.online import Person, Surroundings, run_online
from .hosts.debian.roots import (
    OPTIONS,
    RootError,
    build_root,
    check_machine,
    locked,
    remove_root,
    roots_folder,
)

SUITE = "bookworm"  # the oldest Debian whose Python is new enough
PACKAGES = ("python3", "python3-venv", "ca-certificates")
CHECKOUT = Path(__file__).resolve().parents[1]
USER, USER_ID = "stranger", 1000
HOME = Path("/home", USER)
SHARED_VARIABLE = "DYNAMIC_STYLE_SHARED"
INNER_SHARED = Path("/shared")  # training photos for CI, which are no part of the project
PASSED_ON = ("CI", "DYNAMIC_STYLE_FUZZ_S")
PICTURES_PER_PACK = 4  # three alphas and at least one sheet
COMMAND_TIMEOUT_S = 3600.0


def main() -> int:
    """Build the root, run both commands in it, remove it. Return the first bad exit status."""
    try:
        with fresh_root() as root:
            _lay_checkout(root)
            return _run_commands(root, sys.argv[1:])
    except RootError as error:
        report(f"error: {error}")
        return 1


@contextlib.contextmanager
def fresh_root() -> Iterator[Path]:
    """A root with an ordinary user and nothing of ours, gone when the `with` ends or SIGTERM comes.
    Raises RootError.
    """
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))  # by `finally`
    root = roots_folder() / "bare" / SUITE
    check_machine()
    root.parent.mkdir(parents=True, exist_ok=True)
    with locked(root.with_suffix(".lock")):
        try:
            remove_root(root)  # what a killed run has left
            build_root(SUITE, root, packages=PACKAGES, options=OPTIONS, report=report)
            _add_user(root)
            yield root
        finally:
            remove_root(root)


def _add_user(root: Path) -> None:
    with (root / "etc/passwd").open("a", encoding="utf-8") as file:
        file.write(f"{USER}:x:{USER_ID}:{USER_ID}:{USER}:{HOME}:/bin/bash\n")
    with (root / "etc/group").open("a", encoding="utf-8") as file:
        file.write(f"{USER}:x:{USER_ID}:\n")
    outside(root, HOME).mkdir(parents=True)


def give_home(root: Path) -> None:
    """Make all in the user's home the user's own."""
    home = outside(root, HOME)
    for path in (home, *home.rglob("*")):
        os.chown(path, USER_ID, USER_ID, follow_symlinks=False)


def unpack_commit(folder: Path) -> None:
    """Put the commit that is checked out into an empty folder, as `git clone` would."""
    with subprocess.Popen(
        ("git", "-C", str(CHECKOUT), "archive", "HEAD"), stdout=subprocess.PIPE
    ) as packing:
        subprocess.run(("tar", "-x", "-C", str(folder)), stdin=packing.stdout, check=True)
    if packing.returncode:
        raise RootError(f"{CHECKOUT} has no commit that git can read")


def _lay_checkout(root: Path) -> None:
    checkout = outside(root, HOME / "dynamic-style")
    checkout.mkdir()
    unpack_commit(checkout)
    give_home(root)


def _run_commands(root: Path, pytest_arguments: list[str]) -> int:
    for command in ("python3 -m installer demo", "python3 -m installer test"):
        arguments = pytest_arguments if command.endswith("test") else []
        line = shlex.join([*command.split(), *arguments])
        status = run_line(root, line, folder=HOME / "dynamic-style")
        if status == 0 and command.endswith("demo"):
            status = _check_demo(outside(root, HOME / "dynamic-style"))
        if status:
            return status
    return 0


def run_line(root: Path, line: str, *, folder: Path = HOME) -> int:
    """Run a shell line in the root as the user, in a folder as seen inside, with this machine's
    settings for pip; tell it and how it ended. Return its exit status. Raises RootError.
    """
    environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    shown = []
    if os.environ.get(SHARED_VARIABLE):
        environment[SHARED_VARIABLE] = str(INNER_SHARED)
        shown.append((Path(os.environ[SHARED_VARIABLE]).resolve(), INNER_SHARED))
    stranger = Person(USER_ID, home=HOME, folder=folder)
    around = Surroundings({"USER": USER, **environment}, shown)
    report(f"\n$ {line}")
    start_s = time.monotonic()
    status = run_online(root, line, by=stranger, around=around, timeout_s=COMMAND_TIMEOUT_S)
    report(f"exit status {status} after {time.monotonic() - start_s:.0f} s: {line}")
    return status


def _check_demo(checkout: Path) -> int:
    """Whether the demo made what it says, and without PyTorch, which the tests bring; 1 if not."""
    if any(checkout.glob(".venv/lib/python*/site-packages/torch*")):
        report("demo: its environment has PyTorch, and was to be light")
        return 1
    manifests = (checkout / "weights").glob("*/pack.json")
    packs = sum('"task": "style_transfer"' in path.read_text("utf-8") for path in manifests)
    pictures = [path for path in checkout.glob("demo/**/*.jpg") if path.stat().st_size > 1000]
    report(f"demo: {len(pictures)} pictures with {packs} packs")
    return 0 if packs and len(pictures) >= PICTURES_PER_PACK * packs else 1


def outside(root: Path, inner: Path) -> Path:
    """Where a path inside the root lies outside."""
    return root / inner.relative_to("/")


def report(text: str) -> None:
    """Say it at once: what runs beside us writes to the same place."""
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
