"""Several pictures one after the other: what stylize and complete have in common. One that fails
does not end the others.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..images.formats import DEFAULT_QUALITY, FORMATS
from ..protocol.errors import DynamicStyleError
from .arguments.files import FilePair, exists, listed, refuse_existing
from .arguments.numbers import add_quality_argument
from .arguments.shards import add_shard_argument
from .chosen_pack import ChosenPack
from .cluster.options import add_cluster_arguments
from .console import Console
from .options import WriteOptions
from .workers.worker import BACKEND, Worker

COMPUTED = 0.95  # of the progress bar: of one picture, without writing it

Advance = Callable[[int, int], None]  # steps of one picture that are done, steps in all


@dataclass(frozen=True)
class Written:
    """One picture that was done. said: of it, for the person; members: for the JSON document."""

    said: str
    notes: tuple[str, ...]
    members: dict[str, Any]
    computed_by: str


@dataclass(frozen=True)
class Facts:
    """What the end of a command says about whoever computed."""

    device: str
    pack_sha256: str


def add_write_arguments(parser: argparse.ArgumentParser) -> None:
    """How results of photos are written, and shared out."""
    add_file_arguments(parser, "OUT's suffix says it otherwise, then the photo's own, then png")
    add_shard_argument(parser)
    add_cluster_arguments(parser)


def add_file_arguments(parser: argparse.ArgumentParser, otherwise: str) -> None:
    """How results are written. otherwise: what says the format without --format."""
    names = ", ".join(format_.name for format_ in FORMATS)
    parser.add_argument("--format", metavar="NAME", help=f"{names}; {otherwise}")
    add_quality_argument(parser, DEFAULT_QUALITY)
    existing = parser.add_mutually_exclusive_group()
    existing.add_argument("--force", action="store_true", help="replace results that exist already")
    existing.add_argument(
        "--skip-existing", action="store_true", help="leave out results that exist already"
    )


def write_options(parsed: argparse.Namespace) -> WriteOptions:
    return WriteOptions(
        parsed.format, parsed.quality, parsed.force, parsed.skip_existing, parsed.shard
    )


def check_one(pairs: Sequence[FilePair], options: WriteOptions) -> None:
    """Raises ImageWriteError, before a pack is loaded, where the only result exists already."""
    if len(pairs) == 1 and not options.skip_existing:
        refuse_existing(pairs[0], force=options.force)


def tell_left_out(paths: Sequence[Path], console: Console) -> None:
    """About files of folders that are no pictures."""
    if paths:
        console.note(
            f"note: left out as no picture of a kind that is read: {listed(paths)}; export such "
            "photos as PNG or JPEG, or name them one by one to have them tried"
        )


def do_all(
    pairs: Sequence[FilePair],
    do_one: Callable[[FilePair, Advance], Written],
    options: WriteOptions,
    console: Console,
) -> tuple[list[dict[str, Any]], int]:
    """Each picture's members of the JSON document, and the exit code: 0 or that of the first
    failure. do_one: reads, computes and writes a picture. Raises what ends the only one.
    """
    results: list[dict[str, Any]] = []
    exit_code = 0
    with console.progress(len(pairs), "pictures" if len(pairs) > 1 else "picture") as advance:
        for index, pair in enumerate(pairs):

            def step(done: int, of: int, index: int = index) -> None:
                advance(index + COMPUTED * done / of)

            try:
                result = _do(pair, do_one, step, options, console)
            except DynamicStyleError as error:
                if len(pairs) == 1:
                    raise
                console.error(str(error))
                exit_code = exit_code or error.exit_code
                result = {"status": "failed", "error": {"code": error.code, "message": str(error)}}
            results.append({**pair.members(), **result})
            advance(index + 1)
    return results, exit_code


def report(
    results: list[dict[str, Any]],
    exit_code: int,
    worker: Worker[Any, Any] | Facts | None,
    chosen: ChosenPack,
    console: Console,
    **members: Any,
) -> None:
    """The end of it all, for the person and as the JSON document, with more members of its own.
    worker: None where none was needed.
    """
    counts = {
        status: sum(result["status"] == status for result in results)
        for status in ("written", "skipped", "failed")
    }
    if not results:
        console.note("no pictures in this share")
    if len(results) > 1:
        summary = ", ".join(f"{count} {status}" for status, count in counts.items() if count)
        console.note(f"{len(results)} pictures: {summary}")
    console.document(
        {
            "ok": exit_code == 0,
            "pack": chosen.members(worker.pack_sha256 if worker else ""),
            "device": worker.device if worker else "",
            "alphas": {dial: list(numbers) for dial, numbers in chosen.numbers.items()},
            "results": results,
            **members,
        }
    )


def _do(
    pair: FilePair,
    do_one: Callable[[FilePair, Advance], Written],
    advance: Advance,
    options: WriteOptions,
    console: Console,
) -> dict[str, Any]:
    """One picture, and how it went, for the person and in members of the JSON document."""
    started = time.perf_counter()
    if options.skip_existing and exists(pair):
        return {"status": "skipped"}
    refuse_existing(pair, force=options.force)
    written = do_one(pair, advance)
    seconds = time.perf_counter() - started
    for note in written.notes:
        console.note(f"{pair.source_name}: note: {note}")
    by = " by the running backend" if written.computed_by == BACKEND else ""
    console.note(f"{pair.target_name}: {written.said}, {seconds:.1f} s{by}")
    return {
        "status": "written",
        **written.members,
        "computed_by": written.computed_by,
        "seconds": round(seconds, 3),
        "notes": list(written.notes),
    }
