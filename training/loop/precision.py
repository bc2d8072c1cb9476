"""The number type that a phase computes in, and whether it gives here what float32 does.

Kernels for bfloat16 are young, and some have been wrong on some processors without any error. So a
step is computed in both before a phase trains in bfloat16.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import torch

# Seen with sound convolutions: cosines of 0.968 to 0.9999, losses off by up to 0.2 %; with a wrong
# last one 0.57 and 0.8 % in a main net's phase, 0.87 and 11 % in a dial's.
LEAST_COSINE = 0.9
MOST_OFF = 0.03


def choose_dtype(precision: str, device: torch.device) -> torch.dtype:
    """precision: `auto`, float32 or bfloat16. `auto` is bfloat16 where the hardware multiplies it
    natively, since elsewhere it is slower, and float32 where torch cannot tell (2.6).
    """
    if precision == "float32":
        return torch.float32
    if precision == "bfloat16":
        return torch.bfloat16
    if device.type == "cuda":
        native = torch.cuda.is_bf16_supported(including_emulation=False)
    else:
        has = torch.cpu.get_capabilities() if hasattr(torch.cpu, "get_capabilities") else {}
        native = any(has.get(name, False) for name in ("avx512_bf16", "amx_bf16", "bf16"))
    return torch.bfloat16 if native else torch.float32


@dataclass(frozen=True)
class Comparison:
    """One step in float32 and in another type: the losses, and the cosine of their gradients."""

    exact: float
    other: float
    size: float  # of the loss: its own, or that of its largest part
    cosine: float

    @property
    def agrees(self) -> bool:
        """True as well where float32 gives no finite number: then the type is not at fault."""
        if not math.isfinite(self.exact):
            return True
        off = abs(self.other - self.exact)
        return off <= MOST_OFF * self.size and self.cosine >= LEAST_COSINE


@dataclass(frozen=True)
class StepLoss:
    """total is differentiable. size: what a difference of totals is large or small beside."""

    total: torch.Tensor
    size: float


def compare_with_float32(
    dtype: torch.dtype,
    compute_loss: Callable[[torch.dtype], StepLoss],
    parameters: Iterable[torch.nn.Parameter],
) -> Comparison:
    """Compare a step in float32 with the same in dtype. compute_loss: computes it in a given type.
    Leaves no gradients in the parameters.
    """
    trained = list(parameters)
    losses, gradients = [], []
    for kind in (torch.float32, dtype):
        loss = compute_loss(kind)
        found = torch.autograd.grad(loss.total, trained, allow_unused=True)
        flat = [gradient.double().flatten() for gradient in found if gradient is not None]
        losses.append(StepLoss(loss.total.detach(), loss.size))
        gradients.append(torch.cat(flat))
    exact, other = gradients
    size = float(exact.norm() * other.norm())
    cosine = float(exact @ other) / size if size else float(torch.equal(exact, other))
    return Comparison(float(losses[0].total), float(losses[1].total), losses[0].size, cosine)
