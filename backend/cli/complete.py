"""dynamic-style complete: fill what a mask covers from the rest of the picture."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from ..protocol.errors import MaskError, UsageError
from ..protocol.limits import MAX_FEATHER_PX, MAX_GROW_PX
from ..protocol.runs import CompleteRun
from .arguments.files import (
    STANDARD,
    FilePair,
    left_out,
    listed,
    open_input,
    open_output,
    pair_files,
)
from .arguments.masks import MaskedPairs, find_masks, give_masks
from .arguments.numbers import MOST_SEED, whole_number
from .arguments.pictures import add_limit_argument
from .batch import (
    Advance,
    Facts,
    Written,
    add_write_arguments,
    check_one,
    do_all,
    report,
    tell_left_out,
    write_options,
)
from .chosen_pack import choose_pack
from .cluster.options import cluster_options
from .console import Console
from .options import (
    CompleteOptions,
    CompleterOptions,
    add_backend_arguments,
    add_engine_arguments,
    add_pack_arguments,
    backend_use,
    pack_options,
)

if TYPE_CHECKING:
    from .workers.completer import Completer

DESCRIPTION = """\
Fill what MASK covers with what is around it.

MASK is a grey picture of IN's size: white is filled, black stays as it is bit for bit, and grey
blends. Masks of 0 and 1, in colours, or drawn by opacity are understood, too, and a note says how.
Several blobs are filled one by one, each from its own surroundings. Transparent places are
never taken for surroundings, and what is filled becomes opaque.

Several photos, or a folder's (without its subfolders), go into the folder OUT under their own
names. MASK is one for all of them, or a folder in which each mask has its photo's name. A photo is
never replaced by its result, other files only with --force. When one picture of several fails, the
others are still done, and the command fails at the end with the exit code of the first failure.
"""


def add_parser(commands: Any, parents: list[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "complete",
        help="fill what a mask covers",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        parents=parents,
    )
    parser.add_argument("inputs", nargs="+", metavar="IN", help="a photo or a folder of photos")
    parser.add_argument(
        "mask", metavar="MASK", help="a grey picture of the same size, or a folder of such"
    )
    parser.add_argument("output", metavar="OUT", help="a file or a folder")
    add_pack_arguments(parser)
    parser.add_argument(
        "--invert-mask", action="store_true", help="fill what is black in MASK, and keep the white"
    )
    parser.add_argument(
        "--grow",
        type=whole_number(0, MAX_GROW_PX),
        default=0,
        metavar="PX",
        help=f"let the hole reach beyond the mask, up to {MAX_GROW_PX} pixels",
    )
    parser.add_argument(
        "--feather",
        type=whole_number(0, MAX_FEATHER_PX),
        default=0,
        metavar="PX",
        help="blend the fill in over that many pixels, inwards from the hole's edge",
    )
    parser.add_argument(
        "--seed",
        type=whole_number(0, MOST_SEED),
        default=0,
        metavar="N",
        help="another number gives another fill",
    )
    add_engine_arguments(parser)
    add_limit_argument(parser)
    add_backend_arguments(parser)
    add_write_arguments(parser)
    parser.set_defaults(run=run)


def run(parsed: argparse.Namespace, console: Console) -> int:
    """Fill everything; the exit code is 0 or that of the first picture that failed."""
    options = CompleteOptions(
        inputs=tuple(parsed.inputs),
        mask=parsed.mask,
        output=parsed.output,
        completer=CompleterOptions(pack_options(parsed), parsed.grow, parsed.feather, parsed.seed),
        backend=backend_use(parsed),
        invert_mask=parsed.invert_mask,
        write=write_options(parsed),
        cluster=cluster_options(parsed),
    )
    masked = _masked_pairs(options)
    masked = replace(masked, pairs=options.write.shard.pick(masked.pairs))
    check_one(masked.pairs, options.write)
    others = left_out([*options.inputs, options.mask])
    tell_left_out(others, console)
    _tell_unmatched(masked, options.mask, console)
    chosen = choose_pack(options.completer.pack, task=CompleteRun.task)
    chosen.tell_ranges(console)

    names = {
        "left_out": [str(path) for path in others],
        "without_mask": [str(path) for path in masked.without_mask],
        "without_photo": [str(path) for path in masked.without_photo],
    }
    if options.cluster is not None:
        from .cluster.pictures import do_all_over, from_anywhere

        pack = from_anywhere(options.completer.pack)
        opening = partial(_open, replace(options, completer=replace(options.completer, pack=pack)))
        results, exit_code, facts = do_all_over(
            masked.pairs, opening, options.write, console, options.cluster
        )
        report(results, exit_code, facts, chosen, console, **names)
        return exit_code

    from .workers.chosen_worker import choose_completer

    with choose_completer(chosen, options.completer, options.backend, console) as completer:
        do_one = partial(_complete, completer=completer, options=options)
        results, exit_code = do_all(masked.pairs, do_one, options.write, console)
    report(results, exit_code, completer, chosen, console, **names)
    return exit_code


def _open(
    options: CompleteOptions, processors: int
) -> tuple[Facts, Callable[[FilePair, Advance], Written]]:
    """In a worker: what all of its pictures need."""
    from .cluster.pictures import for_worker
    from .workers.local_completer import LocalCompleter

    pack = for_worker(options.completer.pack, processors)
    completer = LocalCompleter(
        choose_pack(pack, task=CompleteRun.task), replace(options.completer, pack=pack)
    )
    facts = Facts(completer.device, completer.pack_sha256)
    return facts, partial(_complete, completer=completer, options=options)


def _masked_pairs(options: CompleteOptions) -> MaskedPairs:
    if STANDARD in (*options.inputs, options.mask, options.output):
        raise UsageError("complete reads and writes files; name them")
    pairs = pair_files(
        options.inputs,
        options.output,
        format_name=options.write.format,
        read_too=find_masks(options.mask),
    )
    return give_masks(pairs, options.inputs, options.mask)


def _tell_unmatched(masked: MaskedPairs, mask: str, console: Console) -> None:
    if masked.without_mask:
        console.warning(
            f"left out, as {mask} holds no mask of that name: {listed(masked.without_mask)}"
        )
    if masked.without_photo:
        console.warning(f"masks of no photo that was given: {listed(masked.without_photo)}")


def _complete(
    pair: FilePair, advance: Advance, *, completer: Completer, options: CompleteOptions
) -> Written:
    from ..images.mask_reader import read_mask
    from ..images.picture import as_samples
    from ..images.reader import read_with_samples
    from ..images.writer import Untouched, check_fits, write_image
    from .workers.completer import CompleteJob

    most = options.completer.pack.max_pixels
    with open_input(pair.source) as file:
        picture, untouched = read_with_samples(file, name=pair.source_name, max_pixels=most)
        check_fits(picture.size, pair.format, name=pair.target_name)
    with open_input(pair.mask) as file:
        weights, mask_notes = read_mask(
            file, name=str(pair.mask), inverted=options.invert_mask, max_pixels=most
        )
    job = CompleteJob(picture, untouched, weights, pair.source_name)
    try:
        filled = completer.do(job, advance)
    except MaskError as error:
        raise MaskError(f"{error} (the mask is {pair.mask})") from error
    metadata = picture.metadata
    if metadata.alpha is not None and filled.cover is not None:
        opacity = as_samples(filled.cover, metadata.alpha.dtype.itemsize * 8)
        metadata = replace(metadata, alpha=opacity)
    with open_output(pair, force=options.write.force) as file:
        notes = write_image(
            file,
            filled.image,
            metadata,
            pair.format,
            name=pair.target_name,
            quality=options.write.quality,
            untouched=None if untouched is None else Untouched(untouched, ~filled.changed),
        )
    height, width = picture.size
    holes = f"{filled.holes} hole{'s' if filled.holes > 1 else ''}"
    return Written(
        said=f"{width} x {height} pixels, {holes}",
        notes=picture.notes + mask_notes + notes,
        members={"holes": filled.holes, "width": width, "height": height},
        computed_by=completer.computed_by,
    )
