"""Checks before step 1 of all that the export will want: a pack that cannot be written is found out
before its training.
"""

from __future__ import annotations

import re
from pathlib import Path

from dynamic_style.backend.packs import Manifest
from dynamic_style.backend.packs.writer import check_manifest, check_target
from dynamic_style.backend.protocol.errors import PackFormatError

from .errors import ConfigError
from .pack_export import PREVIEW_PX, Outcome, build_manifest
from .photos.reading import read_picture
from .settings import PackSettings
from .tasks import read_config

CONFIGS = Path(__file__).resolve().parent / "configs"
PROJECT = "The Dynamic Style authors"
UNKNOWN_SHA256 = "0" * 64
# Where what the manifest says comes from in a config, the most special first.
KEYS = {
    r"pack\.json\.licences\.weights": "pack.weights_licence",
    r"pack\.json\.licences\.style_images": "pack.style_licences",
    r"pack\.json\.licences\.training_data\[0\]": "pack.data_licence",
    r"pack\.json\.licences\.training_data": "pack.data_licences",
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


def check_config(path: Path) -> PackSettings:
    """Check everything about a config that the training does not need but its pack does.

    Returns what it says of its pack. Raises ConfigError, LossNetworkError, and a PackError where
    the pack that the run starts from cannot be used.
    """
    task, config, text = read_config(path)
    manifest = build_manifest(
        config,
        text,
        description=task.describe(config),
        outcome=Outcome(UNKNOWN_SHA256, 0.0, task.list_tables(config)),
    )
    _check_manifest(manifest, str(path))
    _check_rights(config.pack, str(path))
    return config.pack


def check_output(folder: Path, photo: Path | None) -> None:
    """Check the folder that the pack goes to, and the photo that its preview shows, if one does.

    Raises PackInstallError and DatasetError.
    """
    check_target(folder)
    if photo is not None:
        read_picture(photo, short_side_px=PREVIEW_PX)


def _check_manifest(manifest: Manifest, name: str) -> None:
    """Raise ConfigError, which names the config's keys, for what no manifest may say."""
    try:
        check_manifest(manifest, pack="")
    except PackFormatError as error:
        problem = GENERAL_ADVICE.sub("", str(error).removeprefix(": "))
        for place, key in KEYS.items():
            problem = re.sub(place, key, problem)
        raise ConfigError(
            f"{name}: {problem}; no pack can be written so, mend the config before it is trained"
        ) from error


def _check_rights(pack: PackSettings, name: str) -> None:
    """Check that the config says whose pack it is, and does not call it this project's.

    name: the config's, for the message. Raises ConfigError.
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
