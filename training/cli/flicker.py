"""The `flicker` command: how much a pack's clips flicker."""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Iterator
from pathlib import Path

from dynamic_style.backend.packs import find_pack
from dynamic_style.backend.packs.weights import read_weights

from ..errors import DatasetError
from ..flicker.comparison import UNPAINTED, Flicker, compare
from ..flicker.scenes import Scene, clip_scene, moving_window
from ..flicker.side_by_side import write_side_by_side
from ..flicker.style_loss import StyleLoss, style_loss
from ..loss_network import load_loss_network
from ..style_transfer.config import StyleConfig
from ..tasks import TASKS
from .messages import print_note, print_result

SIZE = (360, 480)
SHOWN_PX = 192
PHOTOS = (".jpg", ".jpeg", ".png")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("pack", help="an installed style pack's id, a folder or a .dynpack file")
    parser.add_argument(
        "--photos",
        type=Path,
        metavar="FOLDER",
        help="large photos, or one, over which a window moves",
    )
    parser.add_argument(
        "--clip", type=Path, action="append", default=[], help="a clip; as often as you like"
    )
    parser.add_argument("--calm", type=float, action="append", metavar="C", help="default 0.5")
    parser.add_argument(
        "--show",
        type=Path,
        metavar="FILE.gif",
        help="write the first scene, frame by frame beside the first calm",
    )
    parser.add_argument("--alpha", type=float, default=0.8, help="of the first dial (%(default)s)")
    parser.add_argument("--frames", type=int, default=16, help="of each (default %(default)s)")


def measure(options: argparse.Namespace) -> int:
    """Print errors and style losses as ratios to frame by frame; returns the exit code."""
    scenes = list(_scenes(options))
    pack = find_pack(options.pack)
    compared = compare(
        scenes,
        pack,
        alpha=options.alpha,
        calms=options.calm or [0.5],
        style=_style_loss(pack, options),
    )
    print_result(f"{'scene':<18} {'':<30} {'error':>7} {'ratio':>6} {'style':>7} {'ratio':>6}")
    errors: dict[str, list[float]] = {}
    styles: dict[str, list[float]] = {}
    base: Flicker | None = None
    shown = False
    for row in compared:
        if row.of == UNPAINTED:
            print_result(f"{row.scene:<18} {row.of:<30} {row.error:7.4f}")
            continue
        if base is None or row.scene != base.scene:
            base = row
        elif options.show is not None and not shown:
            write_side_by_side(options.show, base.painted, row.painted, height_px=SHOWN_PX)
            shown = True
        ratio = row.error / base.error
        errors.setdefault(row.of, []).append(ratio)
        styled = ""
        if row.style is not None and base.style is not None:
            styles.setdefault(row.of, []).append(row.style / base.style)
            styled = f" {row.style:7.4f} {row.style / base.style:6.2f}"
        print_result(f"{row.scene:<18} {row.of:<30} {row.error:7.4f} {ratio:6.2f}{styled}")
    for of, ratios in errors.items():
        styled = f" {'':>7} {statistics.mean(styles[of]):6.2f}" if of in styles else ""
        print_result(f"{'mean':<18} {of:<30} {'':>7} {statistics.mean(ratios):6.2f}{styled}")
    return 0


def _scenes(options: argparse.Namespace) -> Iterator[Scene]:
    if options.photos is not None:
        found = options.photos.iterdir() if options.photos.is_dir() else [options.photos]
        photos = sorted(path for path in found if path.suffix.lower() in PHOTOS)
        for photo in photos:
            yield moving_window(photo, count=options.frames, size=SIZE)
    for clip in options.clip:
        yield clip_scene(clip, count=options.frames, long_side_px=max(SIZE))
    if options.photos is None and not options.clip:
        raise DatasetError("nothing to measure; give --photos FOLDER or --clip FILE")


def _style_loss(pack: Path, options: argparse.Namespace) -> StyleLoss:
    manifest = read_weights(pack).manifest
    record = manifest.training
    config = TASKS[manifest.task].parse_config(record.config, f"pack '{manifest.id}'")
    if not isinstance(config, StyleConfig):
        raise DatasetError(f"pack '{manifest.id}' has no strokes that could flicker")
    network = load_loss_network(options.loss_network, activation_scale=config.loss.activation_scale)
    if network.sha256 != record.loss_network_sha256:
        print_note("the pack was measured with another loss network when it was made")
    return style_loss(config, network, options.data)
