"""Checkpoints of a training run. One is written whole or not at all, and reading it runs no code
that the file may hold.

A file is a line that names the format, a line with the SHA-256 of the rest, and torch.save's bytes.
Older ones are that last part alone: a zip archive, whose members have checksums of their own.
"""

from __future__ import annotations

import hashlib
import io
import math
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import nn

from ..errors import CheckpointError
from ..run_files import replace_file
from .run_folder import CHECKPOINT

FIRST_LINE = b"dynamic-style checkpoint 1\n"
DIGEST_LINE = 65  # 64 hex digits and the line's end


@dataclass(frozen=True)
class Checkpoint:
    """A place to go on from: `step` of phase number `phase` is the next to do.

    seconds: of training so far. companion: the state of what learns beside the net in this phase,
    empty without one.
    """

    phase: int
    step: int
    seconds: float
    net: dict[str, torch.Tensor]
    optimiser: dict[str, Any]
    companion: dict[str, Any] = field(default_factory=dict)


class CheckpointFile:
    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> Checkpoint | None:
        """None when there is no checkpoint yet. Raises CheckpointError for a damaged one."""
        try:
            if not self.path.exists():
                return None
            data = self.path.read_bytes()
        except OSError as error:
            raise self._unreadable_error(error.strerror or str(error)) from error
        if data.startswith(FIRST_LINE):
            rest = data[len(FIRST_LINE) :]
            digest, saved = rest[:DIGEST_LINE], rest[DIGEST_LINE:]
            if digest != _make_digest_line(saved):
                raise self._unreadable_error("it is cut or was altered since it was written")
        else:
            saved = data
        try:
            with zipfile.ZipFile(io.BytesIO(saved)) as members:
                damaged = members.testzip()
            if damaged is not None:
                raise ValueError(f"its part {damaged!r} is damaged")
            values = torch.load(io.BytesIO(saved), map_location="cpu", weights_only=True)
            return _check_members(values)
        except Exception as error:  # there is no list of what damaged pickles raise
            reason = str(error).partition("\n")[0] or type(error).__name__
            raise self._unreadable_error(reason) from error

    def write(self, checkpoint: Checkpoint) -> None:
        """Replace the file in one step, so that a kill leaves the old or the new one. Raises
        CheckpointError.
        """
        saved = io.BytesIO()  # by itself: to a full disk torch fails with an error without a reason
        torch.save(asdict(checkpoint), saved)
        with replace_file(self.path, "checkpoint", error=CheckpointError) as file:
            file.write(FIRST_LINE + _make_digest_line(saved.getbuffer()))
            file.write(saved.getbuffer())

    @contextmanager
    def restoring(self) -> Iterator[None]:
        """Name the file where its state does not fit what loads it. Raises CheckpointError."""
        try:
            yield
        except (RuntimeError, ValueError, TypeError, LookupError, AttributeError) as error:
            reason = " ".join(str(error).split())[:200]
            raise CheckpointError(
                f"checkpoint '{self.path}' belongs to another run: {reason}; give --run-folder "
                "another folder, or delete the checkpoint to start again"
            ) from error

    def _unreadable_error(self, reason: str) -> CheckpointError:
        return CheckpointError(
            f"checkpoint '{self.path}' cannot be read: {reason}; delete it to start again"
        )


def load_trained(folder: Path, net: nn.Module, phases: int) -> float:
    """Load the net of a run all of whose phases are done. Returns the seconds that they took.

    Raises CheckpointError.
    """
    file = CheckpointFile(folder / CHECKPOINT)
    checkpoint = file.read()
    if checkpoint is None:
        raise CheckpointError(f"'{folder}' holds no run with a step done; `run` trains one there")
    if checkpoint.phase < phases:
        raise CheckpointError(
            f"the run in '{folder}' is not finished ({checkpoint.phase} of {phases} parts are "
            "trained); `run` with the same config and folder goes on with it"
        )
    with file.restoring():
        net.load_state_dict(checkpoint.net)
    return checkpoint.seconds


def _make_digest_line(saved: bytes | memoryview) -> bytes:
    return hashlib.sha256(saved).hexdigest().encode() + b"\n"


def _check_members(values: dict[str, Any]) -> Checkpoint:
    """The checkpoint, if its members have the types that it says. Raises TypeError, ValueError."""
    checkpoint = Checkpoint(**values)
    for number in (checkpoint.phase, checkpoint.step, checkpoint.seconds):
        if isinstance(number, bool) or not isinstance(number, (int, float)):
            raise TypeError("a place in the run is no number")
        if not (math.isfinite(number) and number >= 0):
            raise ValueError("a place in the run is no possible one")
    if not (isinstance(checkpoint.phase, int) and isinstance(checkpoint.step, int)):
        raise TypeError("a place in the run is no whole number")
    states = (checkpoint.net, checkpoint.optimiser, checkpoint.companion)
    if not all(isinstance(state, dict) for state in states):
        raise TypeError("a state is no table")
    if not all(isinstance(value, torch.Tensor) for value in checkpoint.net.values()):
        raise TypeError("the net's state holds what is no tensor")
    return checkpoint
