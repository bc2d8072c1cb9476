"""dynamic-style sweep: a photo, or pictures of seeds, at several settings of a dial, on one
labelled sheet.
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..packs import DialSpec
from ..protocol.dial_spec import check_numbers
from ..protocol.errors import UsageError
from ..protocol.runs import GenerateRun, StylizeRun
from .arguments.dials import find_dial, first_dial, read_numbers
from .arguments.files import FilePair, open_input, open_output, pair_files, refuse_existing
from .arguments.numbers import whole_number
from .arguments.pictures import most_pixels
from .arguments.seeds import MOST_SHEET_PIXELS, SeedFile, files_of_seeds, read_seeds
from .chosen_pack import ChosenPack, choose_pack
from .console import Console
from .options import (
    SweepOptions,
    add_backend_arguments,
    add_stylist_arguments,
    backend_use,
    stylist_options,
)
from .workers.generation.generator import GenerateJob
from .workers.stylist import StylizeJob
from .workers.worker import BACKEND, Worker

if TYPE_CHECKING:
    from PIL import Image

    from ..images.color.icc_profile import Floats
    from ..images.contact_sheet import Cell
    from ..images.picture import Picture

DESCRIPTION = """\
Show one photo at several settings of one dial, side by side and labelled, with the photo first. The
other dials stay as --alpha says, or at the pack's defaults.

With a pack that makes pictures of its own, IN is a seed, such as 7, or several, such as 7-12, each
of which gets a row.
"""
STEPS = 5  # settings over the trained range when --alphas is not given
MOST_STEPS = 64
MOST_ROWS = 64
CELL_PX, SEED_CELL_PX = 480, 128  # of photos, and of pictures that nets make small
SHEET_QUALITY = 92  # of JPEG and WebP; PNG and TIFF take no notice
CELL_RANGE_PX = (64, 4096)


def add_parser(commands: Any, parents: list[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "sweep",
        help="a contact sheet over a dial's range",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        parents=parents,
    )
    parser.add_argument("input", metavar="IN", help="a photo or -, or with such a pack seeds")
    parser.add_argument("output", metavar="OUT", help="the sheet: a file, or - for PNG on stdout")
    add_stylist_arguments(parser)
    add_backend_arguments(parser)
    parser.add_argument("--dial", metavar="NAME", help="the dial to turn; the pack's first")
    parser.add_argument(
        "--alphas",
        metavar="A,A,...",
        help="the settings, such as 0,.25,.5,.75,1; five over the dial's trained range otherwise",
    )
    parser.add_argument(
        "--cell",
        type=whole_number(*CELL_RANGE_PX),
        metavar="PX",
        help="the longer side of each picture on the sheet (default "
        f"{CELL_PX}, of seeds {SEED_CELL_PX})",
    )
    parser.add_argument("--force", action="store_true", help="replace a sheet that exists already")
    parser.set_defaults(run=run)


def run(parsed: argparse.Namespace, console: Console) -> int:
    options = SweepOptions(
        input=parsed.input,
        output=parsed.output,
        stylist=stylist_options(parsed, bit_depth=8),
        backend=backend_use(parsed),
        dial=parsed.dial,
        alphas=parsed.alphas,
        cell_px=parsed.cell,
        force=parsed.force,
    )
    chosen = choose_pack(options.stylist.pack, task=StylizeRun.task, or_task=GenerateRun.task)
    is_of_seeds = chosen.manifest.task == GenerateRun.task
    pair = _seed_pair(options, console) if is_of_seeds else _pair(options, console)
    manifest, name = chosen.manifest, options.dial
    dial = find_dial(name, manifest) if name else first_dial(manifest)
    alphas = _alphas(options.alphas, dial)
    chosen.tell_ranges(console, {dial.id: alphas})
    started = time.perf_counter()
    draw = _write_seeds if is_of_seeds else _write_photo
    worker = draw(pair, chosen, dial, alphas, options, console)
    seconds = time.perf_counter() - started
    by = " by the running backend" if worker.computed_by == BACKEND else ""
    console.note(f"{pair.target_name}: {len(alphas)} settings of '{dial.id}', {seconds:.1f} s{by}")
    console.document(
        {
            "ok": True,
            "pack": chosen.members(worker.pack_sha256),
            "device": worker.device,
            **pair.members(),
            "dial": dial.id,
            "alphas": list(alphas),
            "computed_by": worker.computed_by,
            "seconds": round(seconds, 3),
        }
    )
    return 0


def _alphas(given: str | None, dial: DialSpec) -> tuple[float, ...]:
    """The settings that were asked for, or steps over the trained range. Raises UsageError."""
    if not given:
        return _steps(dial)
    alphas = read_numbers(given, given=f"--alphas {given}")
    if len(alphas) > MOST_STEPS:
        raise UsageError(f"--alphas: {len(alphas)} settings; at most {MOST_STEPS} fit on a sheet")
    for alpha in alphas:
        check_numbers(dial, (alpha,))
    return alphas


def _pair(options: SweepOptions, console: Console) -> FilePair:
    if options.input != "-" and Path(options.input).is_dir():
        raise UsageError(f"{options.input!r} is a folder; a sheet shows one photo")
    if options.output != "-" and Path(options.output).is_dir():
        raise UsageError(f"{options.output!r} is a folder; name the sheet's file")
    (pair,) = pair_files([options.input], options.output, format_name=None)
    if pair.target is None and (console.as_json or sys.stdout.isatty()):
        raise UsageError("standard output cannot take the sheet here; name a file to write")
    refuse_existing(pair, force=options.force)
    return pair


def _seed_pair(options: SweepOptions, console: Console) -> SeedFile:
    """The sheet of the seeds that IN names. Raises UsageError."""
    stylist = options.stylist
    if stylist.scale or stylist.preserve_color or stylist.pack.max_pixels != most_pixels(None):
        raise UsageError(
            "--scale, --preserve-color and --max-megapixels are for photos; this pack makes "
            "pictures of its own, so leave them out"
        )
    seeds = read_seeds(options.input)
    if len(seeds) > MOST_ROWS:
        raise UsageError(
            f"{options.input!r}: {len(seeds)} seeds; at most {MOST_ROWS} fit on a sheet"
        )
    files = files_of_seeds(
        seeds, options.output, stem="", format_name=None, side_px=options.cell_px or SEED_CELL_PX
    )
    pair = files[0]
    if len(pair.seeds) < len(seeds) or pair.makes_folder:
        raise UsageError(f"{options.output!r}: name the sheet's file, with a suffix such as .png")
    if pair.target is None and (console.as_json or sys.stdout.isatty()):
        raise UsageError("standard output cannot take the sheet here; name a file to write")
    refuse_existing(pair, force=options.force)
    return pair


def _write_photo(
    pair: FilePair,
    chosen: ChosenPack,
    dial: DialSpec,
    alphas: tuple[float, ...],
    options: SweepOptions,
    console: Console,
) -> Worker[Any, Any]:
    """Returns who computed."""
    from ..images.contact_sheet import Cell, sheet_size
    from ..images.reader import read_image
    from ..images.writer import check_fits
    from ..tasks.working_size import fit_long_side
    from .workers.chosen_worker import choose_stylist

    cell_px = options.cell_px or CELL_PX
    with choose_stylist(chosen, options.stylist, options.backend, console) as stylist:
        with open_input(pair.source) as file:
            picture = read_image(
                file, name=pair.source_name, max_pixels=options.stylist.pack.max_pixels
            )
        small = fit_long_side(picture.size, cell_px)
        check_fits(sheet_size(len(alphas) + 1, small), pair.format, name=pair.target_name)
        cells = [Cell(_small(picture.colors, picture, cell_px), "photo")]
        with console.progress(len(alphas), "settings") as advance:
            for done, alpha in enumerate(alphas):

                def on_stage(stage: int, of: int, done: int = done) -> None:
                    advance(done + stage / of)

                turned = {dial.id: (alpha,)}
                job = StylizeJob(picture, pair.source_name, turned, is_made_smaller=True)
                made = stylist.do(job, on_stage).colors
                cells.append(Cell(_small(made, picture, cell_px), f"{dial.id} {alpha:g}"))
        _write_sheet(pair, cells, chosen, dial, force=options.force)
        return stylist


def _write_seeds(
    pair: FilePair,
    chosen: ChosenPack,
    dial: DialSpec,
    alphas: tuple[float, ...],
    options: SweepOptions,
    console: Console,
) -> Worker[Any, Any]:
    """Returns who computed."""
    from PIL import Image

    from ..images.contact_sheet import Cell, sheet_size
    from ..images.picture import as_samples
    from ..images.resampling import bicubic
    from ..images.writer import check_fits
    from .workers.chosen_worker import choose_generator

    assert isinstance(pair, SeedFile)
    side = options.cell_px or SEED_CELL_PX
    jobs = [(seed, alpha) for seed in pair.seeds for alpha in alphas]
    size = sheet_size(len(jobs), (side, side), columns=len(alphas))
    if math.prod(size) > MOST_SHEET_PIXELS:
        raise UsageError(
            f"a sheet of {len(jobs)} pictures of {side} pixels a side is too large; show fewer "
            "seeds or settings, or take a smaller --cell"
        )
    check_fits(size, pair.format, name=pair.target_name)
    cells = []
    with (
        choose_generator(chosen, options.stylist.pack, options.backend, console) as generator,
        console.progress(len(jobs), "pictures") as advance,
    ):
        for done, (seed, alpha) in enumerate(jobs, start=1):
            made = generator.do(GenerateJob(seed, {dial.id: (alpha,)}))
            shown = Image.fromarray(as_samples(bicubic(made, (side, side)), 8))
            cells.append(Cell(shown, f"{seed}: {dial.id} {alpha:g}"))
            advance(done)
        _write_sheet(pair, cells, chosen, dial, force=options.force, columns=len(alphas))
        return generator


def _write_sheet(
    pair: FilePair,
    cells: list[Cell],
    chosen: ChosenPack,
    dial: DialSpec,
    *,
    force: bool,
    columns: int | None = None,
) -> None:
    from ..images.contact_sheet import contact_sheet, writable
    from ..images.writer import encode

    pack = chosen.manifest
    title = f"{writable(pack.title, pack.id)}: {writable(dial.title, dial.id)}"
    subtitle = f"from {dial.label_low} to {dial.label_high}"
    sheet = contact_sheet(cells, title=title, subtitle=writable(subtitle, ""), columns=columns)
    with open_output(pair, force=force) as file:
        options_ = {"quality": SHEET_QUALITY}
        file.write(encode(sheet, pair.format, options_, name=pair.target_name))


def _small(colors: Floats, picture: Picture, cell_px: int) -> Image.Image:
    """Colours as they are shown on the sheet: on white, with the longer side at cell_px."""
    from PIL import Image

    from ..images.picture import SourceMetadata, over_white, to_samples
    from ..images.resampling import bicubic
    from ..tasks.working_size import fit_long_side

    if picture.metadata.alpha is not None:
        colors = over_white(colors, picture.metadata.alpha)
    small = bicubic(colors, fit_long_side(picture.size, cell_px))
    return Image.fromarray(to_samples(small, SourceMetadata(), bit_depth=8))


def _steps(dial: DialSpec) -> tuple[float, ...]:
    low, high = dial.trained_range
    return tuple(round(low + (high - low) * step / (STEPS - 1), 4) for step in range(STEPS))
