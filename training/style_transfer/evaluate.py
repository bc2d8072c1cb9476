"""The paper's measurement (Dynamic-Net, figure 3): content and style loss over alpha, on unseen
photos, and what an eye would look for beside them.

Each dial alone, the others at 0, at alpha = 0, 0.1 ... 1; a dual dial from -1 to 1, one for the
size of strokes from -0.5 to 1.5. With losses relative to the target a table has more columns:
each layer's own residual, the shares of photos whose losses went the dial's way at every step so
far, the spacing of the strokes, how much lies on the net's own grid, and how much is clipped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from tqdm import tqdm

from dynamic_style.backend.nets.alpha import Alpha
from dynamic_style.backend.nets.dynamic_net import DynamicNet
from dynamic_style.backend.packs import Measurement

from ..claims import UNITS, Measured
from ..loop.precision import choose_dtype
from ..loop.progress import Progress
from ..loss_network import LossNetwork
from ..notes import Note, ignore_note
from ..photos.reading import list_pictures, read_validation
from .as_seen import AsSeen
from .config import Objective, StyleConfig, StyleDialSettings
from .grid import grid_share
from .losses import LOSSES, compare_layers
from .strokes import measure_stroke_spacing
from .task import Grams, read_grams

OUTSIDE = 0.05  # colours count as clipped from so far outside [0, 1]
MOST_OFF = 0.02  # of a loss in bfloat16; where it is right, 0.1 % was the most

# columns of the tables, beside alpha, content and the paintings' own
SEEN = ("stroke_px", "grid", "clipped")
TOGETHER = "clipped_together"  # the same with all the other dials at 1
WAYS = {  # the shares of photos whose losses went this way at every step, by the dial's kind
    "strength": {"content_rose": ("content", 1), "style_fell": ("style", -1)},
    "second_style": {"a_rose": ("style_a", 1), "b_fell": ("style_b", -1)},
    "texture_scale": {"new_size_fell": ("style_new_size", -1)},
}


@dataclass(frozen=True)
class DialTable:
    """How one dial is measured: at which alphas, and what against."""

    config: StyleConfig
    dial: StyleDialSettings
    turned: tuple[float, ...] = ()  # rising; those that suit the dial where empty

    @property
    def alphas(self) -> tuple[float, ...]:
        """Rising."""
        if self.turned:
            return self.turned
        if self.is_full and self.dial.kind == "texture_scale":
            return tuple(i / 4 for i in range(-2, 7))
        below = tuple(-unit for unit in reversed(UNITS[1:])) if self.dial.is_dual else ()
        return (*below, *UNITS)

    @property
    def is_full(self) -> bool:
        """Whether the table has the columns that only relative losses give."""
        return self.config.loss.normalisation == "target"

    @property
    def paintings(self) -> dict[str, Objective]:
        """The paintings whose style loss is measured: the main net's, and the dial's if another.
        The last is the one whose layers are.
        """
        main = self.config.main.objective
        if self.dial.kind == "strength":
            return {"style": main}
        if self.dial.kind == "texture_scale":
            return {"style_old_size": main, "style_new_size": self.dial.higher}
        return {"style_a": main, "style_b": self.dial.higher}

    @property
    def others(self) -> dict[str, Alpha]:
        """All the other dials at 1."""
        return {d.id: Alpha((1.0,)) for d in self.config.dials if d.id != self.dial.id}

    @property
    def measured(self) -> tuple[str, ...]:
        """The columns that are means of what is measured on each photo."""
        layers = self.config.loss.style_layers
        more = (*layers, *SEEN, *([TOGETHER] if self.others else [])) if self.is_full else ()
        return ("content", *self.paintings, *more)

    def make(self, values: torch.Tensor) -> Measurement:
        """values: (photos, alphas, measured columns)."""
        means = values.mean(dim=0)
        ways = WAYS[self.dial.kind] if self.is_full else {}
        shares = [
            self._share(values[..., self.measured.index(c)], sign) for c, sign in ways.values()
        ]
        columns = torch.cat([means, *(share[:, None] for share in shares)], dim=1)
        data = self.config.data
        short, side = data.measured_px, data.measured_square_px
        over = f"{data.validation}: short side {short} px, centre squares of {side} px"
        rows = tuple((a, *row) for a, row in zip(self.alphas, columns.tolist(), strict=True))
        names = ("alpha", *self.measured, *ways)
        return Measurement(self.dial.id, over, len(values), names, rows)

    @staticmethod
    def _share(losses: torch.Tensor, sign: int) -> torch.Tensor:
        """(photos, alphas) -> (alphas,): of photos whose loss went up (sign 1) or down (-1) at all
        steps up to there.
        """
        went = (sign * losses.diff(dim=1) > 0).double().cumprod(dim=1).mean(dim=0)
        return torch.cat([torch.ones(1, dtype=torch.float64), went])


def measure(
    net: DynamicNet,
    config: StyleConfig,
    network: LossNetwork,
    data: Path,
    *,
    alphas: tuple[float, ...] = (),
    note: Note = ignore_note,
    progress: Progress | None = None,
) -> Measured:
    """One table for each dial, over the config's validation photos. data: the data's root.

    Computed in bfloat16 where the config's precision and the hardware let training do so: a third
    of the time, and no column off by 1 %, but for the clipped ones, of which there are few.
    alphas: rising; those that suit each dial where empty. note: called for photos passed over, and
    where bfloat16 is wrong here. Raises DatasetError.
    """
    photos = read_validation(list_pictures(data / config.data.validation), config.data, note=note)
    device, tables = next(net.parameters()).device, []
    progress = progress or Progress()
    progress.enter("measuring", units=len(photos) * len(config.dials))
    with tqdm(desc="measuring", total=progress.units, unit="photo") as bar:
        for dial in config.dials:
            table = DialTable(config, dial, alphas)
            grams = [read_grams(o, data, network, config) for o in table.paintings.values()]
            values = []
            dtype = _find_sound_dtype(net, photos[0].to(device), table, network, grams, note)
            for photo in photos:
                with torch.autocast(device.type, dtype, enabled=dtype is not torch.float32):
                    values.append(_measure_photo(net, photo.to(device), table, network, grams))
                bar.update()
                progress.advance()
            tables.append(table.make(torch.stack(values)))
    return Measured(tuple(tables))


def list_tables(config: StyleConfig) -> Measured:
    """The tables that measure makes, with zeros in them."""
    tables = []
    for dial in config.dials:
        table = DialTable(config, dial)
        tables.append(table.make(torch.zeros(1, len(table.alphas), len(table.measured))))
    return Measured(tuple(tables))


def _find_sound_dtype(
    net: DynamicNet,
    photo: torch.Tensor,
    table: DialTable,
    network: LossNetwork,
    grams: Sequence[Grams],
    note: Note,
) -> torch.dtype:
    """The number type to measure in: float32, with a note, where the run's gives other losses."""
    dtype = choose_dtype(table.config.run.precision, photo.device)
    if dtype is torch.float32:
        return dtype
    last = replace(table, turned=table.alphas[-1:])
    exact = _measure_photo(net, photo, last, network, grams)[0]
    with torch.autocast(photo.device.type, dtype):
        other = _measure_photo(net, photo, last, network, grams)[0]
    losses = slice(0, 1 + len(grams))
    if torch.allclose(other[losses], exact[losses], rtol=MOST_OFF, atol=0):
        return dtype
    note("bfloat16 measures other losses than float32 on this machine; going on in float32")
    return torch.float32


def _measure_photo(
    net: DynamicNet,
    photo: torch.Tensor,
    table: DialTable,
    network: LossNetwork,
    grams: Sequence[Grams],
) -> torch.Tensor:
    """(alphas, measured columns) float64 of one photo."""
    loss, dial, rows = table.config.loss, table.dial.id, []
    pair, layers = LOSSES[loss.normalisation], loss.style_layers
    seen = AsSeen(photo, table.config)
    with torch.inference_mode():
        target = network(photo, (loss.content_layer,))[loss.content_layer]
        for alpha in table.alphas:
            turned = {dial: Alpha((alpha,))}
            output = seen.run(net, turned)
            picture = output.clamp(0, 1)
            found = network(picture, tuple({loss.content_layer, *layers}))
            row = [pair.content(found[loss.content_layer], target)]
            row += [pair.style(found, painting) for painting in grams]
            if table.is_full:
                row += compare_layers(found, grams[-1]).values()
                row.append(picture.new_tensor(measure_stroke_spacing(picture, photo)))
                row.append(grid_share(picture))
                row.append(_share_outside(output))
                if table.others:
                    row.append(_share_outside(seen.run(net, {**table.others, **turned})))
            rows.append(torch.stack([value.flatten()[0] for value in row]).double().cpu())
    return torch.stack(rows)


def _share_outside(output: torch.Tensor) -> torch.Tensor:
    return ((output < -OUTSIDE) | (output > 1 + OUTSIDE)).float().mean()
