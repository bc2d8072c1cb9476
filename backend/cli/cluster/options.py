"""--on ray: where a command's pictures are done."""

from __future__ import annotations

import argparse
from dataclasses import dataclass

from ...protocol.errors import UsageError
from ..arguments.numbers import whole_number

RAY = "ray"
MOST_WORKERS = 10_000


@dataclass(frozen=True)
class ClusterOptions:
    """address: of a cluster that runs, None for one of this machine alone. workers: None for one a
    GPU, or where there is none one a machine.
    """

    address: str | None
    workers: int | None


def add_cluster_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--on",
        choices=(RAY,),
        help="share the work out by Ray, over the machines of a cluster, which read and write the "
        "same folders and have Dynamic Style and the pack; needs the extra 'ray'",
    )
    parser.add_argument(
        "--address",
        metavar="HOST:PORT",
        help="of Ray's cluster (default: a new one, of this machine alone)",
    )
    parser.add_argument(
        "--workers",
        type=whole_number(1, MOST_WORKERS),
        metavar="N",
        help="how many share the work (default: one a GPU; without GPUs one a machine)",
    )


def cluster_options(parsed: argparse.Namespace) -> ClusterOptions | None:
    """None: this process does it, without Ray. Raises UsageError."""
    if parsed.on == RAY:
        if getattr(parsed, "via_backend", False):
            raise UsageError("--on ray computes in Ray's workers; leave out --via-backend")
        return ClusterOptions(parsed.address, parsed.workers)
    if parsed.address is not None or parsed.workers is not None:
        raise UsageError("--address and --workers are Ray's; give --on ray with them")
    return None
