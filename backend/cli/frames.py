"""dynamic-style frames: folders of frames, animations and videos; dials move over time."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from ..frames.clip import Clip
from ..frames.clip_files import Target, open_clip, plan_target, write_clip
from ..frames.frame_run import FrameCounts, FrameRun, PlannedFrame
from ..frames.keys_file import read_keys
from ..frames.ledger import Ledger, digest
from ..frames.run_lock import only_run
from ..images.formats import DEFAULT_QUALITY
from ..protocol.animation.alpha_keys import EASES, LINEAR, AlphaKeys
from ..protocol.animation.alpha_text import parse_alphas
from ..protocol.dial_spec import check_numbers
from ..protocol.errors import AlphaError, DynamicStyleError, UsageError
from ..protocol.runs import StylizeRun
from ..protocol.version import VERSION
from .arguments.dials import find_dial, first_dial, read_numbers
from .arguments.numbers import add_quality_argument, finite_number
from .arguments.shards import Shard, add_shard_argument
from .chosen_pack import ChosenPack, choose_pack
from .cluster.options import add_cluster_arguments, cluster_options
from .console import Console
from .options import FramesOptions, add_stylist_arguments, stylist_options
from .workers.chosen_frames import check_calm, choose_frame_stylist
from .workers.frame_stylist import FrameJob, FrameStylist
from .workers.stylist import Stylized

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

--calm takes away flicker: what is seen keeps its strokes as it moves. 0.5 is right for most clips;
more is calmer and softer. It needs OpenCV (the extra 'video'), takes about half as long again and
computes in float32. Unless --scale says it, the first frame sets the working size of all.

--shard 2/4 does the second of four parts of a clip, for several computers that share OUT; the
result is the same. Of a file OUT they make the frames; when all are done, the command without
--shard makes the file.
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
    parser.add_argument(
        "--calm",
        type=finite_number(0, 1),
        default=0.0,
        metavar="C",
        help="0 to 1: how far flicker is taken away. At 0, the default, each frame is made by "
        "itself, as stylize makes it",
    )
    add_shard_argument(parser)
    add_cluster_arguments(parser)
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
        calm=parsed.calm,
        shard=parsed.shard,
        cluster=cluster_options(parsed),
    )
    check_calm(options)
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
    _tell_late_keys(clip, keys, console)
    before = Ledger(target.folder)
    if options.cluster is not None:
        from .cluster.frames import make_over

        # what they leave, such as frames that fail, this process does, and says what is wrong
        make_over(
            partial(open_shares, _from_anywhere(options)), clip.count, console, options.cluster
        )

    with choose_frame_stylist(clip, chosen, options, console) as stylist:
        plans = _plans(clip, target, stylist, chosen, keys, options)
        own = [plans[i] for i in options.shard.span(clip.count, unit=stylist.unit)]
        target.make_folder()
        with only_run(target.folder, options.shard.numbers):
            ledger = Ledger(target.folder, options.shard.numbers)
            target.check_ours(ledger)
            counts = _run(clip, own, ledger, stylist, keys, options, console)
            kept = sum(before.is_done(plan.path, plan.digest) for plan in own)
            made = counts.kept - kept  # by a cluster's workers
            counts = replace(counts, written=counts.written + made, kept=kept)
            notes = _write_file(clip, target, counts, options, console)
    target.remove_folder()
    for note in notes:
        console.note(f"note: {note}")
    return _report(clip, target, counts, stylist, chosen, notes, console, started, of=len(own))


def open_shares(options: FramesOptions, processors: int) -> Callable[[Shard], int]:
    """In a worker of a cluster: what does a share, and returns how many frames it has written."""
    from .cluster.pictures import for_worker

    pack = for_worker(options.stylist.pack, processors)
    options = replace(
        options, stylist=replace(options.stylist, pack=pack), keeps_going=True, cluster=None
    )
    quiet = Console(quiet=True)
    chosen, keys = _turned(choose_pack(replace(pack, alphas=()), task=StylizeRun.task), options)
    clip = open_clip(options.input, rate=options.rate, max_pixels=pack.max_pixels)
    target = plan_target(clip, options.output, force=options.force)
    opened = ExitStack()  # as long as the worker lives
    stylist = opened.enter_context(choose_frame_stylist(clip, chosen, options, quiet))
    plans = _plans(clip, target, stylist, chosen, keys, options)

    def do(share: Shard) -> int:
        own = [plans[i] for i in share.span(clip.count, unit=stylist.unit)]
        target.make_folder()
        with only_run(target.folder, share.numbers):
            ledger = Ledger(target.folder, share.numbers)
            target.check_ours(ledger)
            return _run(clip, own, ledger, stylist, keys, options, quiet).written

    return do


def _from_anywhere(options: FramesOptions) -> FramesOptions:
    from .cluster.pictures import from_anywhere

    pack = from_anywhere(options.stylist.pack)
    return replace(
        options,
        input=options.input.absolute(),
        output=str(Path(options.output).absolute()),
        keys=None if options.keys is None else options.keys.absolute(),
        stylist=replace(options.stylist, pack=pack),
    )


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


def _tell_late_keys(clip: Clip, keys: dict[str, AlphaKeys], console: Console) -> None:
    for dial, moving in keys.items():
        late = [str(frame) for frame, _ in moving.keys if frame >= clip.count]
        if late:
            console.note(
                f"note: the clip ends with frame {clip.count - 1}, so that '{dial}' does not get "
                f"to what it is to be at frame {', '.join(late)}"
            )


def _plans(
    clip: Clip,
    target: Target,
    stylist: FrameStylist,
    chosen: ChosenPack,
    keys: dict[str, AlphaKeys],
    options: FramesOptions,
) -> list[PlannedFrame]:
    """Of all frames, whichever are this run's."""
    wish = options.stylist.pack.wish
    same = {
        "version": VERSION,
        "pack": stylist.pack_sha256,
        "scale": repr(options.stylist.scale),
        "preserve_color": options.stylist.preserve_color,
        "quality": options.quality if target.is_lossy else None,
        "wish": [wish.engine, wish.precision, wish.device],
        **({"calm": options.calm} if options.calm else {}),  # what was made without it counts on
    }
    digests = []
    for index in range(clip.count):
        alphas = {dial: list(numbers) for dial, numbers in chosen.numbers.items()}
        alphas |= {dial: [moving.at(index)] for dial, moving in keys.items()}
        digests.append(digest({**same, "alphas": alphas, "source": clip.identity(index)}))
    return [
        PlannedFrame(index, target.paths[index], made_of)
        for index, made_of in enumerate(stylist.digests(digests))
    ]


def _run(
    clip: Clip,
    plans: Sequence[PlannedFrame],
    ledger: Ledger,
    stylist: FrameStylist,
    keys: dict[str, AlphaKeys],
    options: FramesOptions,
    console: Console,
) -> FrameCounts:
    from ..images.formats import format_of
    from ..images.writer import write_image

    def job(index: int, picture: Picture) -> FrameJob:
        turned = {dial: (moving.at(index),) for dial, moving in keys.items()}
        return FrameJob(index, picture, turned)

    def compute(plan: PlannedFrame, picture: Picture) -> tuple[Picture, Stylized]:
        return picture, stylist.do(job(plan.index, picture))

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
            needed=stylist.needed,
            lead_up=lambda index, picture: stylist.lead_up(job(index, picture)),
            keeps_going=options.keeps_going,
            on_done=advance,
            on_failure=lambda error: console.error(str(error)),
        ).run(clip, plans, ledger)


def _write_file(
    clip: Clip, target: Target, counts: FrameCounts, options: FramesOptions, console: Console
) -> tuple[str, ...]:
    """The animation or video, unless other shares have frames to add. Returns notes."""
    if target.file is None or not counts.written + counts.kept:
        return ()
    if options.shard.numbers is not None:
        return (
            f"frames are in {target.folder}; when those of all shares are, the same command "
            f"without --shard makes {target.file} of them",
        )
    console.note(f"writing {target.file}")
    failed = {index for index, _ in counts.failed}
    return write_clip(clip, target, quality=options.quality, failed=failed)


def _report(
    clip: Clip,
    target: Target,
    counts: FrameCounts,
    stylist: FrameStylist,
    chosen: ChosenPack,
    notes: Sequence[str],
    console: Console,
    started: float,
    *,
    of: int,
) -> int:
    """of: frames of this share."""
    seconds = time.perf_counter() - started
    kept = f", {counts.kept} done before" if counts.kept else ""
    failed = f", {len(counts.failed)} failed" if counts.failed else ""
    console.note(
        f"{target.name}: {counts.written} of {of} frames written{kept}{failed}, {seconds:.1f} s"
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
