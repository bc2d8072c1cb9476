"""dynamic-style frames: folders of frames, animations and videos; dials move over time."""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from ..frames.alpha_keys import EASES, LINEAR, AlphaKeys, parse_alphas, read_keys
from ..frames.clip import Clip
from ..frames.clip_files import Target, open_clip, plan_target, write_clip
from ..frames.frame_run import FrameCounts, FrameRun, PlannedFrame
from ..frames.ledger import Ledger, digest
from ..images.formats import DEFAULT_QUALITY
from ..protocol.dial_spec import check_numbers
from ..protocol.errors import AlphaError, DynamicStyleError, UsageError
from ..protocol.runs import StylizeRun
from ..protocol.version import VERSION
from .arguments.dials import find_dial, first_dial, read_numbers
from .arguments.numbers import add_quality_argument
from .chosen_pack import ChosenPack, choose_pack
from .console import Console
from .options import BackendUse, FramesOptions, add_stylist_arguments, stylist_options
from .workers.stylist import Stylist, Stylized, StylizeJob

if TYPE_CHECKING:
    from ..images.picture import Picture

DESCRIPTION = """\
Stylize the frames of a clip, with dials that move over time.

IN is a folder of numbered pictures, an animation (GIF, WebP, PNG) or a video. OUT is a folder, or
by its suffix an animation (.gif, .webp, .apng) or a video (.mp4, .m4v, .mov, .mkv, .webm; needs
PyAV, the extra 'video'). A video keeps its frames' times, its sound and its kind of colours.

  --alpha 0=0.1,48=0.9,96=0.4    turns the pack's first dial: frame=alpha, frames counted from 0
  --alpha wave=0=0,96=1          turns a dial by its name; --alpha wave=0.3 leaves it there
  --keys keys.toml               says the same in a file:

    ease = "smooth"
    [dials.strength]
    0 = 0.1
    48 = 0.9

A run that was ended goes on where it was when it is given again: frames that are done are not made
again, unless what they are made of has changed. Until a file OUT is complete, its frames are kept
in the folder OUT.frames beside it.
"""
MOST_RATE = 1000


def add_parser(commands: Any, parents: list[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "frames",
        help="stylize the frames of a clip",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        parents=parents,
    )
    parser.add_argument("input", metavar="IN", help="a folder of pictures, an animation or a video")
    parser.add_argument("output", metavar="OUT", help="a folder, an animation or a video")
    add_stylist_arguments(parser)
    parser.add_argument("--keys", metavar="FILE", help="a TOML file that says how dials move")
    parser.add_argument(
        "--ease",
        choices=EASES,
        default=LINEAR,
        help="how a dial gets from one key to the next: evenly (the default), slowly at both ends, "
        "or by a leap",
    )
    parser.add_argument(
        "--fps",
        metavar="N",
        help="frames a second of a folder's pictures, such as 24, 29.97 or 30000/1001 (default 24)",
    )
    parser.add_argument(
        "--keep-going",
        action="store_true",
        help="leave out frames that fail; in a file the one before stands in for each",
    )
    add_quality_argument(parser, DEFAULT_QUALITY)
    parser.add_argument("--force", action="store_true", help="replace results that exist already")
    parser.set_defaults(run=run)


def run(parsed: argparse.Namespace, console: Console) -> int:
    """Stylize all frames; the exit code is 0 or that of the first frame that failed."""
    options = FramesOptions(
        input=Path(parsed.input),
        output=parsed.output,
        stylist=stylist_options(parsed),
        keys=Path(parsed.keys) if parsed.keys else None,
        ease=parsed.ease,
        rate=_rate(parsed.fps),
        keeps_going=parsed.keep_going,
        quality=parsed.quality,
        force=parsed.force,
    )
    started = time.perf_counter()
    if options.keys is not None and options.stylist.pack.alphas:
        raise UsageError("--keys and --alpha both say how dials move; give one of them")
    pack = replace(options.stylist.pack, alphas=())
    chosen, keys = _turned(choose_pack(pack, task=StylizeRun.task), options)
    clip = open_clip(options.input, rate=options.rate, max_pixels=pack.max_pixels)
    for note in clip.notes:
        console.note(f"note: {note}")
    target = plan_target(clip, options.output, force=options.force)
    chosen.tell_ranges(console, {dial: moving.alphas for dial, moving in keys.items()})

    from .workers.chosen_worker import choose_stylist

    with choose_stylist(chosen, options.stylist, BackendUse.NEVER, console) as stylist:
        plans = _plans(clip, target, stylist, chosen, keys, options)
        ledger = Ledger(target.folder)
        target.check_ours(ledger)
        target.make_folder()
        counts = _run(clip, plans, ledger, stylist, keys, options, console)
    notes: tuple[str, ...] = ()
    if target.file is not None and counts.written + counts.kept:
        console.note(f"writing {target.file}")
        failed = {index for index, _ in counts.failed}
        notes = write_clip(clip, target, quality=options.quality, failed=failed)
    for note in notes:
        console.note(f"note: {note}")
    return _report(clip, target, counts, stylist, chosen, notes, console, started)


def _turned(chosen: ChosenPack, options: FramesOptions) -> tuple[ChosenPack, dict[str, AlphaKeys]]:
    """The pack with the dials that stand still set, and those that move. Raises AlphaError."""
    if options.keys is not None:
        said = read_keys(options.keys, options.ease)
    else:
        said = parse_alphas(options.stylist.pack.alphas, options.ease)
    numbers, keys = dict(chosen.numbers), {}
    seen = set()
    for dial in said:
        spec = find_dial(dial.name, chosen.manifest) if dial.name else first_dial(chosen.manifest)
        if spec.id in seen:
            raise AlphaError(f"dial '{spec.id}' is set twice; give it once")
        seen.add(spec.id)
        if dial.keys is None:
            numbers[spec.id] = read_numbers(dial.numbers or "", given=f"dial '{spec.id}'")
            check_numbers(spec, numbers[spec.id])
        else:
            keys[spec.id] = dial.keys
            for alpha in dial.keys.alphas:
                check_numbers(spec, (alpha,))
    return replace(chosen, numbers=numbers), keys


def _plans(
    clip: Clip,
    target: Target,
    stylist: Stylist,
    chosen: ChosenPack,
    keys: dict[str, AlphaKeys],
    options: FramesOptions,
) -> list[PlannedFrame]:
    wish = options.stylist.pack.wish
    same = {
        "version": VERSION,
        "pack": stylist.pack_sha256,
        "scale": repr(options.stylist.scale),
        "preserve_color": options.stylist.preserve_color,
        "quality": options.quality if target.is_lossy else None,
        "wish": [wish.engine, wish.precision, wish.device],
    }
    plans = []
    for index in range(clip.count):
        alphas = {dial: list(numbers) for dial, numbers in chosen.numbers.items()}
        alphas |= {dial: [moving.at(index)] for dial, moving in keys.items()}
        made_of = {**same, "alphas": alphas, "source": clip.identity(index)}
        plans.append(PlannedFrame(index, target.paths[index], digest(made_of)))
    return plans


def _run(
    clip: Clip,
    plans: Sequence[PlannedFrame],
    ledger: Ledger,
    stylist: Stylist,
    keys: dict[str, AlphaKeys],
    options: FramesOptions,
    console: Console,
) -> FrameCounts:
    from ..images.formats import format_of
    from ..images.writer import write_image

    def compute(plan: PlannedFrame, picture: Picture) -> tuple[Picture, Stylized]:
        turned = {dial: (moving.at(plan.index),) for dial, moving in keys.items()}
        return picture, stylist.do(StylizeJob(picture, f"frame {plan.index}", turned))

    def write(plan: PlannedFrame, made: tuple[Picture, Stylized], file: BinaryIO) -> None:
        picture, stylized = made
        write_image(
            file,
            stylized.colors,
            picture.metadata,
            format_of(plan.path),
            name=str(plan.path),
            quality=options.quality,
        )

    with console.progress(len(plans), "frames") as advance:
        return FrameRun(
            compute,
            write,
            keeps_going=options.keeps_going,
            on_done=advance,
            on_failure=lambda error: console.error(str(error)),
        ).run(clip, plans, ledger)


def _report(
    clip: Clip,
    target: Target,
    counts: FrameCounts,
    stylist: Stylist,
    chosen: ChosenPack,
    notes: Sequence[str],
    console: Console,
    started: float,
) -> int:
    seconds = time.perf_counter() - started
    kept = f", {counts.kept} were done before" if counts.kept else ""
    failed = f", {len(counts.failed)} failed" if counts.failed else ""
    console.note(
        f"{target.name}: {counts.written} of {clip.count} frames written{kept}{failed}, "
        f"{seconds:.1f} s"
    )
    exit_code = counts.failed[0][1].exit_code if counts.failed else 0
    console.document(
        {
            "ok": not counts.failed,
            "pack": chosen.members(stylist.pack_sha256),
            "device": stylist.device,
            "input": str(clip.path),
            "output": target.name,
            "frames": clip.count,
            "written": counts.written,
            "kept": counts.kept,
            "failed": [_failure(index, error) for index, error in counts.failed],
            "notes": [*clip.notes, *notes],
            "seconds": round(seconds, 3),
        }
    )
    return exit_code


def _failure(index: int, error: DynamicStyleError) -> dict[str, Any]:
    return {"frame": index, "error": {"code": error.code, "message": str(error)}}


def _rate(text: str | None) -> Fraction | None:
    """'24', '29.97' or '30000/1001'. Raises UsageError."""
    if text is None:
        return None
    try:
        rate = Fraction(text)
    except (ValueError, ZeroDivisionError):
        rate = Fraction(0)
    if not 0 < rate <= MOST_RATE:
        raise UsageError(
            f"--fps {text!r}: give frames a second up to {MOST_RATE}, such as 24 or 30000/1001"
        )
    return rate
