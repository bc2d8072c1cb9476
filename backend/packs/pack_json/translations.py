"""What a pack calls itself and its dials in a language other than English."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ...protocol.dial_spec import DialSpec
from ...protocol.errors import PackFormatError
from .strict_json import Fields, shown

LONGEST_TITLE, LONGEST_SUMMARY = 100, 1000  # characters
LONGEST_DIAL_TITLE, LONGEST_LABEL = 60, 40
MOST_LANGUAGES = 64
_LANGUAGE = re.compile(r"[a-z]{2,3}(_([A-Z][a-z]{3}|[A-Z]{2}))?")
_DIAL_TEXTS = ("title", "label_low", "label_high")


@dataclass(frozen=True)
class DialTexts:
    title: str
    label_low: str
    label_high: str


@dataclass(frozen=True)
class Translation:
    """Texts of one language; what is None, and dials that are not named, stay English. dials: by
    the dial's id.
    """

    title: str | None = None
    summary: str | None = None
    dials: Mapping[str, DialTexts] = field(default_factory=dict)

    def of_dial(self, dial: DialSpec) -> DialSpec:
        """The dial with its texts in this language."""
        texts = self.dials.get(dial.id)
        return dial if texts is None else replace(dial, **vars(texts))


def read_translations(fields: Fields, key: str) -> dict[str, Translation]:
    """A manifest's member, by language. Raises PackFormatError."""
    members = fields.members(key, most=MOST_LANGUAGES)
    for name, (_, where) in members.items():
        if not _LANGUAGE.fullmatch(name):
            raise PackFormatError(
                f"{where}: {shown(name)} names no language; write it as in 'de' or 'pt_BR'"
            )
    return {name: _translation(*member) for name, member in members.items()}


def _translation(value: object, where: str) -> Translation:
    fields = Fields(value, where, (), optional=("title", "summary", "dials"))
    dials = fields.members("dials", most=MOST_LANGUAGES) if fields.has("dials") else {}
    return Translation(
        title=fields.text("title", limit=LONGEST_TITLE) if fields.has("title") else None,
        summary=(
            fields.text("summary", limit=LONGEST_SUMMARY, lines=True)
            if fields.has("summary")
            else None
        ),
        dials={name: _dial_texts(*member) for name, member in dials.items()},
    )


def _dial_texts(value: object, where: str) -> DialTexts:
    fields = Fields(value, where, _DIAL_TEXTS)
    return DialTexts(
        title=fields.text("title", limit=LONGEST_DIAL_TITLE),
        label_low=fields.text("label_low", limit=LONGEST_LABEL),
        label_high=fields.text("label_high", limit=LONGEST_LABEL),
    )
