"""A DynamicNet run on one picture again and again, as a dial is turned: only what follows the moved
dial is computed anew. Holds, per tap, the activation before it and the output of each block.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

import torch

from .alpha import Alpha, TapAlpha
from .dynamic_net import DynamicNet, StageDone
from .skip_connections import State, features, state_bytes, with_features

Key = tuple[object, ...]  # the settings that an activation depends on


@dataclass
class _Tap:
    """What is kept at one tap. key: the settings of all taps before it, under which the state was
    made.
    """

    key: Key
    state: State
    block_outputs: dict[tuple[str, str], torch.Tensor] = field(default_factory=dict)
    base: torch.Tensor | None = None  # at the last tap: the output for z itself
    effects: dict[tuple[str, str], torch.Tensor] = field(default_factory=dict)  # and per block

    @property
    def z(self) -> torch.Tensor:
        return features(self.state)


class IncrementalRun:
    """One net on one picture (1, 3, H, W). For one thread at a time."""

    def __init__(self, net: DynamicNet, x: torch.Tensor) -> None:
        self.net, self.x = net, x
        self.names = list(net.main)
        self.starts = [self.names.index(tap) for tap in net.taps]
        self.taps: dict[int, _Tap] = {}

    @property
    def bytes(self) -> int:
        """Memory held by the kept tensors."""
        kept = [self.x]
        for tap in self.taps.values():
            kept += [*tap.block_outputs.values(), *tap.effects.values()]
            kept += [] if tap.base is None else [tap.base]
        states = sum(state_bytes(tap.state) for tap in self.taps.values())
        return states + sum(tensor.nbytes for tensor in kept)

    def run(
        self,
        alphas: Mapping[str, Alpha],
        on_stage: StageDone | None = None,
        *,
        linear_end: bool = False,
    ) -> torch.Tensor:
        """What net(x, alphas, on_stage) gives, bit for bit; on_stage is called for each stage run.

        With linear_end, where the net ends affine and no map is in use, a move of the last tap
        alone is added to the output and not run through the last stages: equal but for float32
        rounding (1e-6).
        """
        keys = [_key(alphas, index) for index in range(len(self.starts) + 1)]
        start = self._first_valid(keys)
        h: State = self.x if start is None else self.taps[start].state
        first = 0 if start is None else self.starts[start]
        linear = (
            linear_end
            and start == len(self.starts) - 1  # or it would run the end twice where once will do
            and self.net.ends_affine
            and not any(a.map is not None for a in alphas.values())
        )
        for position in range(first, len(self.names)):
            if position in self.starts:
                index = self.starts.index(position)
                tap = self._keep(index, keys[index], h)
                if linear and index == len(self.starts) - 1:
                    return self._linear_end(tap, index, alphas)
                h = self._add(tap, index, alphas)
            h = self.net.main[self.names[position]](h)
            if on_stage is not None:
                on_stage(position + 1, len(self.names))
        return features(h)

    def _first_valid(self, keys: list[Key]) -> int | None:
        """The deepest tap whose activation still holds under the new settings."""
        valid = [i for i, tap in self.taps.items() if tap.key == keys[i]]
        return max(valid, default=None)

    def _keep(self, index: int, key: Key, state: State) -> _Tap:
        tap = self.taps.get(index)
        if tap is None or tap.key != key:
            tap = self.taps[index] = _Tap(key, state)
        return tap

    def _add(self, tap: _Tap, index: int, alphas: Mapping[str, Alpha]) -> State:
        name, h = self.names[self.starts[index]], tap.z
        for dial, alpha in alphas.items():

            def psi(side: str, dial: str = dial) -> torch.Tensor:
                if (dial, side) not in tap.block_outputs:
                    block = self.net.dial(dial).block(side, name)
                    tap.block_outputs[dial, side] = block(tap.z)
                return tap.block_outputs[dial, side]

            added = self.net.dial(dial).offset(name, tap.z, alpha.at_tap(index), psi)
            h = h if added is None else h + added
        return with_features(tap.state, h)

    def _linear_end(self, tap: _Tap, index: int, alphas: Mapping[str, Alpha]) -> torch.Tensor:
        """end(z + sum of alpha psi) = end(z) + sum of alpha (end(psi) - end(0)): end is affine."""
        name = self.names[self.starts[index]]
        if tap.base is None:
            tap.base = self._end(index, tap.z)
        output = tap.base
        for dial, alpha in alphas.items():

            def effect(side: str, dial: str = dial) -> torch.Tensor:
                if (dial, side) not in tap.effects:
                    psi = self.net.dial(dial).block(side, name)(tap.z)
                    corner = torch.zeros_like(psi[..., :16, :16])  # constant over the picture
                    constant = self._end(index, corner)[..., :1, :1]
                    tap.effects[dial, side] = self._end(index, psi) - constant
                return tap.effects[dial, side]

            added = self.net.dial(dial).offset(name, tap.z, alpha.at_tap(index), effect)
            output = output if added is None else output + added
        return output

    def _end(self, index: int, h: torch.Tensor) -> torch.Tensor:
        for name in self.names[self.starts[index] :]:
            h = self.net.main[name](h)
        return h


def _key(alphas: Mapping[str, Alpha], taps: int) -> Key:
    """What the activation before tap number `taps` depends on: the settings at the taps before."""
    settings = []
    for dial, alpha in alphas.items():
        at_taps = [alpha.at_tap(index) for index in range(taps)]
        if any(a.number for a in at_taps):
            settings.append((dial, tuple(a.number for a in at_taps), _digest(at_taps[0])))
    return tuple(settings)


def _digest(alpha: TapAlpha) -> str:
    if alpha.map is None:
        return ""
    pixels = alpha.map.detach().contiguous().cpu().numpy()
    return hashlib.sha256(pixels.tobytes() + repr(pixels.shape).encode()).hexdigest()
