"""What turning a dial costs, as ratios of times that were measured in one run, side by side.

Absolute times differ from machine to machine and hour to hour; these ratios hardly do.
"""

from __future__ import annotations

import itertools
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

import torch

from ...nets.alpha import Alpha
from ...nets.dynamic_net import DynamicNet
from ...nets.incremental_run import IncrementalRun
from ...protocol.errors import UsageError
from ...protocol.messages import DialSetting, PackEntry, StylizeRun
from ...protocol.pixels import packed_pixels
from ...protocol.process.client import Client


@dataclass(frozen=True)
class DialMoves:
    """Median seconds: of the whole net, and with warm activations of a move of the whole dial and
    of its last tap alone. The ratios are to the whole net, each at its quickest.
    """

    forward_s: float
    move_s: float
    last_tap_s: float
    move_ratio: float
    last_tap_ratio: float


@dataclass(frozen=True)
class Previews:
    """Median seconds at the client, from the call to the result, and of the net in them. The ratio
    is the median over previews: what all but the net adds. cold: pictures that were not seen
    before; dial: a moved dial on the same picture.
    """

    cold_s: float
    cold_net_s: float
    cold_ratio: float
    dial_s: float
    dial_net_s: float
    dial_ratio: float


def measure_dial_moves(net: DynamicNet, dial: str, *, side_px: int, repeats: int) -> DialMoves:
    """Run a net with that dial on a square picture, on the net's device."""
    device = next(net.parameters()).device
    picture = torch.rand(1, 3, side_px, side_px, device=device)
    replay, last_tap_replay = IncrementalRun(net, picture), IncrementalRun(net, picture)
    taps = len(net.taps)
    steps = itertools.count(1)

    def settings(*, last_tap_only: bool) -> dict[str, Alpha]:
        number = 0.2 + 0.001 * next(steps)
        return {dial: Alpha((0.5,) * (taps - 1) + (number,) if last_tap_only else (number,))}

    def forward() -> None:
        net(picture, settings(last_tap_only=False))

    def move() -> None:
        replay.run(settings(last_tap_only=False), linear_end=True)

    def last_tap() -> None:
        last_tap_replay.run(settings(last_tap_only=True), linear_end=True)

    seconds: dict[str, list[float]] = {"forward": [], "move": [], "last_tap": []}
    with torch.inference_mode():
        forward()
        move()
        last_tap()  # keeps the activation before the tap
        last_tap()  # keeps what the tap does to the output
        for _ in range(repeats):
            seconds["forward"].append(_time(forward, device))
            seconds["move"].append(_time(move, device))
            seconds["last_tap"].append(_time(last_tap, device))
    forward_s, move_s, last_s = (min(seconds[name]) for name in ("forward", "move", "last_tap"))
    return DialMoves(
        forward_s=statistics.median(seconds["forward"]),
        move_s=statistics.median(seconds["move"]),
        last_tap_s=statistics.median(seconds["last_tap"]),
        move_ratio=move_s / forward_s,
        last_tap_ratio=last_s / forward_s,
    )


def measure_previews(client: Client, pack: PackEntry, *, side_px: int, repeats: int) -> Previews:
    """Ask a backend for previews of a square picture, as a panel does. Raises UsageError for a pack
    without dials, and ProtocolErrors.
    """
    if not pack.dials:
        raise UsageError(f"pack '{pack.id}' has no dials to turn; choose another one")
    numbers = itertools.count()

    def preview(seed: int) -> tuple[float, float]:
        number = next(numbers)
        data = bytes((seed, 40, 80, 255)) * 997  # a prime: rows differ
        data = (data * (side_px * side_px * 4 // len(data) + 1))[: side_px * side_px * 4]
        request = StylizeRun(
            job=f"bench-{number}",
            pack=pack.id,
            dials={pack.dials[0].id: DialSetting((0.2 + 0.001 * number,))},
            pixels=packed_pixels(
                side_px, side_px, data, layout="bgra", depth="u8", alpha="straight"
            ),
            preview_stream="bench",
        )
        started = time.perf_counter()
        result = client.preview(request)
        total = time.perf_counter() - started
        return total, total if result is None else result.timings["net"]

    preview(0)  # loads the pack
    cold = [preview(1 + turn % 255) for turn in range(repeats)]
    dial = [preview(0) for _ in range(repeats + 1)][1:]
    return Previews(*_summary(cold), *_summary(dial))


def _summary(pairs: list[tuple[float, float]]) -> tuple[float, float, float]:
    return (
        statistics.median(total for total, _ in pairs),
        statistics.median(net for _, net in pairs),
        statistics.median(total / net for total, net in pairs),
    )


def _time(run: Callable[[], None], device: torch.device) -> float:
    started = time.perf_counter()
    run()
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    return time.perf_counter() - started
