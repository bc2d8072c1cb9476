"""A clip's frames over Ray's workers, as shares of it that follow each other."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from ...protocol.errors import DynamicStyleError
from ..arguments.shards import Shard
from ..console import Console
from .options import ClusterOptions
from .ray_map import over_workers

MOST_SHARES = 64
LEAST_FRAMES = 4  # in a share, where there are as many


def make_over(
    open_shares: Callable[[int], Callable[[Shard], int]],
    frames: int,
    console: Console,
    cluster: ClusterOptions,
) -> None:
    """Make all frames that can be made. open_shares: called once in each worker, with its number of
    processors; what it returns does a share. Raises what over_workers does.
    """
    count = max(1, min(MOST_SHARES, frames // LEAST_FRAMES))
    shares = [Shard(number, count) for number in range(1, count + 1)]
    with console.progress(count, "shares") as advance:
        opening = partial(_open, open_shares)
        for done, (_, said) in enumerate(over_workers(opening, shares, cluster), start=1):
            if said:
                console.note(f"note: a share was left to this process: {said}")
            advance(done)


def _open(
    open_shares: Callable[[int], Callable[[Shard], int]], processors: int
) -> Callable[[Shard], str]:
    return partial(_do, do=open_shares(processors))


def _do(share: Shard, *, do: Callable[[Shard], int]) -> str:
    """Why it was left undone; empty where it was not."""
    try:
        do(share)
    except DynamicStyleError as error:
        return str(error)
    return ""
