"""A completion pack's tables: hole PSNR, perceptual distance, sharpness and seam error, over alpha
and beside other people's fills.

They are means over unseen photos with a square hole in their middle, filled by the task that the
programs use.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

from dynamic_style.backend.compute.engine import DialAlpha
from dynamic_style.backend.compute.torch_engine import TorchNet
from dynamic_style.backend.images.tensors import to_colors, to_tensor
from dynamic_style.backend.nets.architectures import FILLS
from dynamic_style.backend.nets.dynamic_net import DynamicNet
from dynamic_style.backend.packs import Comparison, ComparisonRow, Measurement
from dynamic_style.backend.tasks.completion import HoleSettings, start_completion

from ..claims import UNITS, Claim, Measured, falls, rises
from ..loop.progress import Progress
from ..loss_network import LossNetwork
from ..notes import Note, ignore_note
from .baselines import find_baselines
from .config import CompletionConfig
from .metrics import MEASURES, measure_fill
from .validation_holes import cut_hole, read_validation_photos

COLUMNS = ("alpha", *MEASURES, "best_for")
COMPARED = (*MEASURES, "ms")
OURS = "ours"
FILL_ALONE = "{} fill alone"  # what our net starts from
OWN_FILLS = tuple(FILL_ALONE.format(name) for name in FILLS)
PER_PICTURE = f"{OURS}, best alpha of each picture"
# The same mix of the three fills for every photo: what our net, which mixes them pixel by pixel,
# has to beat. Of all shares in fifths the ones that suit the measured photos best.
BLEND = "constant blend of the three"
FIFTHS = 5
SHARES = tuple(
    tuple(share / FIFTHS for share in (one, other, FIFTHS - one - other))
    for one in range(FIFTHS + 1)
    for other in range(FIFTHS + 1 - one)
)


def measure(
    net: DynamicNet,
    config: CompletionConfig,
    network: LossNetwork,
    data: Path,
    *,
    note: Note = ignore_note,
    progress: Progress | None = None,
) -> Measured:
    """A table for each dial and hole size, the other dials at 0, and a comparison for each size.

    best_for is the share of the photos whose perceptual distance is least at a row's alpha.
    note: called for photos passed over, for libraries that are not installed, and with what the net
    gains on the best constant blend of its fills. Raises DatasetError.
    """
    _, missing = find_baselines()
    if missing:
        note(
            f"{', '.join(missing)} not installed, so the comparison lacks their fills; install "
            "the compare extra for them"
        )
    photos = read_validation_photos(config, data, note=note)
    holes_px = config.data.measured_holes_px
    tables, comparisons = [], []
    progress = progress or Progress()
    progress.enter("measuring", units=len(photos) * len(holes_px))
    with tqdm(desc="measuring", total=progress.units, unit="photo") as bar:

        def count_photo() -> None:
            bar.update()
            progress.advance()

        for hole_px in holes_px:
            found = _measure_hole(net, config, network, photos, hole_px, count_photo)
            name = _name_dataset(config, hole_px)
            for dial in config.dials:
                rows = _list_alpha_rows(found.over_alpha[dial.id])
                tables.append(Measurement(dial.id, name, len(photos), COLUMNS, rows))
            compared = _list_methods(found, config.dials[0].id)
            comparisons.append(Comparison(name, len(photos), COMPARED, compared))
            if len(photos) > 1:
                note(_tell_gain(found, config.dials[0].id, name))
    return Measured(tuple(tables), tuple(comparisons))


def list_tables(config: CompletionConfig) -> Measured:
    """The tables that measure makes, with zeros for the means and one row in each comparison."""
    tables, comparisons = [], []
    for hole_px in config.data.measured_holes_px:
        name = _name_dataset(config, hole_px)
        rows = tuple((alpha, *(0.0 for _ in COLUMNS[1:])) for alpha in UNITS)
        tables += [Measurement(dial.id, name, 1, COLUMNS, rows) for dial in config.dials]
        row = ComparisonRow(OURS, tuple(0.0 for _ in COMPARED))
        comparisons.append(Comparison(name, 1, COMPARED, (row,)))
    return Measured(tuple(tables), tuple(comparisons))


def check_claims(measured: Measured, _: CompletionConfig) -> tuple[Claim, ...]:
    """PSNR rises and sharpness falls with alpha; the best alpha lies inside for half of the filled
    holes; at the best one alpha, each other fill has a higher perceptual distance and seam error
    and no higher PSNR.
    """
    claims = []
    inside: dict[str, list[float]] = {}
    for table in measured.tables:
        where = f"dial '{table.dial}', {table.dataset.rpartition(': ')[2]}"
        inside.setdefault(table.dial, []).append(sum(table.column("best_for")[1:-1]))
        claims += [
            Claim(f"{where}: PSNR rises", rises(table.column("psnr"))),
            Claim(f"{where}: sharpness falls", falls(table.column("sharpness"))),
        ]
    for dial, shares in inside.items():
        mean, each = sum(shares) / len(shares), ", ".join(f"{share:.1%}" for share in shares)
        text = f"dial '{dial}': best alpha inside for {mean:.1%} of all holes ({each}; half)"
        claims.append(Claim(text, mean >= 0.5))
    for comparison in measured.comparisons:
        best = next(row for row in comparison.rows if row.method.endswith("(best)"))
        for row in comparison.rows:
            if row.method not in OWN_FILLS and not row.method.startswith((OURS, BLEND)):
                claims += _compare(comparison, best, row)
    return tuple(claims)


@dataclass
class _Found:
    """over_alpha: {dial: (photos, alphas, measures)}; blends: (photos, SHARES, measures); others:
    {method: (photos, measures)}; seconds: {method: mean of a photo}.
    """

    over_alpha: dict[str, torch.Tensor]
    blends: torch.Tensor
    others: dict[str, torch.Tensor]
    seconds: dict[str, float]


def _measure_hole(
    net: DynamicNet,
    config: CompletionConfig,
    network: LossNetwork,
    photos: Sequence[torch.Tensor],
    hole_px: int,
    on_photo: Callable[[], None],
) -> _Found:
    device = next(net.parameters()).device
    over_alpha: dict[str, list[torch.Tensor]] = {dial.id: [] for dial in config.dials}
    blends: list[torch.Tensor] = []
    others: dict[str, list[torch.Tensor]] = {}
    seconds: dict[str, float] = {}
    fills, _ = find_baselines()
    settings = HoleSettings(working_px=config.pack.working_size_px)
    for photo in photos:
        sample = cut_hole(photo, hole_px)
        shown = sample.to(device)
        with torch.inference_mode():
            measure = partial(
                measure_fill,
                photo=shown.photo,
                hole=shown.hole,
                network=network,
                activations=network(shown.photo, config.loss.measured_layers),
            )
            started = time.perf_counter()
            completion = start_completion(
                TorchNet(net),
                to_colors(photo),
                sample.hole[0, 0].float().numpy(),
                settings=settings,
            )
            completion.run({})
            seconds[OURS] = seconds.get(OURS, 0.0) + time.perf_counter() - started
            for name, given_fill in zip(FILLS, shown.fills, strict=True):
                others.setdefault(FILL_ALONE.format(name), []).append(measure(given_fill))
            mixes = [
                sum(
                    (share * fill for share, fill in zip(shares, shown.fills, strict=True)),
                    torch.zeros_like(shown.photo),
                )
                for shares in SHARES
            ]
            blends.append(torch.stack([measure(mix) for mix in mixes]))
            for dial in config.dials:
                outputs = [completion.run({dial.id: DialAlpha((alpha,))}) for alpha in UNITS]
                over_alpha[dial.id].append(
                    torch.stack([measure(to_tensor(output).to(device)) for output in outputs])
                )
            pixels = np.ascontiguousarray(photo[0].permute(1, 2, 0).mul(255).round().byte().numpy())
            for name, fill in fills.items():
                started = time.perf_counter()
                made = fill(pixels.copy(), sample.hole[0, 0].numpy())
                seconds[name] = seconds.get(name, 0.0) + time.perf_counter() - started
                filled = torch.from_numpy(made).permute(2, 0, 1)[None].float().div(255)
                others.setdefault(name, []).append(measure(filled.to(device)))
        on_photo()
    return _Found(
        {dial: torch.stack(values).cpu() for dial, values in over_alpha.items()},
        torch.stack(blends).cpu(),
        {name: torch.stack(values).cpu() for name, values in others.items()},
        {name: total / len(photos) for name, total in seconds.items()},
    )


def _list_alpha_rows(values: torch.Tensor) -> tuple[tuple[float, ...], ...]:
    """The rows of a table over alpha. values: (photos, alphas, measures)."""
    best = _take_perceptual(values).argmin(dim=1)
    shares = torch.bincount(best, minlength=len(UNITS)) / len(values)
    return tuple(
        (alpha, *_average(values[:, i]), float(shares[i])) for i, alpha in enumerate(UNITS)
    )


def _list_methods(found: _Found, dial: str) -> tuple[ComparisonRow, ...]:
    """The rows of a comparison: other fills, a constant blend of our own, ours at some alphas."""
    rows = [
        ComparisonRow(name, (*_average(values), 1e3 * found.seconds.get(name, found.seconds[OURS])))
        for name, values in found.others.items()
    ]
    suited = _find_best(found.blends)
    name = f"{BLEND}, {' : '.join(f'{share:g}' for share in SHARES[suited])}"
    blended = _average(found.blends[:, suited])
    rows.append(ComparisonRow(name, (*blended, 1e3 * found.seconds[OURS])))
    values = found.over_alpha[dial]
    best, each = _find_best(values), _take_perceptual(values).argmin(dim=1)
    ours = {
        f"{OURS}, alpha {UNITS[0]:g}": values[:, 0],
        f"{OURS}, alpha {UNITS[best]:g} (best)": values[:, best],
        PER_PICTURE: values[torch.arange(len(values)), each],
        f"{OURS}, alpha {UNITS[-1]:g}": values[:, -1],
    }
    milliseconds = 1e3 * found.seconds[OURS]
    rows += [ComparisonRow(name, (*_average(v), milliseconds)) for name, v in ours.items()]
    return tuple(rows)


def _tell_gain(found: _Found, dial: str, name: str) -> str:
    """Photo by photo, what the net at its best one alpha has more than the best constant blend."""
    values = found.over_alpha[dial]
    best = _find_best(values)
    gains = values[:, best] - found.blends[:, _find_best(found.blends)]
    errors = gains.std(dim=0) / len(gains) ** 0.5
    told = (
        f"{measure} {gain:+.2g} (standard error {error:.2g})"
        for measure, gain, error in zip(MEASURES, gains.mean(dim=0), errors, strict=True)
        if measure != "sharpness"  # neither more nor less of it is better
    )
    return f"{name}: at alpha {UNITS[best]:g}, less the {BLEND}: {', '.join(told)}"


def _find_best(values: torch.Tensor) -> int:
    """The place of the one setting, of (photos, settings, measures), with the least mean perceptual
    distance.
    """
    return int(_take_perceptual(values).mean(dim=0).argmin())


def _name_dataset(config: CompletionConfig, hole_px: int) -> str:
    """What the tables of one hole size say that they are over."""
    side = config.data.measured_square_px
    return f"{config.data.validation}: squares of {side} px, hole of {hole_px} px in the middle"


def _take_perceptual(values: torch.Tensor) -> torch.Tensor:
    return values[..., MEASURES.index("perceptual")]


def _average(values: torch.Tensor) -> tuple[float, ...]:
    """One mean for each measure. values: (photos, measures), with the logarithm of sharpness."""
    means = values.mean(dim=0)
    sharpness = MEASURES.index("sharpness")
    means[sharpness] = means[sharpness].exp()
    return tuple(float(mean) for mean in means)


def _compare(comparison: Comparison, best: ComparisonRow, other: ComparisonRow) -> list[Claim]:
    where = f"{other.method}, {comparison.dataset.rpartition(': ')[2]}"
    ours, theirs = (dict(zip(comparison.columns, row.values, strict=True)) for row in (best, other))
    return [
        Claim(f"{where}: lower perceptual distance", ours["perceptual"] < theirs["perceptual"]),
        Claim(f"{where}: lower seam error", ours["seam"] < theirs["seam"]),
        Claim(f"{where}: no lower PSNR", ours["psnr"] >= theirs["psnr"]),
    ]
