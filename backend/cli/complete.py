"""dynamic-style complete: fill what a mask covers from the rest of the picture."""

from __future__ import annotations

import argparse
import time
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

from ..images.formats import DEFAULT_QUALITY
from ..protocol.errors import DeviceError, ImageSizeError, MaskError, UsageError
from ..protocol.limits import MAX_FEATHER_PX, MAX_GROW_PX
from ..protocol.messages import CompleteRun
from .arguments.files import FilePair, open_input, open_output, pair_files, refuse_existing
from .arguments.numbers import MOST_SEED, add_quality_argument, whole_number
from .arguments.pictures import add_limit_argument
from .chosen_pack import ChosenPack, choose_pack
from .console import Advance, Console
from .options import (
    CompleteOptions,
    add_engine_arguments,
    add_pack_arguments,
    pack_options,
)

FILL_SHARE = 0.8  # of the progress bar; the net takes the rest

DESCRIPTION = """\
Fill what MASK covers with what is around it.

MASK is a grey picture of IN's size: white is filled, black stays as it is bit for bit, and grey
blends. Masks of 0 and 1, in colours, or drawn by opacity are understood, too, and a note says how.
Several blobs are filled one by one, each from its own surroundings. Transparent places are
never taken for surroundings, and what is filled becomes opaque. IN is never replaced.
"""


def add_parser(commands: Any, parents: list[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "complete",
        help="fill what a mask covers",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        parents=parents,
    )
    parser.add_argument("input", metavar="IN", help="a photo")
    parser.add_argument("mask", metavar="MASK", help="a grey picture of the same size")
    parser.add_argument("output", metavar="OUT", help="a file; its suffix says the format")
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
    add_quality_argument(parser, DEFAULT_QUALITY)
    add_engine_arguments(parser)
    add_limit_argument(parser)
    parser.add_argument("--force", action="store_true", help="replace OUT if it exists already")
    parser.set_defaults(run=run)


def run(parsed: argparse.Namespace, console: Console) -> int:
    """Fill one picture. Raises DynamicStyleErrors."""
    options = CompleteOptions(
        input=parsed.input,
        mask=Path(parsed.mask),
        output=parsed.output,
        pack=pack_options(parsed),
        invert_mask=parsed.invert_mask,
        grow_px=parsed.grow,
        feather_px=parsed.feather,
        seed=parsed.seed,
        quality=parsed.quality,
        force=parsed.force,
    )
    if options.input == "-" or options.output == "-":
        raise UsageError("complete reads and writes files; name them")
    pairs = pair_files([options.input], options.output, format_name=None, read_too=[options.mask])
    if len(pairs) != 1 or pairs[0].makes_folder:
        raise UsageError("complete fills one picture at a time; name a file to write")
    pair = pairs[0]
    refuse_existing(pair, force=options.force)
    chosen = choose_pack(options.pack, task=CompleteRun.task)
    chosen.tell_ranges(console)

    started = time.perf_counter()
    with console.progress(1, "picture") as advance:
        members = _complete(pair, chosen, options, advance)
    seconds = time.perf_counter() - started
    for note in members["notes"]:
        console.note(f"{pair.source_name}: note: {note}")
    console.note(
        f"{pair.target_name}: {members['width']} x {members['height']} pixels, "
        f"{members['holes']} hole{'s' if members['holes'] > 1 else ''}, {seconds:.1f} s"
    )
    console.document(
        {
            "ok": True,
            "pack": {"id": chosen.manifest.id, "version": chosen.manifest.version},
            "alphas": {dial: list(numbers) for dial, numbers in chosen.numbers.items()},
            "output": pair.target_name,
            **members,
            "seconds": round(seconds, 3),
        }
    )
    return 0


def _complete(
    pair: FilePair, chosen: ChosenPack, options: CompleteOptions, advance: Advance
) -> dict[str, Any]:
    from ..compute.choose_engine import choose_engine
    from ..compute.engine import make_ready
    from ..images.mask_reader import read_mask
    from ..images.picture import as_floats, as_samples
    from ..images.reader import read_image, read_samples
    from ..images.writer import Untouched, check_fits, write_image
    from ..packs.weights import read_weights
    from ..tasks.complete_run import CompleteSettings, finish_complete, start_complete

    engine = choose_engine(options.pack.wish)
    most = options.pack.max_pixels
    with open_input(pair.source) as file:
        picture = read_image(file, name=pair.source_name, max_pixels=most)
        check_fits(picture.size, pair.format, name=pair.target_name)
        untouched = read_samples(_rewind(file), name=pair.source_name, max_pixels=most)
    with open_input(options.mask) as file:
        weights, mask_notes = read_mask(
            file, name=str(options.mask), inverted=options.invert_mask, max_pixels=most
        )
    pack = make_ready(engine, read_weights(chosen.path))
    metadata = picture.metadata
    cover = None if metadata.alpha is None else as_floats(metadata.alpha)
    settings = CompleteSettings(
        dials=chosen.dials(),
        grow_px=options.grow_px,
        feather_px=options.feather_px,
        seed=options.seed,
    )
    try:
        completion = start_complete(
            pack,
            picture.colors,
            weights,
            settings,
            cover=cover,
            on_fill=lambda share: advance(FILL_SHARE * share),
        )
        filled = finish_complete(
            pack,
            completion,
            settings,
            cover=cover,
            on_stage=lambda done, of: advance(FILL_SHARE + (0.95 - FILL_SHARE) * done / of),
        )
    except (MaskError, ImageSizeError, DeviceError) as error:
        raise type(error)(f"{pair.source_name}: {error}") from error
    if metadata.alpha is not None and filled.cover is not None:
        opacity = as_samples(filled.cover, metadata.alpha.dtype.itemsize * 8)
        metadata = replace(metadata, alpha=opacity)
    as_it_was = ~filled.changed
    with open_output(pair) as file:
        notes = (
            picture.notes
            + mask_notes
            + write_image(
                file,
                filled.image,
                metadata,
                pair.format,
                name=pair.target_name,
                quality=options.quality,
                untouched=None if untouched is None else Untouched(untouched, as_it_was),
            )
        )
    height, width = picture.size
    return {
        "holes": filled.holes,
        "width": width,
        "height": height,
        "notes": list(notes),
    }


def _rewind(file: BinaryIO) -> BinaryIO:
    file.seek(0)
    return file
