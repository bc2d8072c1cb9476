"""dynamic-style complete: fill what a mask covers from the rest of the picture."""

from __future__ import annotations

import argparse
import time
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

from ..images.formats import DEFAULT_QUALITY
from ..packs import find_pack, read_manifest
from ..packs.dial_numbers import at_net_taps
from ..protocol.errors import DeviceError, MaskError, UsageError
from ..protocol.runs import MAX_FEATHER_PX, MAX_GROW_PX
from .arguments.dials import ALPHA_HELP, range_notes, read_settings
from .arguments.files import Job, opened_input, opened_output, plan_jobs, refuse_existing
from .arguments.numbers import MOST_SEED, add_quality_argument, add_threads_argument, whole_number
from .arguments.pictures import add_limit_argument, most_pixels
from .arguments.tasks import check_task
from .console import Advance, Console

TASK = "completion"
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
    parser.add_argument("--pack", required=True, metavar="ID", help="a pack's id, folder or file")
    parser.add_argument(
        "--alpha", action="append", default=[], metavar="[DIAL=]A[,A...]", help=ALPHA_HELP
    )
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
    parser.add_argument(
        "--device", default="auto", metavar="NAME", help="auto (the default), cpu, cuda or mps"
    )
    add_threads_argument(parser)
    add_limit_argument(parser)
    parser.add_argument("--force", action="store_true", help="replace OUT if it exists already")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, console: Console) -> int:
    """Fill one picture. Raises DynamicStyleErrors."""
    mask_path = Path(options.mask)
    if options.input == "-" or options.output == "-":
        raise UsageError("complete reads and writes files; name them")
    jobs = plan_jobs([options.input], options.output, format_name=None, read_too=[mask_path])
    if len(jobs) != 1 or jobs[0].makes_folder:
        raise UsageError("complete fills one picture at a time; name a file to write")
    job = jobs[0]
    refuse_existing(job, force=options.force)
    path = find_pack(options.pack)
    manifest = read_manifest(path)
    check_task(manifest, TASK)
    settings = read_settings(options.alpha, manifest)
    notes, warnings = range_notes(settings, manifest)
    for text in notes:
        console.note(f"note: {text}")
    for text in warnings:
        console.warning(text)

    started = time.perf_counter()
    with console.progress(1, "picture") as advance:
        members = _complete(job, mask_path, path, settings, options, advance)
    seconds = time.perf_counter() - started
    for note in members["notes"]:
        console.note(f"{job.source_name}: note: {note}")
    console.note(
        f"{job.target_name}: {members['width']} x {members['height']} pixels, "
        f"{members['holes']} hole{'s' if members['holes'] > 1 else ''}, {seconds:.1f} s"
    )
    console.document(
        {
            "ok": True,
            "pack": {"id": manifest.id, "version": manifest.version},
            "alphas": {dial: list(numbers) for dial, numbers in settings.items()},
            "output": job.target_name,
            **members,
            "seconds": round(seconds, 3),
        }
    )
    return 0


def _complete(
    job: Job,
    mask_path: Path,
    pack_path: Path,
    settings: dict[str, tuple[float, ...]],
    options: argparse.Namespace,
    advance: Advance,
) -> dict[str, Any]:
    import torch

    from ..compute.device import choose_device, set_threads
    from ..compute.glibc_malloc import keep_freed_memory
    from ..images.mask_reader import read_mask
    from ..images.picture import as_floats, as_samples
    from ..images.reader import read_image, read_samples
    from ..images.tensors import to_colors, to_tensor
    from ..images.writer import Untouched, check_fits, write_image
    from ..nets.alpha import Alpha
    from ..packs.reader import load_pack
    from ..tasks.completion import HoleSettings, start_completion

    keep_freed_memory()
    if options.threads is not None:
        set_threads(options.threads)
    most = most_pixels(options)
    with opened_input(job.source) as file:
        picture = read_image(file, name=job.source_name, max_pixels=most)
        check_fits(picture.size, job.format, name=job.target_name)
        untouched = read_samples(_rewound(file), name=job.source_name, max_pixels=most)
    with opened_input(mask_path) as file:
        weights, mask_notes = read_mask(
            file, name=str(mask_path), inverted=options.invert_mask, max_pixels=most
        )
        mask = torch.from_numpy(weights)[None, None]
    pack = load_pack(pack_path)
    pack.net.to(choose_device(options.device))
    alpha = picture.kept.alpha
    cover = None if alpha is None else torch.from_numpy(as_floats(alpha))[None, None]
    holes = HoleSettings(
        grow_px=options.grow,
        feather_px=options.feather,
        seed=options.seed,
        working_px=pack.manifest.working_size_px,
    )
    try:
        completion = start_completion(
            pack.net,
            to_tensor(picture.colors),
            mask,
            settings=holes,
            cover=cover,
            on_fill=lambda share: advance(FILL_SHARE * share),
        )
        taps = list(pack.net.taps)
        image = completion.run(
            {d.id: Alpha(at_net_taps(settings[d.id], d, taps)) for d in pack.manifest.dials},
            on_stage=lambda done, of: advance(FILL_SHARE + (0.95 - FILL_SHARE) * done / of),
        )
    except (MaskError, DeviceError) as error:
        raise type(error)(f"{job.source_name}: {error}") from error
    weight = completion.mask[0, 0].numpy()  # (H, W), grown and feathered
    kept = picture.kept
    if kept.alpha is not None:
        opaque = as_floats(kept.alpha) * (1 - weight) + weight
        kept = replace(kept, alpha=as_samples(opaque, kept.alpha.dtype.itemsize * 8))
    with opened_output(job) as file:
        notes = (
            picture.notes
            + mask_notes
            + write_image(
                file,
                to_colors(image),
                kept,
                job.format,
                name=job.target_name,
                quality=options.quality,
                untouched=None if untouched is None else Untouched(untouched, weight == 0),
            )
        )
    height, width = picture.size
    return {
        "holes": completion.count,
        "width": width,
        "height": height,
        "notes": list(notes),
    }


def _rewound(file: BinaryIO) -> BinaryIO:
    file.seek(0)
    return file
