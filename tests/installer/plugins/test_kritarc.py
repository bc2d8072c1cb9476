"""Krita's settings file keeps every byte but the one line, which goes away again."""

from __future__ import annotations

from pathlib import Path

import pytest

from installer.errors import HostError
from installer.plugins import kritarc
from installer.plugins.kritarc import KEY

USERS = b"""\
ResourceDirectory=/home/ann/krita
theme=Krita dark.colors

[MainWindow]
State=AAAA/wAAAAD9=\xff\xfe

[python]
enable_comics_project_management_tools=false

[python][colours]
enable_dynamic_style_krita=not ours

[tail]
x=1"""
FILES = {
    "empty": b"",
    "a user's": USERS,
    "of Windows": USERS.replace(b"\n", b"\r\n"),
    "without the group": b"[General]\nx=1\n",
    "only blank lines": b"\n\n",
    "switched off": b"[python]\nenable_dynamic_style_krita=false\nenable_other=true\n",
    "on already": b"[python]\nenable_dynamic_style_krita=true\n",
    "twice": b"[python]\nenable_dynamic_style_krita=true\n[x]\n[python]\n"
    b"enable_dynamic_style_krita=false\n",
}


@pytest.fixture(params=FILES, ids=lambda name: str(name).replace(" ", "-"))
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / "kritarc"
    path.write_bytes(FILES[request.param])
    return path


def test_enabling_changes_one_key_and_restoring_brings_the_file_back(path: Path) -> None:
    before = path.read_bytes()
    edit = kritarc.plan_enabling(path)
    kritarc.enable(path)
    enabled = path.read_bytes()
    assert kritarc.is_enabled(path)
    key = KEY.encode()
    kept = [line for line in enabled.splitlines() if not line.startswith(key)]
    others = [line for line in before.splitlines() if not line.startswith(key)]
    blank = (b"", b"[python]")
    assert [line for line in kept if line not in blank] == [
        line for line in others if line not in blank
    ]
    kritarc.enable(path)
    assert path.read_bytes() == enabled, "a second time changes nothing"
    kritarc.restore(edit)
    if b"=true" in before and b"=false" in before:
        assert not kritarc.is_enabled(path)  # of two contradicting lines, the one that counted
    else:
        assert path.read_bytes().rstrip() == before.rstrip()


def test_key_goes_into_its_group_and_leaves_the_others(tmp_path: Path) -> None:
    path = tmp_path / "kritarc"
    path.write_bytes(USERS)
    kritarc.enable(path)
    assert path.read_bytes() == USERS.replace(
        b"tools=false\n", b"tools=false\nenable_dynamic_style_krita=true\n"
    )


def test_missing_file_is_made_and_removed_again(tmp_path: Path) -> None:
    path = tmp_path / "Preferences" / "kritarc"
    edit = kritarc.plan_enabling(path)
    kritarc.enable(path)
    assert path.read_text() == "[python]\nenable_dynamic_style_krita=true\n"
    kritarc.restore(edit)
    assert not path.exists()


def test_what_krita_wrote_in_the_meantime_stays(tmp_path: Path) -> None:
    path = tmp_path / "kritarc"
    edit = kritarc.plan_enabling(path)
    kritarc.enable(path)
    path.write_text("theme=dark\n\n[python]\nenable_dynamic_style_krita=true\nenable_x=true\n")
    kritarc.restore(edit)
    assert path.read_text() == "theme=dark\n\n[python]\nenable_x=true\n"


def test_link_to_the_settings_stays_a_link(tmp_path: Path) -> None:
    target = tmp_path / "dotfiles" / "kritarc"
    target.parent.mkdir()
    target.write_bytes(USERS)
    target.chmod(0o600)
    path = tmp_path / "kritarc"
    path.symlink_to(target)
    kritarc.enable(path)
    assert path.is_symlink()
    assert b"enable_dynamic_style_krita=true" in target.read_bytes()
    assert target.stat().st_mode & 0o777 == 0o600


def test_settings_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    folder = tmp_path / "kritarc"
    folder.mkdir()
    with pytest.raises(HostError, match="cannot be read"):
        kritarc.plan_enabling(folder)


# Python's own idea of lines ends them at each of these too; KConfig's does not.
ODD = {
    "line separator": "\u2028",
    "paragraph separator": "\u2029",
    "next line": "\x85",
    "form feed": "\f",
    "vertical tab": "\v",
    "file separator": "\x1c",
    "return alone": "\r",
    "no-break space": "\n\xa0",
}


@pytest.mark.parametrize("odd", ODD.values(), ids=[name.replace(" ", "-") for name in ODD])
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_only_a_line_feed_ends_a_line(odd: str, end: str, tmp_path: Path) -> None:
    path = tmp_path / "kritarc"
    before = f"[General]\nlastPreset=a{odd}[python]\nx={odd}{KEY}=true\n".replace("\n", end)
    path.write_bytes(before.encode())
    edit = kritarc.plan_enabling(path)
    assert not kritarc.is_enabled(path)
    kritarc.enable(path)
    assert path.read_bytes() == f"{before}{end}[python]{end}{KEY}=true{end}".encode()
    kritarc.restore(edit)
    assert path.read_bytes() == before.encode()
