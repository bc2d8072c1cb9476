"""When a root is built, kept and built anew, and what people are told when it cannot be.

mmdebstrap is a script of the test's own here, and so is pip in the root: the real ones take minutes
and a network, and every other test in this folder goes through what they have built.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import IO

import pytest

from . import roots, wheels
from .roots import RootError, debian_mirror, ensure_root

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="roots are for Linux's chroot")

BUILDS = """#!/bin/sh
eval target=\\${$(($# - 1))}
echo "I: installing" >&2
mkdir -p "$target/etc"
touch "$target/etc/passwd" "$target/etc/group" "$target/etc/built-by-$$"
"""
WITHOUT_RIGHTS = """#!/bin/sh
while [ "${1#--}" != "$1" ]; do shift; done
exec "$@"
"""
FAILS = """#!/bin/sh
echo "E: the mirror is out of reach" >&2
exit 25
"""


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with every program that building a root takes, so that none of the machine's is
    asked for; roots go to a folder of the test's.
    """
    folder = tmp_path / "programs"
    folder.mkdir()
    write_program(folder / "mmdebstrap", BUILDS)
    for name in ("unshare", "setpriv"):  # making namespaces takes root rights
        write_program(folder / name, WITHOUT_RIGHTS)
    write_program(folder / "nsenter", "#!/bin/sh\n")
    write_program(folder / "apt-get", "#!/bin/sh\necho https://mirror.example/debian/\n")
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    monkeypatch.setenv("DYNAMIC_STYLE_ROOTS", str(tmp_path / "roots"))
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(wheels, "run_online", download)
    return folder


def download(root: Path, line: str, *, log: IO[str], **_how: object) -> int:
    assert "pip download" in line
    log.write("Saved ./openvino-1-py3-none-any.whl\n")
    (root / "wheels/openvino-1-py3-none-any.whl").touch()
    return 0


def fail_to_download(root: Path, line: str, *, log: IO[str], **_how: object) -> int:
    log.write("ERROR: No matching distribution found for openvino\n")
    log.flush()
    return 1


def add_inkscape(monkeypatch: pytest.MonkeyPatch) -> None:
    more = {suite: (*packages, "inkscape") for suite, packages in roots.PACKAGES.items()}
    monkeypatch.setattr(roots, "PACKAGES", more)


def write_program(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)


def built_by(suite: str) -> list[str]:
    """Another one for each time that the root was built."""
    return sorted(path.name for path in (ensure_root(suite).path / "etc").glob("built-by-*"))


def test_a_root_is_built_once(programs: Path) -> None:
    told: list[str] = []
    root = ensure_root("trixie", report=told.append)
    assert (root.path / "checkout").is_dir()
    assert any("installing" in text for text in told)
    first = built_by("trixie")
    assert len(first) == 1
    assert built_by("trixie") == first


def test_a_changed_package_list_builds_it_anew(
    programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = built_by("trixie")
    identity = ensure_root("trixie").identity
    add_inkscape(monkeypatch)
    assert built_by("trixie") != first
    assert ensure_root("trixie").identity != identity
    recipe = json.loads(json.loads(ensure_root("trixie").identity)["recipe"])
    assert "inkscape" in recipe["packages"]
    left = sorted(path.name for path in roots.roots_folder().iterdir())
    assert left == ["trixie", "trixie.lock", "trixie.log"]


def test_a_build_that_fails_says_why_and_keeps_the_root_before(
    programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = ensure_root("trixie")
    kept = built_by("trixie")
    write_program(programs / "mmdebstrap", FAILS)
    add_inkscape(monkeypatch)
    with pytest.raises(RootError, match="the mirror is out of reach"):
        ensure_root("trixie")
    assert sorted(path.name for path in (root.path / "etc").glob("built-by-*")) == kept
    with pytest.raises(RootError, match="forky root could not be built"):
        ensure_root("forky")
    assert not (roots.roots_folder() / "forky").exists()


def test_a_light_root_has_the_installers_wheels_and_is_built_anew_for_others(
    programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = built_by("trixie")
    assert list((ensure_root("trixie").path / "wheels").glob("openvino-*.whl"))
    assert not (ensure_root("forky").path / "wheels").exists()
    kept = built_by("forky")
    monkeypatch.setattr(wheels, "constraints", lambda: ["openvino==9999.1"])
    assert built_by("trixie") != first
    assert built_by("forky") == kept


def test_wheels_that_cannot_be_had_leave_no_root(
    programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wheels, "run_online", fail_to_download)
    with pytest.raises(RootError, match="No matching distribution found for openvino"):
        ensure_root("trixie")
    left = sorted(path.name for path in roots.roots_folder().iterdir())
    assert left == ["trixie.lock", "trixie.log"]


def test_what_has_mounts_inside_is_never_deleted(
    programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Deleting a half-built root with /dev in it would delete the machine's own."""
    left = roots.roots_folder() / "trixie.unfinished"
    (left / "dev").mkdir(parents=True)
    (left / "dev" / "null").touch()
    monkeypatch.setattr(roots, "mount_points", lambda: ["/", f"{left}/dev"])
    with pytest.raises(RootError, match=r"unmount .*/trixie\.unfinished/dev first"):
        ensure_root("trixie")
    assert (left / "dev" / "null").exists()


def test_all_that_a_machine_lacks_is_named(programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    (programs / "mmdebstrap").unlink()
    monkeypatch.setenv("PATH", str(programs))
    with pytest.raises(RootError) as told:
        ensure_root("trixie")
    assert "root rights" in str(told.value)
    assert "apt-get install mmdebstrap" in str(told.value)


@pytest.mark.parametrize(
    ("sources", "mirror"),
    [
        ("https://mirror.example/debian-security/\nhttps://mirror.example/debian/\n", 0),
        ("http://ubuntu.example/ubuntu/\n", 1),
        ("", 1),
    ],
)
def test_the_mirror_is_the_one_that_apt_uses(programs: Path, sources: str, mirror: int) -> None:
    write_program(programs / "apt-get", f"#!/bin/sh\nprintf '%s' '{sources}'\n")
    expected = ("https://mirror.example/debian", None)[mirror]
    assert debian_mirror() == expected


def test_without_apt_mmdebstrap_chooses_the_mirror(
    programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (programs / "apt-get").unlink()
    monkeypatch.setenv("PATH", str(programs))
    assert debian_mirror() is None
