"""Making a picture of a seed with a pack: the one path of the command line and the backend.

The seed gives the latent, the numbers that the net makes a picture of, without any rounding that
depends on the computer: they are the same, bit for bit, everywhere and for every engine. No torch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from ..compute.engine import ReadyPack, StageDone
from ..compute.out_of_memory import name_lack_of_memory
from ..images.color.icc_profile import Floats
from ..nets.architectures import GENERATED_PX, LATENT_NUMBERS
from ..protocol.dial_spec import DialSetting
from .dial_alphas import make_alphas
from .unit_range import as_picture

MANTISSA_BITS = 53  # of a float64: so many of the random bits make a number


@dataclass(frozen=True)
class GenerateSettings:
    """dials: by id, those not named stand at 0. seed: from 0 on; each gives its own picture."""

    dials: Mapping[str, DialSetting] = field(default_factory=dict)
    seed: int = 0


def generate(
    pack: ReadyPack, settings: GenerateSettings, *, on_stage: StageDone | None = None
) -> Floats:
    """The picture, float32 (GENERATED_PX, GENERATED_PX, 3), RGB, [0, 1], sRGB-encoded.

    In float32 unless bfloat16 was asked for by name: it takes milliseconds either way, and a seed
    is to give the same picture everywhere. on_stage(done, total) may raise to stop. Raises
    AlphaError, and DeviceError when memory runs out.
    """
    alphas = make_alphas(pack.manifest, settings.dials)
    with name_lack_of_memory(
        f"making a picture of {GENERATED_PX} x {GENERATED_PX} pixels", advice="close programs"
    ):
        net = pack.net.for_deep_results()
        return as_picture(net.run(draw_latent(settings.seed), alphas, on_stage))


def draw_latent(seed: int) -> Floats:
    """What the net makes a seed's picture of: (1, 1, LATENT_NUMBERS) in [-1, 1], uniform, as
    DCGAN's is.

    Each number is the upper MANTISSA_BITS of 64 bits of the bit generator PCG64, whose raw output
    NumPy promises to keep.
    """
    bits = np.random.PCG64(seed).random_raw(LATENT_NUMBERS) >> np.uint64(64 - MANTISSA_BITS)
    numbers = bits.astype(np.float64) * 2.0 ** (1 - MANTISSA_BITS) - 1
    latent: Floats = numbers.astype(np.float32).reshape(1, 1, LATENT_NUMBERS)
    return latent
