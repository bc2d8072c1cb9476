"""The log of losses goes on from where a full disk or a kill cut it."""

from __future__ import annotations

from pathlib import Path

import pytest

from dynamic_style.training.errors import TrainingError
from dynamic_style.training.loop.loss_log import LossLog

from ..conftest import files_end_at


def test_log_that_a_full_disk_cut_goes_on(tmp_path: Path) -> None:
    """Nothing of the old log is lost, the row that was cut is written anew, damage is dropped."""
    path = tmp_path / "losses.csv"
    whole = "phase,step,total\nmain,0,0.5\nmain,1,0.5\n"
    too_long = b"".join(b"%s,%s,1\n" % (phase, b"9" * 5000) for phase in (b"main", b"other"))
    path.write_bytes(whole.encode() + too_long + b"main,x,\xff\nmain\nmain,2,0.")
    log = LossLog(path, phase="main", first=2)
    log.add(2, {"total": 0.5})
    log.close()
    assert path.read_text() == whole + "main,2,0.5\n"
    with files_end_at(10), pytest.raises(TrainingError, match="free some space"):
        LossLog(path, phase="main", first=3)
    assert path.read_text() == whole + "main,2,0.5\n"
