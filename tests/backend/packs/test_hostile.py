"""Hostile and broken packs: each refused with its own message, and nothing is left of it."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pytest

from dynamic_style.backend.packs.tensors import load_pack
from dynamic_style.backend.protocol.errors import PackError

from ..attacks import ATTACKS, Attack
from ..verified_packs import install_pack, verify_pack


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_hostile_pack_is_refused_and_leaves_nothing(
    attack: Attack,
    tiny_pack: Path,
    user_packs: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shutil.copytree(tiny_pack, user_packs / "tiny")
    place = tmp_path / "downloads"
    place.mkdir()
    hostile = attack.make(tiny_pack, place)
    monkeypatch.chdir(place)  # where a relative name would land
    before = _tree(tmp_path)

    with pytest.raises(PackError) as refused:
        install_pack(hostile, replace=True)

    assert type(refused.value) is attack.error
    assert attack.says in str(refused.value)
    assert _tree(tmp_path) == before


def test_every_refusal_is_told_apart_and_says_what_to_do(
    tiny_pack: Path, user_packs: Path, tmp_path: Path
) -> None:
    shutil.copytree(tiny_pack, user_packs / "tiny")
    messages = {}
    for number, attack in enumerate(ATTACKS):
        place = tmp_path / str(number)
        place.mkdir()
        with pytest.raises(attack.error) as refused:
            verify_pack(attack.make(tiny_pack, place))
        messages[attack.name] = str(refused.value)

    for attack in ATTACKS:
        message = messages[attack.name]
        alike = [name for name, other in messages.items() if attack.says in other]
        assert alike == [attack.name], attack.says
        assert message.isprintable()
        assert len(message) < 400
        assert ";" in message or "," in message.rsplit(")", 1)[-1], f"{message!r}: and now what?"


@pytest.mark.parametrize("name", ["main.safetensors", "strength.safetensors"])
def test_loading_alone_already_checks_hashes(name: str, tiny_pack: Path) -> None:
    data = bytearray((tiny_pack / name).read_bytes())
    data[-3] ^= 4
    (tiny_pack / name).write_bytes(data)

    with pytest.raises(PackError, match="has the hash"):
        load_pack(tiny_pack)


def _tree(folder: Path) -> dict[str, tuple[int, int, str]]:
    """Every path below with its mode, time of change and content."""
    found = {}
    for path in sorted(folder.rglob("*")):
        status = path.lstat()
        is_plain = path.is_file() and not path.is_symlink() and status.st_size < 1 << 24
        content = hashlib.sha256(path.read_bytes()).hexdigest() if is_plain else ""
        found[str(path)] = (status.st_mode, status.st_mtime_ns, content)
    return found
