"""Differentiable augmentation (Zhao et al. 2020, https://arxiv.org/abs/2006.10738): a discriminator
only ever sees pictures shifted and with a part covered, made ones and photos alike. So it cannot
learn a few hundred photos by heart, and what the net makes stays as it is.

Colours are left alone: dials are about them.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F

MOST_SHIFT = 1 / 8  # of a side, as in the paper
COVERED = 1 / 2  # of a side: of the square that is covered
GREY = 0.5


def augment(images: torch.Tensor, chance: torch.Generator) -> torch.Tensor:
    """(B, C, S, S) in [0, 1] to the same; each picture by draws of its own, which `chance`, on the
    CPU, gives.
    """
    side = images.shape[-1]
    most, covered = round(side * MOST_SHIFT), round(side * COVERED)
    count = len(images)
    shifts = torch.randint(0, 2 * most + 1, (count, 2), generator=chance).tolist()
    centres = torch.randint(0, side + 1, (count, 2), generator=chance).to(images.device)
    padded = F.pad(images, (most, most, most, most), mode="replicate")
    shifted = torch.stack(
        [one[:, y : y + side, x : x + side] for one, (y, x) in zip(padded, shifts, strict=True)]
    )
    places = torch.arange(side, device=images.device)
    rows, columns = ((places - centres[:, i, None]).abs() <= covered / 2 for i in (0, 1))
    is_covered = (rows[:, :, None] & columns[:, None, :])[:, None]
    hidden = torch.where(is_covered, GREY, shifted)
    return hidden.contiguous(memory_format=torch.channels_last)
