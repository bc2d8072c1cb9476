"""Whoever stylizes the frames of a clip: each by itself, or with those before it in mind."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from .stylist import Stylist, Stylized, StylizeJob

if TYPE_CHECKING:
    from ...images.picture import Picture


@dataclass(frozen=True)
class FrameJob:
    """turned: dials that move, where they stand at this frame."""

    index: int
    picture: Picture
    turned: Mapping[str, Sequence[float]]

    @property
    def name(self) -> str:
        return f"frame {self.index}"


class FrameStylist(Protocol):
    """The frames that needed() names are to come in order, each once."""

    unit: int  # frames that one share of a clip has together

    @property
    def device(self) -> str:
        """What computes, for people."""

    @property
    def pack_sha256(self) -> str:
        """Of the pack's pack.json."""

    def digests(self, frames: Sequence[str]) -> Sequence[str]:
        """Of all that each frame depends on. frames: of each by itself."""

    def needed(self, pending: Collection[int]) -> Collection[int]:
        """The frames to go through for those that are to be made."""

    def lead_up(self, job: FrameJob) -> None:
        """Go through one that is not to be made."""

    def do(self, job: FrameJob) -> Stylized:
        """One that is. Raises DynamicStyleErrors."""


class SingleFrames:
    """A FrameStylist that knows nothing of other frames."""

    unit = 1

    def __init__(self, stylist: Stylist) -> None:
        self._stylist = stylist

    @property
    def device(self) -> str:
        return self._stylist.device

    @property
    def pack_sha256(self) -> str:
        return self._stylist.pack_sha256

    def digests(self, frames: Sequence[str]) -> Sequence[str]:
        return frames

    def needed(self, pending: Collection[int]) -> Collection[int]:
        return pending

    def lead_up(self, job: FrameJob) -> None:
        raise AssertionError(f"{job.name} is of no use to others")

    def do(self, job: FrameJob) -> Stylized:
        return self._stylist.do(StylizeJob(job.picture, job.name, job.turned))
