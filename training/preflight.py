"""All that the export will want, asked before step 1, while a pack that cannot be written costs
nothing yet.
"""

from __future__ import annotations

import re
from pathlib import Path

from dynamic_style.backend.nets.completion_net import completion_net
from dynamic_style.backend.nets.style_transfer_net import style_transfer_net
from dynamic_style.backend.packs.folder_writer import check_target
from dynamic_style.backend.packs.manifest import Comparison, ComparisonRow, Manifest, Measurement
from dynamic_style.backend.packs.writer import check_manifest
from dynamic_style.backend.protocol.errors import PackFormatError

from .completion import evaluate as evaluate_completion
from .completion.config import CompletionConfig
from .completion.export import completion_manifest
from .errors import ConfigError
from .loss_network import check_layers
from .photos.reading import read_picture
from .style_transfer import evaluate
from .style_transfer.config import PackSettings, TrainingConfig
from .style_transfer.export import PREVIEW_PX, Made, make_manifest
from .style_transfer.run import initial_pack

CONFIGS = Path(__file__).resolve().parent / "configs"
PROJECT = "The Dynamic Style authors"
UNKNOWN_SHA256 = "0" * 64
# Where what the manifest says comes from in a config, the most special first.
KEYS = {
    r"pack\.json\.licences\.weights": "pack.weights_licence",
    r"pack\.json\.licences\.style_images": "pack.style_licences",
    r"pack\.json\.licences\.training_data\[0\]": "pack.data_licence",
    r"pack\.json\.measurements\[\d+\]\.dataset": "data.validation, as the tables will name it,",
    r"pack\.json\.comparisons\[\d+\]\.dataset": "data.validation, as the tables will name it,",
    r"pack\.json\.training\.config": "the config's text",
    r"pack\.json\.training\.": "",
    r"pack\.json\.architecture\.": "net.",
    r"pack\.json\.dials": "dials",
    r"pack\.json\.": "pack.",
    r"pack\.json": "pack",
}
GENERAL_ADVICE = re.compile(r"; correct it( or get the pack again from its author)?$")


def check_style(config: TrainingConfig, text: str, *, name: str) -> None:
    """Everything about a style config that the training does not need but its pack does.

    name: the config's. Raises ConfigError, LossNetworkError, and what initial_pack raises.
    """
    check_layers((config.loss.content_layer, *config.loss.style_layers))
    initial = initial_pack(config)
    dataset = evaluate.dataset_name(config)
    tables = []
    for dial in config.dials:
        columns = ("alpha", "content", *evaluate.style_columns(config, dial))
        rows = tuple((a, *(0.0 for _ in columns[1:])) for a in evaluate.alphas_of(dial))
        tables.append(Measurement(dial.id, dataset, 1, columns, rows))
    manifest = make_manifest(
        config,
        text,
        taps=tuple(style_transfer_net(1).taps),
        base=initial if config.main.steps == 0 else None,
        made=Made(UNKNOWN_SHA256, 0.0, tuple(tables)),
    )
    _check(manifest, name)
    check_rights(config.pack, name)


def check_completion(config: CompletionConfig, text: str, *, name: str) -> None:
    """The same for a completion config. Raises ConfigError and LossNetworkError."""
    check_layers(config.loss.measured_layers)
    columns = evaluate_completion.COLUMNS
    tables, comparisons = [], []
    for hole_px in config.data.measured_holes_px:
        dataset = evaluate_completion.dataset_name(config, hole_px)
        for dial in config.dials:
            rows = tuple((a, *(0.0 for _ in columns[1:])) for a in evaluate.UNITS)
            tables.append(Measurement(dial.id, dataset, 1, columns, rows))
        compared = evaluate_completion.COMPARED
        row = ComparisonRow(evaluate_completion.OURS, tuple(0.0 for _ in compared))
        comparisons.append(Comparison(dataset, 1, compared, (row,)))
    manifest = completion_manifest(
        config,
        text,
        taps=tuple(completion_net(1).taps),
        made=Made(UNKNOWN_SHA256, 0.0, tuple(tables), tuple(comparisons)),
    )
    _check(manifest, name)
    check_rights(config.pack, name)


def check_rights(pack: PackSettings, name: str) -> None:
    """That the config says whose pack it is, and does not pass it off as this project's.

    name: the config's. Raises ConfigError.
    """
    if not pack.authors:
        raise ConfigError(
            f"{name}: it does not say who made the pack; write your name under [pack], as in "
            'authors = ["A. Painter"]'
        )
    if not (pack.weights_licence.spdx or pack.weights_licence.note):
        raise ConfigError(
            f"{name}: it does not say under which licence the pack's weights are; write it under "
            '[pack], as in weights_licence = { spdx = "CC-BY-4.0" } or '
            '{ note = "all rights reserved" }'
        )
    if PROJECT in pack.authors and pack.id not in {path.stem for path in CONFIGS.rglob("*.toml")}:
        raise ConfigError(
            f"{name}: pack.authors says '{PROJECT}', and '{pack.id}' is none of their packs; "
            "write your own name, and your licence as pack.weights_licence"
        )


def check_output(folder: Path, photo: Path) -> None:
    """The folder that the pack goes to, and the photo that its preview shows.

    Raises PackInstallError and DatasetError.
    """
    check_target(folder)
    read_picture(photo, short_side_px=PREVIEW_PX)


def _check(manifest: Manifest, name: str) -> None:
    try:
        check_manifest(manifest, pack="")
    except PackFormatError as error:
        problem = GENERAL_ADVICE.sub("", str(error).removeprefix(": "))
        for place, key in KEYS.items():
            problem = re.sub(place, key, problem)
        raise ConfigError(
            f"{name}: {problem}; no pack can be written so, mend the config before it is trained"
        ) from error
