"""The curve of sRGB, IEC 61966-2-1."""

from __future__ import annotations

import torch


def decode_srgb(encoded: torch.Tensor) -> torch.Tensor:
    """sRGB-encoded to linear light, IEC 61966-2-1."""
    return torch.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)


def encode_srgb(linear: torch.Tensor) -> torch.Tensor:
    return torch.where(
        linear <= 0.0031308, linear * 12.92, 1.055 * linear.clamp(min=0) ** (1 / 2.4) - 0.055
    )
