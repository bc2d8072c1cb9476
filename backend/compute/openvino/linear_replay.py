"""A compiled net on one picture again and again, as a dial is turned.

The whole net is the quickest way there is to a moved dial: parts of it, cut where blocks are added,
took longer together than what they saved, in bfloat16 by far. But behind the style net's last tap
there is only a convolution, so what a dial does there is exactly linear in its alpha: where that
alone is moved, the picture is A + alpha * B, and both are kept.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from ..engine import Alphas, DialAlpha, Floats, StageDone
from .compiled_net import STEPS, CompiledNet


@dataclass
class _Line:
    """The pictures at one setting of all other taps. base: with nothing at the last one; effects:
    by dial and sign, what 1 (or -1) there adds to it.
    """

    earlier: dict[str, tuple[float, ...]]
    base: Floats | None = None
    effects: dict[tuple[str, bool], Floats] = field(default_factory=dict)


class LinearReplay:
    """A Replay. taps: how many the net has. at_last: the dials with blocks at the last of them;
    None where what comes behind it is not affine.
    """

    def __init__(
        self, net: CompiledNet, x: Floats, *, taps: int, at_last: frozenset[str] | None
    ) -> None:
        self.x = x
        self._net = net
        self._taps = taps
        self._at_last = at_last
        self._line: _Line | None = None  # None before the first run, and where there are maps

    @property
    def bytes(self) -> int:
        """Memory that is held between runs."""
        held = self.x.nbytes
        if self._line is not None:
            held += 0 if self._line.base is None else self._line.base.nbytes
            held += sum(effect.nbytes for effect in self._line.effects.values())
        return held

    def run(self, alphas: Alphas, on_stage: StageDone | None = None) -> Floats:
        """As Net.run(), but for rounding where the last tap alone was moved."""
        line = self._line_of(alphas)
        if line is None or self._line is None or line.earlier != self._line.earlier:
            self._line = line
            return self._net.run(self.x, alphas, on_stage)
        return self._along(self._line, alphas, on_stage)

    def _line_of(self, alphas: Alphas) -> _Line | None:
        if self._at_last is None or any(alpha.map is not None for alpha in alphas.values()):
            return None
        earlier = {dial: self._numbers(alpha)[:-1] for dial, alpha in alphas.items()}
        return _Line({dial: numbers for dial, numbers in earlier.items() if any(numbers)})

    def _along(self, line: _Line, alphas: Alphas, on_stage: StageDone | None) -> Floats:
        if line.base is None:
            line.base = self._with_last(alphas, {}, on_stage)
        made: Floats = line.base.copy()
        for dial, alpha in alphas.items():
            number = self._numbers(alpha)[-1]
            if number == 0 or dial not in (self._at_last or ()):
                continue
            is_above = number > 0
            if (dial, is_above) not in line.effects:
                unit = self._with_last(alphas, {dial: 1.0 if is_above else -1.0}, on_stage)
                line.effects[dial, is_above] = unit - line.base
            made += abs(number) * line.effects[dial, is_above]
        if on_stage is not None:
            on_stage(STEPS, STEPS)
        return made

    def _with_last(
        self, alphas: Alphas, last: dict[str, float], on_stage: StageDone | None
    ) -> Floats:
        """With other numbers at the last tap, 0 for dials that are not named."""
        turned = dict(alphas) | {
            dial: replace(alpha, numbers=(*self._numbers(alpha)[:-1], last.get(dial, 0.0)))
            for dial, alpha in alphas.items()
            if dial in (self._at_last or ())
        }
        return self._net.run(self.x, turned, on_stage)

    def _numbers(self, alpha: DialAlpha) -> tuple[float, ...]:
        """One for each tap."""
        return tuple(alpha.at_tap(index) for index in range(self._taps))
