"""What a script, or somebody in a dialog, says of dials over time, checked against a pack; and what
a result's recipe keeps of it.
"""

from __future__ import annotations

from ...protocol.animation.alpha_keys import EASES, AlphaKeys
from ...protocol.animation.alpha_text import DialOverTime, parse_alphas
from ...protocol.dial_spec import DialSpec, check_numbers, unknown_dial
from ...protocol.errors import AlphaError, UsageError
from ...protocol.messages import PackEntry
from ..recipe import MAX_KEYS_TEXT, FrameKeys
from ..translations import tr
from .frame_plan import Curves, Dials


def read_ease(text: str) -> str:
    """Raises UsageError for what is no ease."""
    if text not in EASES:
        raise UsageError(
            tr("ease: '{word}' is not one of {words}").format(word=text, words=", ".join(EASES))
        )
    return text


def dial_curves(pack: PackEntry, text: str, ease: str) -> tuple[Dials, Curves]:
    """Every dial of the pack as it stands, and the curves of those that move. text: as
    alpha_text.py has it; dials that it does not name stand at their defaults. Raises AlphaError.
    """
    dials: dict[str, tuple[float, ...]] = {d.id: (d.default,) for d in pack.dials}
    curves: dict[str, AlphaKeys] = {}
    seen = set()
    for said in parse_alphas([text], ease, given="alpha") if text.strip() else ():
        dial = _find_dial(pack, said)
        if dial.id in seen:
            raise AlphaError(
                tr("alpha: dial '{dial}' is set twice; give it once").format(dial=dial.id)
            )
        seen.add(dial.id)
        if said.keys is None:
            dials[dial.id] = _numbers(said.numbers or "")
            check_numbers(dial, dials[dial.id])
        else:
            curves[dial.id] = said.keys
            for alpha in said.keys.alphas:
                check_numbers(dial, (alpha,))
    return dials, curves


def curves_text(curves: Curves) -> str:
    """The text that dial_curves() takes back to the same curves."""
    return ",".join(
        f"{dial}=" + ",".join(f"{frame}={float(alpha)!r}" for frame, alpha in keys.keys)
        for dial, keys in curves.items()
    )


def kept_keys(alpha: str, ease: str, span: tuple[int, int] | None = None) -> FrameKeys | None:
    """For a recipe; None for what is longer than a recipe may be."""
    return None if len(alpha) > MAX_KEYS_TEXT else FrameKeys(alpha, ease, span)


def _find_dial(pack: PackEntry, said: DialOverTime) -> DialSpec:
    if not pack.dials:
        raise AlphaError(tr("pack '{pack}' has no dials; leave alpha empty").format(pack=pack.id))
    if said.name is None:
        return pack.dials[0]
    for dial in pack.dials:
        if dial.id.casefold() == said.name.casefold():
            return dial
    raise unknown_dial(said.name, pack.dials, pack=pack.id)


def _numbers(text: str) -> tuple[float, ...]:
    try:
        return tuple(float(part) for part in text.split(","))
    except ValueError as error:
        raise AlphaError(
            tr("alpha: '{text}' is no number; write it with a point, such as 0.6").format(text=text)
        ) from error
