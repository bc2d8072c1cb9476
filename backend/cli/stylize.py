"""dynamic-style stylize: photos into stylized pictures."""

from __future__ import annotations

import argparse
import sys
import time
from contextlib import closing
from typing import Any

from ..images.formats import DEFAULT_QUALITY, FORMATS
from ..protocol.errors import DynamicStyleError, UsageError
from ..protocol.messages import StylizeRun
from .arguments.files import (
    FilePair,
    exists,
    left_out,
    open_input,
    open_output,
    pair_files,
    refuse_existing,
)
from .arguments.numbers import add_quality_argument
from .chosen_pack import ChosenPack, choose_pack
from .console import Advance, Console
from .options import StylizeOptions, add_stylist_arguments, stylist_options
from .remote_stylist import RemoteStylist, check_options
from .stylist import Stylist

NAMED = 5  # of the files in a folder that are left out

DESCRIPTION = """\
Stylize photos with a pack.

One photo goes to the file OUT. Several photos, or a folder's (without its subfolders), go into the
folder OUT under their own names. '-' stands for standard input and output. A photo is never
replaced by its result, other files only with --force, and no half-written file is left behind. When
one picture of several fails, the others are still done, and the command fails at the end with the
exit code of the first failure.
"""


def add_parser(commands: Any, parents: list[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "stylize",
        help="stylize photos",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        parents=parents,
    )
    parser.add_argument("inputs", nargs="+", metavar="IN", help="a photo, a folder of photos or -")
    parser.add_argument("output", metavar="OUT", help="a file, a folder or -")
    add_stylist_arguments(parser)
    parser.add_argument(
        "--via-backend",
        action="store_true",
        help="let the backend process do it, and start it if none runs; the pack "
        "must be installed, and --device and --threads are what the backend was started with",
    )
    parser.add_argument(
        "--alpha-map",
        metavar="MASK",
        help="a grey picture of any size that is laid over each photo and multiplies every dial: "
        "full in white, none in black",
    )
    names = ", ".join(format_.name for format_ in FORMATS)
    parser.add_argument(
        "--format",
        metavar="NAME",
        help=f"{names}; OUT's suffix says it otherwise, then the photo's own, then png",
    )
    parser.add_argument(
        "--bit-depth",
        type=int,
        choices=(8, 16),
        help="bits per channel of the result; the photo's own where the format has them (16: PNG "
        "and TIFF)",
    )
    add_quality_argument(parser, DEFAULT_QUALITY)
    existing = parser.add_mutually_exclusive_group()
    existing.add_argument("--force", action="store_true", help="replace results that exist already")
    existing.add_argument(
        "--skip-existing", action="store_true", help="leave out photos whose result exists already"
    )
    parser.set_defaults(run=run)


def run(parsed: argparse.Namespace, console: Console) -> int:
    """Stylize everything; the exit code is 0 or that of the first picture that failed."""
    options = StylizeOptions(
        inputs=tuple(parsed.inputs),
        output=parsed.output,
        stylist=stylist_options(parsed, alpha_map=parsed.alpha_map, bit_depth=parsed.bit_depth),
        via_backend=parsed.via_backend,
        format=parsed.format,
        quality=parsed.quality,
        force=parsed.force,
        skip_existing=parsed.skip_existing,
    )
    map_path = options.stylist.alpha_map
    pairs = pair_files(
        options.inputs,
        options.output,
        format_name=options.format,
        read_too=[map_path] if map_path else [],
    )
    _check(options, console, pairs)
    _tell_left_out(options, console)
    if options.via_backend:
        check_options(options.stylist.pack)
    chosen = choose_pack(options.stylist.pack, task=StylizeRun.task)
    chosen.tell_ranges(console)
    if options.via_backend:
        with closing(RemoteStylist(chosen, options.stylist)) as remote:
            return _stylize_all(pairs, remote, chosen, options, console)

    from .local_stylist import LocalStylist

    return _stylize_all(pairs, LocalStylist(chosen, options.stylist), chosen, options, console)


def _check(options: StylizeOptions, console: Console, pairs: list[FilePair]) -> None:
    if pairs[0].target is None and console.as_json:
        raise UsageError("with --json standard output is taken; name a file to write")
    if pairs[0].target is None and sys.stdout.isatty():
        raise UsageError(
            "a picture would fill the terminal; name a file, or send '-' on with > or |"
        )
    if len(pairs) == 1 and not options.skip_existing:
        refuse_existing(pairs[0], force=options.force)  # before the pack is loaded


def _tell_left_out(options: StylizeOptions, console: Console) -> None:
    paths = left_out(options.inputs)
    if not paths:
        return
    names = ", ".join(str(path) for path in paths[:NAMED])
    more = f" and {len(paths) - NAMED} more" if len(paths) > NAMED else ""
    console.note(
        f"note: left out as no picture of a kind that is read: {names}{more}; export such photos "
        "as PNG or JPEG, or name them one by one to have them tried"
    )


def _stylize_all(
    pairs: list[FilePair],
    stylist: Stylist,
    chosen: ChosenPack,
    options: StylizeOptions,
    console: Console,
) -> int:
    results, exit_code = [], 0
    with console.progress(len(pairs), "pictures" if len(pairs) > 1 else "picture") as advance:
        for done, pair in enumerate(pairs):
            try:
                result = _stylize_one(pair, stylist, options, console, done, advance)
            except DynamicStyleError as error:
                if len(pairs) == 1:
                    raise
                console.error(str(error))
                exit_code = exit_code or error.exit_code
                result = {"status": "failed", "error": {"code": error.code, "message": str(error)}}
            results.append({"input": pair.source_name, "output": pair.target_name, **result})
            advance(done + 1)
    _report(results, options, console, stylist, chosen, exit_code)
    return exit_code


def _stylize_one(
    pair: FilePair,
    stylist: Stylist,
    options: StylizeOptions,
    console: Console,
    done: int,
    advance: Advance,
) -> dict[str, Any]:
    """Stylize one picture and say how it went, in the members of a JSON result."""
    from ..images.reader import read_image
    from ..images.writer import check_fits, write_image

    started = time.perf_counter()
    if options.skip_existing and exists(pair):
        return {"status": "skipped"}
    refuse_existing(pair, force=options.force)
    with open_input(pair.source) as file:
        picture = read_image(
            file, name=pair.source_name, max_pixels=options.stylist.pack.max_pixels
        )
    check_fits(picture.size, pair.format, name=pair.target_name)
    stylized = stylist.stylize(
        picture, name=pair.source_name, on_stage=lambda stage, of: advance(done + 0.95 * stage / of)
    )
    with open_output(pair) as file:
        notes = (
            stylized.notes
            + picture.notes
            + write_image(
                file,
                stylized.colors,
                picture.metadata,
                pair.format,
                name=pair.target_name,
                bit_depth=options.stylist.bit_depth,
                quality=options.quality,
            )
        )
    seconds = time.perf_counter() - started
    height, width = picture.size
    working = stylized.working
    for note in notes:
        console.note(f"{pair.source_name}: note: {note}")
    console.note(
        f"{pair.target_name}: {width} x {height} pixels, worked at {working[1]} x {working[0]}, "
        f"{seconds:.1f} s"
    )
    return {
        "status": "written",
        "width": width,
        "height": height,
        "working_width": working[1],
        "working_height": working[0],
        "seconds": round(seconds, 3),
        "notes": list(notes),
    }


def _report(
    results: list[dict[str, Any]],
    options: StylizeOptions,
    console: Console,
    stylist: Stylist,
    chosen: ChosenPack,
    exit_code: int,
) -> None:
    counts = {
        status: sum(result["status"] == status for result in results)
        for status in ("written", "skipped", "failed")
    }
    if len(results) > 1:
        summary = ", ".join(f"{count} {status}" for status, count in counts.items() if count)
        console.note(f"{len(results)} pictures: {summary}")
    console.document(
        {
            "ok": exit_code == 0,
            "pack": chosen.members(stylist.pack_sha256),
            "device": stylist.device,
            "alphas": {dial: list(numbers) for dial, numbers in chosen.numbers.items()},
            "results": results,
            "left_out": [str(path) for path in left_out(options.inputs)],
        }
    )
