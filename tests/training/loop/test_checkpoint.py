"""A checkpoint is whole or refused, and the last good one outlives a full disk."""

from __future__ import annotations

import io
import random
from pathlib import Path

import pytest
import torch

from dynamic_style.training.errors import CheckpointError
from dynamic_style.training.loop.checkpoint import FIRST_LINE, Checkpoint, CheckpointFile

from ..conftest import files_end_at


def _checkpoint(step: int = 5) -> Checkpoint:
    weights = torch.arange(4096.0).reshape(64, 64)
    adam = {"state": {0: {"step": torch.tensor(1.0)}}, "param_groups": [{"lr": 0.1}]}
    return Checkpoint(0, step, 1.5, {"weight": weights}, adam)


def _as_older_versions_wrote() -> bytes:
    saved, new = io.BytesIO(), _checkpoint()
    torch.save({**vars(new)}, saved)
    return saved.getvalue()


def _is_like_the_written(found: Checkpoint) -> bool:
    expected = _checkpoint()
    return (
        (found.phase, found.step, found.seconds) == (0, 5, 1.5)
        and found.net.keys() == {"weight"}
        and torch.equal(found.net["weight"], expected.net["weight"])
        and repr(found.optimiser) == repr(expected.optimiser)
        and found.companion == {}
    )


def _altered(data: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.choice([1, 1, 2, 5])):
        at = chance.randrange(len(changed))
        kind = chance.random()
        if kind < 0.7:
            changed[at] ^= 1 << chance.randrange(8)
        elif kind < 0.85:
            del changed[at : at + chance.choice([1, 8, 100])]
        else:
            changed[at : at + 4] = chance.randbytes(4)
    return bytes(changed)


@pytest.mark.parametrize("older", [False, True])
def test_altered_checkpoint_is_refused_or_means_the_same(older: bool, tmp_path: Path) -> None:
    file = CheckpointFile(tmp_path / "checkpoint.pt")
    file.write(_checkpoint())
    sound = _as_older_versions_wrote() if older else file.path.read_bytes()
    file.path.write_bytes(sound)
    found = file.read()
    assert found is not None
    assert _is_like_the_written(found)
    chance, refused = random.Random(4), 0
    for _ in range(400):
        file.path.write_bytes(_altered(sound, chance))
        try:
            found = file.read()
        except CheckpointError as error:
            assert "cannot be read" in str(error)
            refused += 1
            continue
        assert found is not None
        assert _is_like_the_written(found)
    assert refused > (300 if older else 395)


def test_altered_digest_or_first_line_is_refused(tmp_path: Path) -> None:
    file = CheckpointFile(tmp_path / "checkpoint.pt")
    file.write(_checkpoint())
    sound = file.path.read_bytes()
    start = len(FIRST_LINE)
    for data in (
        sound[:start],
        sound[: start + 30],
        sound[1:],
        sound[:start] + b"0" * 64 + sound[start + 64 :],
        b"",
        b"hello",
    ):
        file.path.write_bytes(data)
        with pytest.raises(CheckpointError, match=r"cannot be read.*delete it to start again"):
            file.read()


@pytest.mark.parametrize(
    "change",
    [
        {"phase": -1},
        {"step": 2.5},
        {"step": True},
        {"seconds": float("nan")},
        {"net": [1]},
        {"net": {"weight": 1}},
        {"optimiser": 3},
        {"besides": 1},
    ],
    ids=str,
)
def test_checkpoint_of_another_form_is_refused(change: dict[str, object], tmp_path: Path) -> None:
    torch.save({**vars(_checkpoint()), **change}, tmp_path / "checkpoint.pt")
    with pytest.raises(CheckpointError, match="cannot be read"):
        CheckpointFile(tmp_path / "checkpoint.pt").read()


def test_full_disk_keeps_the_last_good_checkpoint(tmp_path: Path) -> None:
    file = CheckpointFile(tmp_path / "checkpoint.pt")
    file.write(_checkpoint())
    message = "cannot be written: File too large; free some space and start the same command again"
    with files_end_at(8192), pytest.raises(CheckpointError, match=message):
        file.write(_checkpoint(step=6))
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint.pt"]
    kept = file.read()
    assert kept is not None
    assert kept.step == 5
