"""Errors keep their class across the wire, also those of a newer version."""

from __future__ import annotations

from dynamic_style.backend.protocol import errors


def all_classes() -> list[type[errors.DynamicStyleError]]:
    return [
        cls
        for cls in vars(errors).values()
        if isinstance(cls, type) and issubclass(cls, errors.DynamicStyleError)
    ]


def test_every_code_leads_back_to_its_class() -> None:
    for cls in all_classes():
        assert errors.error_class(cls.code) is cls


def test_a_code_lies_below_its_parents() -> None:
    for cls in all_classes():
        parent = cls.__base__
        if parent not in (Exception, errors.DynamicStyleError):
            assert parent is not None
            assert cls.code.startswith(parent.code + ".")


def test_an_unknown_code_gives_the_nearest_known_parent() -> None:
    assert errors.error_class("pack.licence.expired") is errors.PackError
    assert errors.error_class("quantum") is errors.DynamicStyleError
    assert errors.error_class("") is errors.DynamicStyleError
    assert errors.error_class("...") is errors.DynamicStyleError


def test_the_tree_on_top_of_the_file_names_every_class() -> None:
    assert errors.__doc__ is not None
    listed = {word for word in errors.__doc__.split() if word.endswith("Error")}
    assert {cls.__name__ for cls in all_classes()} <= listed
