"""A trained net becomes a style pack: manifest with the measured tables, preview and thumbnail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path

import torch
from PIL import Image

from dynamic_style.backend.nets.alpha import Alpha
from dynamic_style.backend.nets.dynamic_net import DynamicNet
from dynamic_style.backend.packs.manifest import (
    Architecture,
    Comparison,
    DialSpec,
    Licence,
    Licences,
    LossRecord,
    Manifest,
    Measurement,
    TrainingRecord,
)
from dynamic_style.backend.packs.reader import Pack
from dynamic_style.backend.packs.writer import write_pack

from ..photos.reading import centre_crop, read_picture
from ..photos.sample_sheet import to_picture
from .config import DialSettings, LicenceText, TrainingConfig
from .run import TrainedRun
from .task import list_phases

PREVIEW_PX, THUMBNAIL_PX = 256, 256
PREVIEW_ALPHAS = (0.0, 0.25, 0.5, 0.75, 1.0, 1.3)
PREVIEW_ALPHAS_DUAL = (-1.0, -0.6, -0.2, 0.2, 0.6, 1.0)


def export_pack(
    trained: TrainedRun, folder: Path, *, measurements: tuple[Measurement, ...], photo: Path
) -> None:
    """Write the pack into folder. photo: freely licensed, shown stylised in the preview.

    Raises DatasetError for an unreadable photo and PackError where write_pack does.
    """
    config, net = trained.config, trained.net.cpu()
    picture = read_picture(photo, short_side_px=2 * PREVIEW_PX)
    square = centre_crop(picture, 2 * PREVIEW_PX)
    dial = config.dials[0]
    alphas = PREVIEW_ALPHAS if dial.lower is None else PREVIEW_ALPHAS_DUAL
    row = strip([_stylised(net, square, {dial.id: Alpha((a,))}) for a in alphas])
    thumbnail = _stylised(net, square, {dial.id: Alpha((dial.default,))})
    write_pack(
        folder,
        manifest=make_manifest(
            config,
            trained.config_text,
            taps=tuple(net.taps),
            base=trained.base,
            made=Made(trained.network.sha256, trained.seconds, measurements),
        ),
        net=net,
        preview=row,
        include_main=trained.base is None,
        thumbnail=thumbnail.resize((THUMBNAIL_PX, THUMBNAIL_PX), Image.Resampling.LANCZOS),
    )


@dataclass(frozen=True)
class Made:
    """What a manifest says that only the training brings about."""

    loss_network_sha256: str
    seconds: float
    measurements: tuple[Measurement, ...]
    comparisons: tuple[Comparison, ...] = ()


def make_manifest(
    config: TrainingConfig,
    config_text: str,
    *,
    taps: tuple[str, ...],
    base: Pack | None,
    made: Made,
) -> Manifest:
    """taps: all the net's. base: the pack that the result is an add-on to."""
    pack, loss = config.pack, config.loss
    return Manifest(
        id=pack.id,
        version=pack.version,
        title=pack.title,
        summary=pack.summary,
        authors=pack.authors,
        created=datetime.now(timezone.utc).date().isoformat(),
        task=config.task,
        architecture=Architecture("style_transfer", config.net.width, taps),
        dials=tuple(_dial_spec(dial, taps) for dial in config.dials),
        licences=Licences(
            weights=as_licence(pack.weights_licence),
            style_images=tuple(as_licence(text) for text in pack.style_licences),
            training_data=(as_licence(pack.data_licence),),
        ),
        working_size_px=pack.working_size_px,
        training=TrainingRecord(
            config=config_text,
            seed=config.seed,
            steps={phase.name: phase.steps for phase in list_phases(config)},
            loss_network_sha256=made.loss_network_sha256,
            lambdas=_lambdas(config),
            loss=LossRecord(loss.content_layer, loss.style_layers, loss.normalisation),
            duration_s=round(made.seconds, 1),
            tool_version=version("dynamic-style"),
        ),
        measurements=made.measurements,
        base_id=None if base is None else base.manifest.id,
        base_main_sha256=None if base is None else base.main_sha256,
    )


def _dial_spec(dial: DialSettings, taps: tuple[str, ...]) -> DialSpec:
    return DialSpec(
        id=dial.id,
        title=dial.title,
        label_low=dial.label_low,
        label_high=dial.label_high,
        taps=dial.taps or taps,
        dual=dial.lower is not None,
        trained_range=dial.trained_range,
        safe_range=dial.safe_range,
        default=dial.default,
    )


def as_licence(text: LicenceText) -> Licence:
    return Licence(spdx=text.spdx or None, note=text.note, author=text.author, source=text.source)


def _lambdas(config: TrainingConfig) -> Mapping[str, float]:
    lambdas = {"main": config.main.objective.style_weight}
    for dial in config.dials:
        lambdas[f"{dial.id}.higher"] = dial.higher.style_weight
        if dial.lower is not None:
            lambdas[f"{dial.id}.lower"] = dial.lower.style_weight
    return lambdas


def _stylised(net: DynamicNet, square: torch.Tensor, alphas: Mapping[str, Alpha]) -> Image.Image:
    with torch.inference_mode():
        return to_picture(net(square, alphas))


def strip(pictures: list[Image.Image]) -> Image.Image:
    """The pictures side by side, each PREVIEW_PX square."""
    row = Image.new("RGB", (PREVIEW_PX * len(pictures), PREVIEW_PX))
    for i, picture in enumerate(pictures):
        small = picture.resize((PREVIEW_PX, PREVIEW_PX), Image.Resampling.LANCZOS)
        row.paste(small, (i * PREVIEW_PX, 0))
    return row
