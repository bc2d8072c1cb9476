"""dynamic-style generate: pictures of nothing but a seed and the dials."""

from __future__ import annotations

import argparse
import sys
from functools import partial
from typing import TYPE_CHECKING, Any

from ..nets.architectures import GENERATED_PX
from ..protocol.errors import UsageError
from ..protocol.runs import GenerateRun
from .arguments.files import FilePair, open_output
from .arguments.numbers import MOST_SEED, whole_number
from .arguments.seeds import MOST_SEEDS, SeedFile, files_of_seeds, list_seeds, seeds_text
from .batch import Advance, Written, add_file_arguments, check_one, do_all, report
from .chosen_pack import choose_pack
from .console import Console
from .options import (
    GenerateOptions,
    WriteOptions,
    add_backend_arguments,
    add_engine_arguments,
    add_pack_arguments,
    backend_use,
    pack_options,
)
from .workers.generation.generator import GenerateJob, Generator

if TYPE_CHECKING:
    from ..images.color.icc_profile import Floats

DESCRIPTION = """\
Make pictures of nothing but a seed and the dials.

Each seed gives one picture, the same one on every computer, but for rounding; --count makes those
of the seeds that follow, too. Into the folder OUT each of them goes by itself, named by the pack
and its seed, into the file OUT all of them, in rows. '-' stands for standard output. A file is
replaced only with --force.
"""
SIDE_RANGE_PX = (16, 4096)


def add_parser(commands: Any, parents: list[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "generate",
        help="make pictures of seeds",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        parents=parents,
    )
    parser.add_argument("output", metavar="OUT", help="a file, a folder or -")
    add_pack_arguments(parser)
    parser.add_argument(
        "--seed",
        type=whole_number(0, MOST_SEED),
        default=0,
        metavar="N",
        help="another number gives another picture (default %(default)s)",
    )
    parser.add_argument(
        "--count",
        type=whole_number(1, MOST_SEEDS),
        default=1,
        metavar="N",
        help="how many pictures, of as many seeds from --seed on (default %(default)s)",
    )
    parser.add_argument(
        "--size",
        type=whole_number(*SIDE_RANGE_PX),
        default=GENERATED_PX,
        metavar="PX",
        help="a side of each picture: the net makes them at %(default)s pixels, and other sizes "
        "are resampled from there",
    )
    add_engine_arguments(parser)
    add_backend_arguments(parser)
    add_file_arguments(parser, "OUT's suffix says it otherwise; in a folder png")
    parser.set_defaults(run=run)


def run(parsed: argparse.Namespace, console: Console) -> int:
    """Make all of them; the exit code is 0 or that of the first one that failed."""
    options = GenerateOptions(
        output=parsed.output,
        pack=pack_options(parsed),
        backend=backend_use(parsed),
        seeds=list_seeds(parsed.seed, parsed.count),
        side_px=parsed.size,
        write=WriteOptions(parsed.format, parsed.quality, parsed.force, parsed.skip_existing),
    )
    chosen = choose_pack(options.pack, task=GenerateRun.task)
    files = files_of_seeds(
        options.seeds,
        options.output,
        stem=chosen.manifest.id,
        format_name=options.write.format,
        side_px=options.side_px,
    )
    if files[0].target is None and (console.as_json or sys.stdout.isatty()):
        raise UsageError("standard output cannot take a picture here; name a file to write")
    check_one(files, options.write)
    chosen.tell_ranges(console)

    from .workers.chosen_worker import choose_generator

    with choose_generator(chosen, options.pack, options.backend, console) as generator:
        do_one = partial(_generate, generator=generator, options=options)
        results, exit_code = do_all(files, do_one, options.write, console)
    report(results, exit_code, generator, chosen, console)
    return exit_code


def _generate(
    file: FilePair, advance: Advance, *, generator: Generator, options: GenerateOptions
) -> Written:
    from ..images.picture import SourceMetadata
    from ..images.resampling import bicubic
    from ..images.writer import write_image

    assert isinstance(file, SeedFile)
    size = options.side_px, options.side_px
    made = []
    for done, seed in enumerate(file.seeds):
        made.append(bicubic(generator.do(GenerateJob(seed)), size))
        advance(done + 1, len(file.seeds))
    picture = _in_rows(made, file.columns)
    with open_output(file, force=options.write.force) as out:
        notes = write_image(
            out,
            picture,
            SourceMetadata(),
            file.format,
            name=file.target_name,
            quality=options.write.quality,
        )
    height, width = picture.shape[:2]
    return Written(
        said=f"{seeds_text(file.seeds)}, {width} x {height} pixels",
        notes=notes,
        members={"width": width, "height": height},
        computed_by=generator.computed_by,
    )


def _in_rows(pictures: list[Floats], columns: int) -> Floats:
    """All pictures in one, in reading order; white where the last row is not full."""
    import numpy as np

    height, width, _ = pictures[0].shape
    rows = -(-len(pictures) // columns)
    whole = np.ones((rows * height, columns * width, 3), np.float32)
    for index, picture in enumerate(pictures):
        row, column = divmod(index, columns)
        top, left = row * height, column * width
        whole[top : top + height, left : left + width] = picture
    return whole
