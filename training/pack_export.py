"""A trained net becomes a pack: the manifest with its measured tables, preview and thumbnail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

from PIL import Image

from dynamic_style.backend.nets.dynamic_net import DynamicNet
from dynamic_style.backend.packs import (
    Architecture,
    DialTexts,
    Licence,
    Licences,
    LossRecord,
    Manifest,
    TrainingRecord,
    Translation,
)
from dynamic_style.backend.packs.tensors import Pack
from dynamic_style.backend.packs.writer import write_pack
from dynamic_style.backend.protocol.version import VERSION

from .claims import Claim, Measured
from .dials import describe_dials
from .loop.task import Phase
from .pack_card import make_card
from .settings import LicenceText, TaskConfig, TranslatedTexts

PREVIEW_PX, THUMBNAIL_PX = 256, 256


@dataclass(frozen=True)
class Description:
    """What a manifest says that follows from the config, in the task's own way.

    taps: all the net's. lambdas: by phase. base: the pack that the result will be an add-on to.
    grain: of the noise that the net has seen in its photos.
    """

    taps: tuple[str, ...]
    phases: tuple[Phase, ...]
    lambdas: Mapping[str, float]
    loss: LossRecord | None = None
    base: Pack | None = None
    grain: float = 0.0


@dataclass(frozen=True)
class Outcome:
    """What a manifest says that only the training brings about."""

    loss_network_sha256: str
    seconds: float
    measured: Measured


@dataclass(frozen=True)
class Pictures:
    """preview: squares, shown side by side. thumbnail: a square."""

    preview: Sequence[Image.Image]
    thumbnail: Image.Image


def build_manifest(
    config: TaskConfig, config_text: str, *, description: Description, outcome: Outcome
) -> Manifest:
    """The manifest as write_pack takes it. config_text: the TOML that config was read from."""
    pack, base = config.pack, description.base
    return Manifest(
        id=pack.id,
        version=pack.version,
        title=pack.title,
        summary=pack.summary,
        authors=pack.authors,
        created=datetime.now(timezone.utc).date().isoformat(),
        task=config.task,
        architecture=Architecture(config.task, config.net.width, description.taps),
        dials=describe_dials(config.dials, description.taps),
        licences=Licences(
            weights=_to_licence(pack.weights_licence),
            style_images=tuple(_to_licence(text) for text in pack.style_licences),
            training_data=tuple(
                _to_licence(text) for text in pack.data_licences or (pack.data_licence,)
            ),
        ),
        working_size_px=pack.working_size_px,
        training=TrainingRecord(
            config=config_text,
            seed=config.seed,
            steps={phase.name: phase.steps for phase in description.phases},
            loss_network_sha256=outcome.loss_network_sha256,
            lambdas=description.lambdas,
            loss=description.loss,
            duration_s=round(outcome.seconds, 1),
            tool_version=VERSION,
        ),
        measurements=outcome.measured.tables,
        comparisons=outcome.measured.comparisons,
        base_id=None if base is None else base.manifest.id,
        base_main_sha256=None if base is None else base.main_sha256,
        grain=description.grain,
        margin_px=pack.margin_px,
        translations={name: _translation(texts) for name, texts in pack.translations.items()},
    )


def write_trained_pack(
    folder: Path,
    *,
    manifest: Manifest,
    net: DynamicNet,
    pictures: Pictures,
    claims: Sequence[Claim] = (),
) -> None:
    """Write the pack into folder. net: on the CPU. claims: for its card. Raises PackError where
    write_pack does.
    """
    write_pack(
        folder,
        manifest=manifest,
        net=net,
        preview=_join(pictures.preview),
        include_main=not manifest.is_addon,
        thumbnail=_resize(pictures.thumbnail, THUMBNAIL_PX),
        write_card=lambda filled: make_card(filled, claims),
    )


def _to_licence(text: LicenceText) -> Licence:
    return Licence(spdx=text.spdx or None, note=text.note, author=text.author, source=text.source)


def _translation(texts: TranslatedTexts) -> Translation:
    dials = {dial: DialTexts(**vars(said)) for dial, said in texts.dials.items()}
    return Translation(texts.title or None, texts.summary or None, dials)


def _join(squares: Sequence[Image.Image]) -> Image.Image:
    """The squares side by side, each PREVIEW_PX wide."""
    row = Image.new("RGB", (PREVIEW_PX * len(squares), PREVIEW_PX))
    for i, square in enumerate(squares):
        row.paste(_resize(square, PREVIEW_PX), (i * PREVIEW_PX, 0))
    return row


def _resize(square: Image.Image, side_px: int) -> Image.Image:
    return square.resize((side_px, side_px), Image.Resampling.LANCZOS)
