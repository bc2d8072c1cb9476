"""`make release-check`: builds what a release would be, and uses it as a stranger would.

A source distribution and the wheel are built from the commit that is checked out, and the wheel
again from the first. The wheel is installed where there is nothing but Python (`bare_root`): setup,
doctor, a photo stylized, uninstall. Then the real Krita and GIMP use it. What is good stays in
`dist`. Needs Linux, root rights and mmdebstrap; `--no-hosts` leaves the hosts out.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from dynamic_style.backend.protocol.version import VERSION

from .bare_root import (
    CHECKOUT,
    HOME,
    fresh_root,
    give_home,
    outside,
    report,
    run_line,
    unpack_commit,
)
from .built_wheel import BuildError, build
from .hosts.debian.roots import RootError

PHOTO = CHECKOUT / "installer/assets/mountain-path.jpg"
WHEEL_VARIABLE = "DYNAMIC_STYLE_WHEEL"  # which tests/hosts/test_wheel.py installs
HOST_FOLDERS = (".local/share/krita", ".config/GIMP/3.0")  # of hosts that were started once
PROGRAM = "env/bin/dynamic-style"
STYLIZE = f"{PROGRAM} stylize {PHOTO.name} painted.jpg --pack starry-night --alpha 0.8"
# Shell lines in the user's home, with the exit status that each must have.
LINES = (
    ("python3 -m venv env", 0),
    ("env/bin/pip install --quiet ./{wheel}", 0),
    (PROGRAM, 2),  # it says what to do first
    (f"{PROGRAM} setup", 0),
    (f"{PROGRAM} setup doctor", 0),
    (STYLIZE, 0),
    (f"{PROGRAM} setup uninstall", 0),
)
LEAST_BYTES = 10_000  # of a painted photo


class ReleaseError(Exception):
    """Something of the release is not as it must be; the message says what."""


def main() -> int:
    """Return 0 if all went well, 1 if not."""
    parser = argparse.ArgumentParser(prog="python3 -m tests.release_check")
    parser.add_argument("--no-hosts", action="store_true", help="leave Krita and GIMP out")
    options = parser.parse_args()
    try:
        wheel = _build()
        _use_in_bare_root(wheel)
        if not options.no_hosts:
            _use_in_hosts(wheel)
    except (BuildError, ReleaseError, RootError, subprocess.SubprocessError) as error:
        report(f"error: {error}")
        return 1
    report(f"\nAll is well with {wheel.relative_to(CHECKOUT)}.")
    for lacking in _before_the_tag():
        report(f"Before the tag v{VERSION}: {lacking}")
    return 0


def _build() -> Path:
    """Build both files into `dist`, in place of what is there; return the wheel."""
    with tempfile.TemporaryDirectory(prefix="dynamic-style-") as folder:
        source = Path(folder) / "source"
        source.mkdir()
        unpack_commit(source)
        committed = _git("log", "-1", "--format=%ct")  # the same commit gives the same bytes
        packed = build(source, Path(folder) / "sdist", "--sdist", made_at=committed)
        subprocess.run(("tar", "-xpzf", str(packed), "-C", folder), check=True)
        unpacked = Path(folder) / packed.name.removesuffix(".tar.gz")
        wheel = build(source, Path(folder) / "wheel", "--wheel", made_at=committed)
        again = build(unpacked, Path(folder) / "again", "--wheel", made_at=committed)
        if wheel.read_bytes() != again.read_bytes():
            raise ReleaseError("the source distribution builds another wheel than the commit")
        if f"-{VERSION}-" not in wheel.name:
            raise ReleaseError(f"{wheel.name} is not of version {VERSION}: commit the change of it")
        dist = CHECKOUT / "dist"
        dist.mkdir(exist_ok=True)
        for old in dist.glob("dynamic_style-*"):
            old.unlink()
        for path in (packed, wheel):
            shutil.copyfile(path, dist / path.name)
            report(f"dist/{path.name}: {path.stat().st_size / 1e6:.1f} MB")
        return dist / wheel.name


def _use_in_bare_root(wheel: Path) -> None:
    with fresh_root() as root:
        home = outside(root, HOME)
        for name in HOST_FOLDERS:
            (home / name).mkdir(parents=True)
        for path in (wheel, PHOTO):
            shutil.copyfile(path, home / path.name)
        give_home(root)
        for line, wanted in LINES:
            status = run_line(root, line.format(wheel=wheel.name))
            if status != wanted:
                raise ReleaseError(f"`{line}` ended with {status} in place of {wanted}")
            if line == f"{PROGRAM} setup" and len(_plugin_files(home)) < 2:
                raise ReleaseError("setup said that all is well and laid down no plug-ins")
        painted = home / "painted.jpg"
        if not painted.is_file() or painted.stat().st_size < LEAST_BYTES:
            raise ReleaseError(f"`{STYLIZE}` painted nothing")
        if _plugin_files(home):
            raise ReleaseError("uninstall left the plug-ins where they were")


def _plugin_files(home: Path) -> list[Path]:
    """What starts the plug-in in each host."""
    return [
        path
        for path in (
            home / HOST_FOLDERS[0] / "pykrita/dynamic_style_krita.desktop",
            home / HOST_FOLDERS[1] / "plug-ins/dynamic-style/dynamic-style.py",
        )
        if path.is_file()
    ]


def _use_in_hosts(wheel: Path) -> None:
    test = "tests/hosts/test_wheel.py"
    report(f"\n$ pytest -m real_host {test}")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-m", "real_host", test],
        cwd=CHECKOUT,
        env={**os.environ, WHEEL_VARIABLE: str(wheel)},
        check=False,
    )
    if done.returncode:
        raise ReleaseError(f"{test} failed in the hosts")


def _before_the_tag() -> list[str]:
    """What would make the tag wrong, although the wheel is good."""
    lacking = []
    changelog = (CHECKOUT / "CHANGELOG.md").read_text(encoding="utf-8")
    if not re.search(rf"^## {re.escape(VERSION)}\b", changelog, re.MULTILINE):
        lacking.append(f"give CHANGELOG.md's `## Unreleased` the name `## {VERSION}`, and a date")
    if _git("status", "--porcelain"):
        lacking.append("commit what is changed; only what is committed was checked")
    if _git("tag", "--list", f"v{VERSION}"):
        lacking.append("there is one of that name: raise VERSION in backend/protocol/version.py")
    return lacking


def _git(*arguments: str) -> str:
    done = subprocess.run(
        ("git", "-C", str(CHECKOUT), *arguments), capture_output=True, encoding="utf-8", check=True
    )
    return done.stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
