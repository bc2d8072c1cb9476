"""Which frames a calm frame depends on, however a clip is made."""

from __future__ import annotations

import pytest

from dynamic_style.backend.cli.arguments.shards import Shard
from dynamic_style.backend.frames.segments import Segments


def test_one_segment_passes_over_into_the_next() -> None:
    segments = Segments(20, length=8, lead=3)
    assert segments.shares(4) == {0: 1.0}
    assert [segments.shares(index) for index in (5, 6, 7)] == [
        {0: 0.75, 1: 0.25},
        {0: 0.5, 1: 0.5},
        {0: 0.25, 1: 0.75},
    ]
    assert segments.shares(8) == {1: 1.0}
    assert segments.shares(19) == {2: 1.0}, "there is no next one"


@pytest.mark.parametrize("pending", [{0}, {7}, {9}, {3, 19}, set(range(20))])
def test_what_is_gone_through_has_all_that_a_frame_is_made_of(pending: set[int]) -> None:
    segments = Segments(20, length=8, lead=3)
    needed = segments.needed(pending)
    assert list(needed) == sorted(needed)
    for index in pending:
        assert needed[index].items() >= segments.shares(index).items()
        for segment in segments.shares(index):
            chain = range(segments.first(segment), index + 1)
            assert all(segment in needed[before] for before in chain)
    for index in set(needed) - pending:
        assert set(needed[index].values()) == {0.0}
    assert segments.needed([]) == {}


def test_a_digest_tells_of_every_frame_that_counts() -> None:
    segments = Segments(20, length=8, lead=3)
    frames = [str(index) for index in range(20)]
    before = segments.digests(frames)
    assert len(set(before)) == 20
    after = segments.digests([*frames[:6], "other", *frames[7:]])
    changed = [
        index for index, pair in enumerate(zip(before, after, strict=True)) if len({*pair}) > 1
    ]
    assert changed == list(range(6, 16)), "its own segment, and the one that begins before it"
    longer = Segments(30, length=8, lead=3).digests([str(index) for index in range(30)])
    assert longer[:20] == before[:20] or longer[21:] != before, "those at the old end change"


@pytest.mark.parametrize(
    ("length", "unit", "count"), [(20, 1, 3), (20, 8, 3), (5, 8, 4), (1, 1, 1)]
)
def test_shares_follow_each_other_and_make_up_the_whole(length: int, unit: int, count: int) -> None:
    spans = [Shard(number + 1, count).span(length, unit=unit) for number in range(count)]
    assert [index for span in spans for index in span] == list(range(length))
    assert all(span.start % unit == 0 for span in spans if span)
