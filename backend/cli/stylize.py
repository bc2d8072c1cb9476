"""dynamic-style stylize: photos into stylized pictures."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from ..protocol.errors import UsageError
from ..protocol.runs import StylizeRun
from .arguments.files import FilePair, left_out, open_input, open_output, pair_files
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
    StylizeOptions,
    add_backend_arguments,
    add_stylist_arguments,
    backend_use,
    stylist_options,
)
from .workers.stylist import Stylist, StylizeJob

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
    add_backend_arguments(parser)
    parser.add_argument(
        "--alpha-map",
        metavar="MASK",
        help="a grey picture of any size that is laid over each photo and multiplies every dial: "
        "full in white, none in black; dials of weights have to stand at 0",
    )
    parser.add_argument(
        "--bit-depth",
        type=int,
        choices=(8, 16),
        help="bits per channel of the result; the photo's own where the format has them (16: PNG "
        "and TIFF)",
    )
    add_write_arguments(parser)
    parser.set_defaults(run=run)


def run(parsed: argparse.Namespace, console: Console) -> int:
    """Stylize everything; the exit code is 0 or that of the first picture that failed."""
    options = StylizeOptions(
        inputs=tuple(parsed.inputs),
        output=parsed.output,
        stylist=stylist_options(parsed, alpha_map=parsed.alpha_map, bit_depth=parsed.bit_depth),
        backend=backend_use(parsed),
        write=write_options(parsed),
        cluster=cluster_options(parsed),
    )
    map_path = options.stylist.alpha_map
    pairs = pair_files(
        options.inputs,
        options.output,
        format_name=options.write.format,
        read_too=[map_path] if map_path else [],
    )
    _check_standard_output(pairs, console)
    pairs = options.write.shard.pick(pairs)
    check_one(pairs, options.write)
    others = left_out(options.inputs)
    tell_left_out(others, console)
    chosen = choose_pack(options.stylist.pack, task=StylizeRun.task)
    if map_path is not None:
        chosen.check_map()
    chosen.tell_ranges(console)

    names = [str(path) for path in others]
    if options.cluster is not None:
        from .cluster.pictures import do_all_over

        opening = partial(_open, _from_anywhere(options))
        results, exit_code, facts = do_all_over(
            pairs, opening, options.write, console, options.cluster
        )
        report(results, exit_code, facts, chosen, console, left_out=names)
        return exit_code

    from .workers.chosen_worker import choose_stylist

    with choose_stylist(chosen, options.stylist, options.backend, console) as stylist:
        results, exit_code = do_all(
            pairs, partial(_stylize, stylist=stylist, options=options), options.write, console
        )
    report(results, exit_code, stylist, chosen, console, left_out=names)
    return exit_code


def _open(
    options: StylizeOptions, processors: int
) -> tuple[Facts, Callable[[FilePair, Advance], Written]]:
    """In a worker: what all of its pictures need."""
    from .cluster.pictures import for_worker
    from .workers.local_stylist import LocalStylist

    pack = for_worker(options.stylist.pack, processors)
    stylist = LocalStylist(
        choose_pack(pack, task=StylizeRun.task), replace(options.stylist, pack=pack)
    )
    facts = Facts(stylist.device, stylist.pack_sha256)
    return facts, partial(_stylize, stylist=stylist, options=options)


def _from_anywhere(options: StylizeOptions) -> StylizeOptions:
    from .cluster.pictures import from_anywhere

    stylist = options.stylist
    map_path = None if stylist.alpha_map is None else stylist.alpha_map.absolute()
    pack = from_anywhere(stylist.pack)
    return replace(options, stylist=replace(stylist, pack=pack, alpha_map=map_path))


def _check_standard_output(pairs: list[FilePair], console: Console) -> None:
    if pairs[0].target is None and console.as_json:
        raise UsageError("with --json standard output is taken; name a file to write")
    if pairs[0].target is None and sys.stdout.isatty():
        raise UsageError(
            "a picture would fill the terminal; name a file, or send '-' on with > or |"
        )


def _stylize(
    pair: FilePair, advance: Advance, *, stylist: Stylist, options: StylizeOptions
) -> Written:
    from ..images.reader import read_image
    from ..images.writer import check_fits, write_image

    with open_input(pair.source) as file:
        picture = read_image(
            file, name=pair.source_name, max_pixels=options.stylist.pack.max_pixels
        )
    check_fits(picture.size, pair.format, name=pair.target_name)
    stylized = stylist.do(StylizeJob(picture, pair.source_name), advance)
    with open_output(pair, force=options.write.force) as file:
        notes = write_image(
            file,
            stylized.colors,
            picture.metadata,
            pair.format,
            name=pair.target_name,
            bit_depth=options.stylist.bit_depth,
            quality=options.write.quality,
        )
    height, width = picture.size
    working = stylized.working
    return Written(
        said=f"{width} x {height} pixels, worked at {working[1]} x {working[0]}",
        notes=stylized.notes + picture.notes + notes,
        members={
            "width": width,
            "height": height,
            "working_width": working[1],
            "working_height": working[0],
        },
        computed_by=stylist.computed_by,
    )
