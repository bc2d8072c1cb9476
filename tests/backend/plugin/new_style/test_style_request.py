"""What hosts know of trainings without importing them is what trainings do."""

from __future__ import annotations

from dynamic_style.backend.images.formats import READABLE_SUFFIXES
from dynamic_style.backend.plugin.new_style import run_folder, run_state, style_request
from dynamic_style.backend.plugin.new_style.run_texts import dials_text, quality_text
from dynamic_style.backend.protocol.process import user_folders
from dynamic_style.training import user_folder
from dynamic_style.training.loop import progress_file
from dynamic_style.training.new_pack import naming, preparation, recipe
from dynamic_style.training.photos import gathering


def test_the_numbers_are_those_of_training() -> None:
    assert set(style_request.QUALITIES) == set(recipe.QUALITIES)
    assert {dial for dials in style_request.DIAL_CHOICES for dial in dials} == set(recipe.DIALS)
    assert style_request.LEAST_PX == recipe.FULL.least_painting == recipe.SMALL.least_painting
    assert recipe.TRIAL.least_painting == style_request.LEAST_TRIAL_PX
    assert style_request.FEWEST_PHOTOS == gathering.FEWEST
    assert style_request.PICTURE_SUFFIXES == READABLE_SUFFIXES
    assert style_request.MOST_TITLE == naming.MOST_TITLE


def test_the_names_are_those_of_training() -> None:
    assert run_state.PROGRESS_NAME == progress_file.PROGRESS
    assert user_folders.TRAINING_VARIABLE == user_folder.FOLDER_VARIABLE
    ours = {run_folder.NOTE_NAME, run_folder.PAINTING_NAME, run_folder.OUTPUT_NAME}
    assert ours.isdisjoint({preparation.DATA, preparation.PILOT, "config.toml", "progress.json"})


def test_every_choice_has_a_text() -> None:
    assert len({quality_text(quality) for quality in style_request.QUALITIES}) == 4
    assert len({dials_text(dials) for dials in style_request.DIAL_CHOICES}) == 2
