"""The paper's measurement (Dynamic-Net, figure 3): content and style loss over alpha, on unseen
photos.

Each dial alone, the others at 0, at alpha = 0, 0.1 ... 1; a dual dial from -1 to 1.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import torch
from tqdm import tqdm

from dynamic_style.backend.nets.alpha import Alpha
from dynamic_style.backend.nets.dynamic_net import DynamicNet
from dynamic_style.backend.packs import Measurement

from ..claims import UNITS, Claim, Measured, falls, rises
from ..loss_network import LossNetwork
from ..notes import Note, ignore_note
from ..photos.reading import list_pictures, read_validation
from .config import Objective, StyleConfig, StyleDialSettings, StyleLossSettings
from .losses import LOSSES
from .task import Grams, read_grams

MOST_STYLE_LEFT = {"none": 0.4, "target": 0.7}  # at alpha 1, of the style loss at 0


def measure(
    net: DynamicNet,
    config: StyleConfig,
    network: LossNetwork,
    data: Path,
    *,
    alphas: tuple[float, ...] | None = None,
    note: Note = ignore_note,
) -> Measured:
    """One table for each dial: means over the config's validation photos. data: the data's root.

    alphas: rising; by default those that suit the dial. note: called for photos passed over.
    Raises DatasetError.
    """
    photos = read_validation(list_pictures(data / config.data.validation), config.data, note=note)
    device, tables = next(net.parameters()).device, []
    with tqdm(desc="measuring", total=len(photos) * len(config.dials), unit="photo") as bar:
        for dial in config.dials:
            columns = _list_paintings(config, dial)
            grams = [read_grams(o, data, network, config) for o in columns.values()]
            turned = alphas or _list_alphas(dial)
            sums = torch.zeros(len(turned), 1 + len(grams), dtype=torch.float64)
            for photo in photos:
                seen = photo.to(device)
                outputs = (net(seen, {dial.id: Alpha((alpha,))}) for alpha in turned)
                sums += _measure_losses(seen, outputs, network, config.loss, grams)
                bar.update()
            tables.append(_make_table(config, dial, turned, sums / len(photos), len(photos)))
    return Measured(tuple(tables))


def list_tables(config: StyleConfig) -> Measured:
    """The tables that measure makes, with zeros for the means."""
    tables = []
    for dial in config.dials:
        alphas = _list_alphas(dial)
        zeros = torch.zeros(len(alphas), 1 + len(_list_paintings(config, dial)))
        tables.append(_make_table(config, dial, alphas, zeros, 1))
    return Measured(tuple(tables))


def check_claims(measured: Measured, config: StyleConfig) -> tuple[Claim, ...]:
    """The claims of all tables, in their order."""
    normalisation = config.loss.normalisation
    checked = (check_table(table, normalisation=normalisation) for table in measured.tables)
    return tuple(claim for claims in checked for claim in claims)


def check_table(table: Measurement, *, normalisation: str = "none") -> tuple[Claim, ...]:
    """What a dial's table must show, by the dial's kind.

    strength: content loss rises, and style loss falls to at most 0.4 of that at 0, or 0.7 with
    losses relative to the target, where the main net is near the painting already. second_style:
    the distance to the main net's painting (a) rises, that to the dial's (b) falls. texture_scale:
    the distance to the painting at its new size falls.
    """
    name = f"dial '{table.dial}'"
    if "style_new_size" in table.columns:
        nearer = falls(table.column("style_new_size"))
        return (Claim(f"{name}: distance to the painting at its new size falls", nearer),)
    if "style_a" in table.columns:
        return (
            Claim(f"{name}: distance to a rises", rises(table.column("style_a"))),
            Claim(f"{name}: distance to b falls", falls(table.column("style_b"))),
        )
    style, zero = table.column("style"), table.column("alpha").index(0.0)
    ratio, most = style[-1] / style[zero], MOST_STYLE_LEFT[normalisation]
    return (
        Claim(f"{name}: content loss rises", rises(table.column("content"))),
        Claim(f"{name}: style loss falls", falls(style)),
        Claim(
            f"{name}: style loss at 1 is {ratio:.3f} of that at 0 (at most {most:g})", ratio <= most
        ),
    )


def _list_alphas(dial: StyleDialSettings) -> tuple[float, ...]:
    """Rising; 0 to 1, for a dual dial -1 to 1."""
    below = tuple(-unit for unit in reversed(UNITS[1:])) if dial.is_dual else ()
    return (*below, *UNITS)


def _list_paintings(config: StyleConfig, dial: StyleDialSettings) -> dict[str, Objective]:
    """The paintings whose style loss is measured: the main net's, and the dial's if another."""
    main = config.main.objective
    if dial.kind == "strength":
        return {"style": main}
    if dial.kind == "texture_scale":
        return {"style_old_size": main, "style_new_size": dial.higher}
    return {"style_a": main, "style_b": dial.higher}


def _make_table(
    config: StyleConfig,
    dial: StyleDialSettings,
    alphas: Sequence[float],
    means: torch.Tensor,
    photos: int,
) -> Measurement:
    """means: (alphas, 1 + paintings): content, then the style loss against each painting."""
    short, side = config.data.measured_px, config.data.measured_square_px
    over = f"{config.data.validation}: short side {short} px, centre squares of {side} px"
    columns = ("alpha", "content", *_list_paintings(config, dial))
    rows = tuple((alpha, *row) for alpha, row in zip(alphas, means.tolist(), strict=True))
    return Measurement(dial.id, over, photos, columns, rows)


def _measure_losses(
    photo: torch.Tensor,
    outputs: Iterable[torch.Tensor],
    network: LossNetwork,
    loss: StyleLossSettings,
    grams: Sequence[Grams],
) -> torch.Tensor:
    """(outputs, 1 + paintings) float64: content, then the style loss against each painting.

    outputs: what the net makes of the photo. An iterator computes them in here, without gradients.
    """
    pair, rows = LOSSES[loss.normalisation], []
    with torch.inference_mode():
        target = network(photo, (loss.content_layer,))[loss.content_layer]
        for output in outputs:
            found = network(output.clamp(0, 1), tuple({loss.content_layer, *loss.style_layers}))
            content = pair.content(found[loss.content_layer], target)
            styles = [pair.style(found, painting) for painting in grams]
            rows.append(torch.stack([content, *styles]).flatten().double().cpu())
    return torch.stack(rows)
