"""Where calm begins anew in a clip, so that any part of it can be made by itself, to the bit.

A calm frame depends on those before it. Without an end to that, a run that was ended, or one of
several computers, would have to begin with the clip's first frame. So a clip is cut into segments,
always at the same frames, and each has a chain of its own, which begins some frames before it. In
these the segment before passes over into it little by little.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from .ledger import digest

# An eighth more work, and a run that goes on has at most 108 frames to go through again.
LENGTH, LEAD = 96, 12


@dataclass(frozen=True)
class Segments:
    """count: the clip's frames. length: of each segment, the last may have fewer. lead: frames of
    the segment before that a chain begins with.
    """

    count: int
    length: int = LENGTH
    lead: int = LEAD

    def shares(self, index: int) -> dict[int, float]:
        """The segments whose chains make a frame, and how much of it is to be as each has it."""
        segment = index // self.length
        ahead = index - self.first(segment + 1) + 1
        if ahead <= 0 or (segment + 1) * self.length >= self.count:
            return {segment: 1.0}
        share = ahead / (self.lead + 1)
        return {segment: 1 - share, segment + 1: share}

    def first(self, segment: int) -> int:
        """The first frame of a segment's chain."""
        return max(0, segment * self.length - self.lead)

    def needed(self, pending: Collection[int]) -> dict[int, dict[int, float]]:
        """The frames to go through for those that are to be made, in order; for each the chains
        that go on with it, and how much of what is made each of them gives.
        """
        last: dict[int, int] = {}
        for index in sorted(pending):
            last |= dict.fromkeys(self.shares(index), index)
        needed: dict[int, dict[int, float]] = {}
        for segment, end in sorted(last.items()):
            for index in range(self.first(segment), end + 1):
                share = self.shares(index).get(segment, 0.0) if index in pending else 0.0
                needed.setdefault(index, {})[segment] = share
        return dict(sorted(needed.items()))

    def digests(self, frames: Sequence[str]) -> list[str]:
        """For each frame one of all that it depends on. frames: a digest of each by itself."""
        made = []
        for begins in range(0, self.count, self.length):
            before, end = "", min(self.count, begins + self.length)
            for index in range(self.first(begins // self.length), end):
                before = digest({"before": before, "frame": frames[index]})
                if index >= begins:
                    shares = list(self.shares(index).values())
                    made.append(digest({"frames": before, "shares": shares}))
        return made
