"""--alpha: from the words of the command line to each dial's numbers. Needs no torch."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ...packs import DialSpec, Manifest
from ...protocol.dial_spec import check_numbers, unknown_dial
from ...protocol.errors import AlphaError

ALPHA_HELP = (
    "how far a dial is turned: --alpha 0.6 turns the pack's first dial, --alpha strength=0.6 one "
    "by its name (for several repeat it, or write strength=0.6,wave=0.4), --alpha "
    "strength=0.2,0.6,1 each of its taps by itself. 0 is the plain net, 1 what the dial was "
    "trained for; beyond the trained range it extrapolates. Dials that are not named stay at the "
    "pack's default"
)

_NEXT_DIAL = re.compile(r",(?=[^,=]+=)")  # strength=0.2,0.6,1,wave=0.4 names two
DialNumbers = dict[str, tuple[float, ...]]  # dial id -> one number, or one per tap of the dial


def read_dials(texts: Sequence[str], manifest: Manifest) -> DialNumbers:
    """Every dial's numbers: those asked for, the pack's defaults for the others.

    Raises AlphaError for an unknown dial, one named twice, or what is no number.
    """
    asked: DialNumbers = {}
    for text in (part for given in texts for part in _NEXT_DIAL.split(given)):
        name, equals, values = text.rpartition("=")
        dial = find_dial(name, manifest) if equals else first_dial(manifest)
        if dial.id in asked:
            raise AlphaError(f"--alpha {text}: dial '{dial.id}' is set twice; give it once")
        asked[dial.id] = read_numbers(values, given=f"--alpha {text}")
        check_numbers(dial, asked[dial.id])
    return {dial.id: asked.get(dial.id, (dial.default,)) for dial in manifest.dials}


def find_dial(name: str, manifest: Manifest) -> DialSpec:
    """The dial of that id, in whatever case. Raises AlphaError that names a near one and all."""
    wanted = name.strip().casefold()
    for dial in manifest.dials:
        if dial.id.casefold() == wanted:
            return dial
    raise unknown_dial(name, manifest.dials, pack=manifest.id)


def first_dial(manifest: Manifest) -> DialSpec:
    """The pack's main dial. Raises AlphaError for a pack without dials."""
    if not manifest.dials:
        raise AlphaError(f"pack '{manifest.id}' has no dials; leave --alpha out")
    return manifest.dials[0]


def range_notes(numbers: DialNumbers, manifest: Manifest) -> tuple[list[str], list[str]]:
    """Notes on numbers beyond what a dial was trained on, warnings on those beyond what is safe."""
    notes, warnings = [], []
    for dial in manifest.dials:
        for number in dict.fromkeys(numbers.get(dial.id, ())):
            if not _within(number, dial.safe_range):
                warnings.append(
                    f"dial '{dial.id}' at {number:g} is beyond its safe range "
                    f"{_range(dial.safe_range)}: expect artefacts"
                )
            elif not _within(number, dial.trained_range):
                notes.append(
                    f"dial '{dial.id}' at {number:g} is beyond its trained range "
                    f"{_range(dial.trained_range)}: the result is extrapolated"
                )
    return notes, warnings


def read_numbers(text: str, *, given: str) -> tuple[float, ...]:
    """'0,.25,1' to numbers. given: the option as the user wrote it, for the AlphaError."""
    try:
        return tuple(float(part) for part in text.split(","))
    except ValueError as error:
        raise AlphaError(
            f"{given}: not a number; write numbers with a point, such as 0.6, "
            "and commas between several"
        ) from error


def _within(number: float, limits: tuple[float, float]) -> bool:
    return number == 0 or limits[0] <= number <= limits[1]  # at 0 the dial does nothing


def _range(limits: tuple[float, float]) -> str:
    return f"{limits[0]:g} to {limits[1]:g}"
