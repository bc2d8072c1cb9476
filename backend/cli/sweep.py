"""dynamic-style sweep: one photo at several settings of a dial, on one labelled sheet."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..packs import DialSpec
from ..protocol.dial_spec import check_numbers
from ..protocol.errors import UsageError
from ..protocol.runs import StylizeRun
from .arguments.dials import find_dial, first_dial, read_numbers
from .arguments.files import FilePair, open_input, open_output, pair_files, refuse_existing
from .arguments.numbers import whole_number
from .chosen_pack import ChosenPack, choose_pack
from .console import Console
from .options import (
    SweepOptions,
    add_backend_arguments,
    add_stylist_arguments,
    backend_use,
    stylist_options,
)
from .workers.stylist import Stylist, StylizeJob
from .workers.worker import BACKEND

if TYPE_CHECKING:
    from PIL import Image

    from ..images.color.icc_profile import Floats
    from ..images.picture import Picture

DESCRIPTION = """\
Show one photo at several settings of one dial, side by side and labelled, with the photo first. The
other dials stay as --alpha says, or at the pack's defaults.
"""
STEPS = 5  # settings over the trained range when --alphas is not given
MOST_STEPS = 64
CELL_PX = 480
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
    parser.add_argument("input", metavar="IN", help="a photo or -")
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
        default=CELL_PX,
        metavar="PX",
        help="the longer side of each picture on the sheet (default %(default)s)",
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
    pair = _pair(options, console)
    chosen = choose_pack(options.stylist.pack, task=StylizeRun.task)
    manifest, name = chosen.manifest, options.dial
    dial = find_dial(name, manifest) if name else first_dial(manifest)
    alphas = _alphas(options.alphas, dial)
    chosen.tell_ranges(console, {dial.id: alphas})

    from .workers.chosen_worker import choose_stylist

    with choose_stylist(chosen, options.stylist, options.backend, console) as stylist:
        started = time.perf_counter()
        _write_sheet(pair, stylist, chosen, dial, alphas, options, console)
        seconds = time.perf_counter() - started
    by = " by the running backend" if stylist.computed_by == BACKEND else ""
    console.note(f"{pair.target_name}: {len(alphas)} settings of '{dial.id}', {seconds:.1f} s{by}")
    console.document(
        {
            "ok": True,
            "pack": chosen.members(stylist.pack_sha256),
            "device": stylist.device,
            "input": pair.source_name,
            "output": pair.target_name,
            "dial": dial.id,
            "alphas": list(alphas),
            "computed_by": stylist.computed_by,
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


def _write_sheet(
    pair: FilePair,
    stylist: Stylist,
    chosen: ChosenPack,
    dial: DialSpec,
    alphas: tuple[float, ...],
    options: SweepOptions,
    console: Console,
) -> None:
    from ..images.contact_sheet import Cell, contact_sheet, sheet_size, writable
    from ..images.reader import read_image
    from ..images.writer import check_fits, encode
    from ..tasks.working_size import fit_long_side

    with open_input(pair.source) as file:
        picture = read_image(
            file, name=pair.source_name, max_pixels=options.stylist.pack.max_pixels
        )
    small = fit_long_side(picture.size, options.cell_px)
    check_fits(sheet_size(len(alphas) + 1, small), pair.format, name=pair.target_name)
    cells = [Cell(_small(picture.colors, picture, options.cell_px), "photo")]
    with console.progress(len(alphas), "settings") as advance:
        for done, alpha in enumerate(alphas):

            def on_stage(stage: int, of: int, done: int = done) -> None:
                advance(done + stage / of)

            job = StylizeJob(picture, pair.source_name, {dial.id: (alpha,)}, is_made_smaller=True)
            stylized = stylist.do(job, on_stage)
            cells.append(
                Cell(_small(stylized.colors, picture, options.cell_px), f"{dial.id} {alpha:g}")
            )
    pack = chosen.manifest
    title = f"{writable(pack.title, pack.id)}: {writable(dial.title, dial.id)}"
    subtitle = f"from {dial.label_low} to {dial.label_high}"
    sheet = contact_sheet(cells, title=title, subtitle=writable(subtitle, ""))
    with open_output(pair) as file:
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
