"""Keep a photo's colours: the lightness of the result with the hue and chroma of the photo.

Works in Oklab (https://bottosson.github.io/posts/oklab/), where the three are nearly independent
for the eye. Pictures are float32 (1, 3, H, W), RGB, [0, 1], sRGB-encoded.
"""

from __future__ import annotations

import torch

from .srgb import decode_srgb, encode_srgb

SRGB_TO_LMS = (
    (0.4122214708, 0.5363325363, 0.0514459929),
    (0.2119034982, 0.6806995451, 0.1073969566),
    (0.0883024619, 0.2817188376, 0.6299787005),
)
LMS_TO_OKLAB = (
    (0.2104542553, 0.7936177850, -0.0040720468),
    (1.9779984951, -2.4285922050, 0.4505937099),
    (0.0259040371, 0.7827717662, -0.8086757660),
)
STRIP_PIXELS = 1 << 20  # bounds the memory for large pictures
BISECTIONS = 9  # of chroma, to a 512th: finer than 8 bits can show
GAMUT_SLACK = 1e-4  # what rounding may add at white and black


def preserve_color(photo: torch.Tensor, result: torch.Tensor) -> torch.Tensor:
    """The result's lightness with the photo's hue and chroma, both (1, 3, H, W). Colours that sRGB
    cannot show at that lightness lose chroma, never lightness or hue.
    """
    rows = max(1, STRIP_PIXELS // max(1, photo.shape[-1]))
    with torch.inference_mode():
        strips = zip(torch.split(photo, rows, 2), torch.split(result, rows, 2), strict=True)
        return torch.cat([_recolor(photo_, result_) for photo_, result_ in strips], dim=2)


def _recolor(photo: torch.Tensor, result: torch.Tensor) -> torch.Tensor:
    lightness = _to_oklab(result[0].flatten(1))[:1]  # (1, N)
    chroma = _to_oklab(photo[0].flatten(1))[1:]  # (2, N)
    linear = _to_linear_rgb(lightness, chroma)
    outside = _is_outside(linear).nonzero()[:, 0]
    if len(outside):
        linear[:, outside] = _most_chroma(lightness[:, outside], chroma[:, outside])
    return encode_srgb(linear.clamp(0, 1)).reshape(photo.shape)


def _most_chroma(lightness: torch.Tensor, chroma: torch.Tensor) -> torch.Tensor:
    """Linear RGB (3, N) with as much of the chroma (2, N) as sRGB can show at lightness (1, N)."""
    low, step = torch.zeros_like(lightness), 1.0
    for _ in range(BISECTIONS):
        step /= 2
        outside = _is_outside(_to_linear_rgb(lightness, (low + step) * chroma))
        low += step * ~outside
    return _to_linear_rgb(lightness, low * chroma)


def _is_outside(linear: torch.Tensor) -> torch.Tensor:
    return (linear.amin(0) < -GAMUT_SLACK) | (linear.amax(0) > 1 + GAMUT_SLACK)


def _to_oklab(rgb: torch.Tensor) -> torch.Tensor:
    """(3, N) sRGB-encoded to (3, N) lightness, a, b."""
    lms = torch.matmul(rgb.new_tensor(SRGB_TO_LMS), decode_srgb(rgb)).clamp(min=0)
    return torch.matmul(rgb.new_tensor(LMS_TO_OKLAB), lms.pow(1 / 3))


def _to_linear_rgb(lightness: torch.Tensor, chroma: torch.Tensor) -> torch.Tensor:
    """(1, N) and (2, N) of Oklab to linear (3, N), which may leave [0, 1]."""
    from_oklab = torch.linalg.inv(lightness.new_tensor(LMS_TO_OKLAB))
    from_lms = torch.linalg.inv(lightness.new_tensor(SRGB_TO_LMS))
    lms = torch.matmul(from_oklab, torch.cat([lightness, chroma]))
    return torch.matmul(from_lms, lms * lms * lms)
