"""A trained completion net becomes a pack: manifest with the measured tables, and pictures."""

from __future__ import annotations

from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path

import torch
from PIL import Image

from dynamic_style.backend.nets.alpha import Alpha
from dynamic_style.backend.packs.manifest import (
    Architecture,
    DialSpec,
    Licences,
    Manifest,
    TrainingRecord,
)
from dynamic_style.backend.packs.writer import write_pack
from dynamic_style.backend.tasks.completion import start_completion

from ..photos.reading import centre_crop, read_picture
from ..photos.sample_sheet import to_picture
from ..style_transfer.export import PREVIEW_PX, Made, as_licence, strip
from .config import CompletionConfig, CompletionDialSettings
from .evaluate import CompletionMeasures
from .holes import square_hole
from .run import TrainedCompletion
from .task import list_completion_phases

PREVIEW_ALPHAS = (0.0, 0.25, 0.5, 0.75, 1.0)
PREVIEW_HOLE_PX = 96


def export_completion(
    trained: TrainedCompletion, folder: Path, *, measured: CompletionMeasures, photo: Path
) -> None:
    """Write the pack into folder. photo: freely licensed, shown with a hole and its fills.

    Raises DatasetError for an unreadable photo and PackError where write_pack does.
    """
    net, dial = trained.net.cpu(), trained.config.dials[0]
    square = centre_crop(read_picture(photo, short_side_px=PREVIEW_PX), PREVIEW_PX)
    hole = torch.from_numpy(square_hole(PREVIEW_PX, PREVIEW_HOLE_PX))[None, None]
    completion = start_completion(net, square, hole.float())
    filled = [completion.run({dial.id: Alpha((alpha,))}) for alpha in PREVIEW_ALPHAS]
    holed = torch.where(hole, torch.ones_like(square), square)
    write_pack(
        folder,
        manifest=completion_manifest(
            trained.config,
            trained.config_text,
            taps=tuple(net.taps),
            made=Made(
                trained.network.sha256, trained.seconds, measured.tables, measured.comparisons
            ),
        ),
        net=net,
        preview=strip([to_picture(picture) for picture in (holed, *filled)]),
        thumbnail=_half_and_half(holed, completion.run({dial.id: Alpha((dial.default,))})),
    )


def completion_manifest(
    config: CompletionConfig, config_text: str, *, taps: tuple[str, ...], made: Made
) -> Manifest:
    """taps: all the net's."""
    pack = config.pack
    lambdas = {"main": config.main.adversarial_weight}
    return Manifest(
        id=pack.id,
        version=pack.version,
        title=pack.title,
        summary=pack.summary,
        authors=pack.authors,
        created=datetime.now(timezone.utc).date().isoformat(),
        task=config.task,
        architecture=Architecture(config.task, config.net.width, taps),
        dials=tuple(_dial_spec(dial, taps) for dial in config.dials),
        licences=Licences(
            weights=as_licence(pack.weights_licence),
            style_images=(),
            training_data=(as_licence(pack.data_licence),),
        ),
        working_size_px=pack.working_size_px,
        training=TrainingRecord(
            config=config_text,
            seed=config.seed,
            steps={phase.name: phase.steps for phase in list_completion_phases(config)},
            loss_network_sha256=made.loss_network_sha256,
            lambdas=lambdas | {f"{dial.id}.higher": 0.0 for dial in config.dials},
            duration_s=round(made.seconds, 1),
            tool_version=version("dynamic-style"),
        ),
        measurements=made.measurements,
        comparisons=made.comparisons,
    )


def _dial_spec(dial: CompletionDialSettings, taps: tuple[str, ...]) -> DialSpec:
    return DialSpec(
        id=dial.id,
        title=dial.title,
        label_low=dial.label_low,
        label_high=dial.label_high,
        taps=dial.taps or taps,
        dual=False,
        trained_range=dial.trained_range,
        safe_range=dial.safe_range,
        default=dial.default,
    )


def _half_and_half(holed: torch.Tensor, filled: torch.Tensor) -> Image.Image:
    """The hole on the left, its fill on the right."""
    middle = holed.shape[-1] // 2
    return to_picture(torch.cat([holed[..., :middle], filled[..., middle:]], dim=-1))
