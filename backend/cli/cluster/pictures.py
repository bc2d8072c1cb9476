"""The pictures of stylize and complete over Ray's workers, with what batch.do_all gives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from ...protocol.errors import DynamicStyleError, UsageError
from ..arguments.files import FilePair, exists, refuse_existing
from ..batch import Advance, Facts, Written
from ..console import Console
from ..options import PackOptions, WriteOptions
from .options import ClusterOptions
from .ray_map import over_workers

DoOne = Callable[[FilePair, Advance], Written]
OpenWorker = Callable[[int], tuple[Facts, DoOne]]


@dataclass(frozen=True)
class _Outcome:
    """What came of one picture, as it travels back. exit_code: 0 where it was written."""

    facts: Facts
    members: dict[str, Any]
    notes: tuple[str, ...]
    said: str
    exit_code: int = 0


def do_all_over(
    pairs: Sequence[FilePair],
    open_worker: OpenWorker,
    options: WriteOptions,
    console: Console,
    cluster: ClusterOptions,
) -> tuple[list[dict[str, Any]], int, Facts | None]:
    """As batch.do_all. open_worker: called once in each worker, with its number of processors; it
    is pickled. The facts are those of a worker, None where nothing was to be done.
    """
    results: dict[int, dict[str, Any]] = {}
    codes: dict[int, int] = {}
    facts = None

    def fail(index: int, code: str, text: str, exit_code: int) -> None:
        console.error(text)
        results[index] = {"status": "failed", "error": {"code": code, "message": text}}
        codes[index] = exit_code

    for index, pair in enumerate(pairs):
        if options.skip_existing and exists(pair):
            results[index] = {"status": "skipped"}
            continue
        try:
            refuse_existing(pair, force=options.force)
        except DynamicStyleError as error:
            fail(index, error.code, str(error), error.exit_code)
    left = [index for index in range(len(pairs)) if index not in results]
    with console.progress(len(pairs), "pictures") as advance:
        todo = [_from_anywhere(pairs[index]) for index in left]
        for position, outcome in over_workers(partial(_open, open_worker), todo, cluster):
            index, pair, facts = left[position], pairs[left[position]], outcome.facts
            for note in outcome.notes:
                console.note(f"{pair.source_name}: note: {note}")
            if outcome.exit_code:
                fail(index, outcome.members["code"], outcome.said, outcome.exit_code)
            else:
                console.note(f"{pair.target_name}: {outcome.said}")
                notes = list(outcome.notes)
                results[index] = {"status": "written", **outcome.members, "notes": notes}
            advance(len(results))
    ordered = [{**pair.members(), **results[index]} for index, pair in enumerate(pairs)]
    return ordered, codes[min(codes)] if codes else 0, facts


def for_worker(options: PackOptions, processors: int) -> PackOptions:
    """The same for a worker that shares its machine with others."""
    wish = options.wish
    return options if wish.threads else replace(options, wish=replace(wish, threads=processors))


def from_anywhere(options: PackOptions) -> PackOptions:
    """The same where the current folder is another. A pack's id stays, for each machine has its own
    copy.
    """
    path = Path(options.pack)
    return replace(options, pack=str(path.absolute())) if path.exists() else options


def _from_anywhere(pair: FilePair) -> FilePair:
    if pair.source is None or pair.target is None:
        raise UsageError("--on ray reads and writes files that all machines see; name them")
    mask = None if pair.mask is None else pair.mask.absolute()
    return replace(pair, source=pair.source.absolute(), target=pair.target.absolute(), mask=mask)


def _open(open_worker: OpenWorker, processors: int) -> Callable[[FilePair], _Outcome]:
    facts, do_one = open_worker(processors)
    return partial(_do, facts=facts, do_one=do_one)


def _do(pair: FilePair, *, facts: Facts, do_one: DoOne) -> _Outcome:
    """A result that is there already is one of a worker that died before it could tell."""
    try:
        written = do_one(pair, lambda _done, _of: None)
    except DynamicStyleError as error:
        return _Outcome(facts, {"code": error.code}, (), str(error), error.exit_code)
    members = {**written.members, "computed_by": "ray"}
    return _Outcome(facts, members, written.notes, written.said)
