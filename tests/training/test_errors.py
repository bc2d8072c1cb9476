"""Training's branch of the error tree: one exit code, and codes that say whose it is."""

from __future__ import annotations

from dynamic_style.backend.protocol.errors import DynamicStyleError
from dynamic_style.training import errors

CLASSES = [
    cls
    for cls in vars(errors).values()
    if isinstance(cls, type) and issubclass(cls, errors.TrainingError)
]


def test_training_ends_with_one_exit_code_and_codes_of_its_own() -> None:
    assert errors.TrainingError.__base__ is DynamicStyleError
    assert {cls.exit_code for cls in CLASSES} == {6}
    assert len({cls.code for cls in CLASSES}) == len(CLASSES)
    assert all(f"{cls.code}.".startswith("training.") for cls in CLASSES)


def test_the_tree_on_top_of_the_file_names_every_class() -> None:
    assert errors.__doc__ is not None
    assert {cls.__name__ for cls in CLASSES} <= set(errors.__doc__.split())
