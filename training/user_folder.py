"""The user's own folder for training: runs that name no other one, and the loss network."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

from .errors import TrainingError

FOLDER_VARIABLE = "DYNAMIC_STYLE_TRAINING"


def training_folder() -> Path:
    """Beside the user's packs; DYNAMIC_STYLE_TRAINING overrules it. It need not exist.

    Raises TrainingError where no home folder is known.
    """
    named = os.environ.get(FOLDER_VARIABLE)
    if named:
        return Path(named).absolute()
    folder = Path(platformdirs.user_data_dir("dynamic-style", appauthor=False)) / "training"
    if not folder.is_absolute():
        raise TrainingError(
            f"no home folder is known; name a folder for trainings in {FOLDER_VARIABLE}, with its "
            "whole path"
        )
    return folder
