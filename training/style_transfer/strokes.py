"""What an eye sees in a painted picture and a loss does not: how large its strokes are, and whether
a regular mesh lies over its flat parts. Both look at brightness alone.
"""

from __future__ import annotations

import itertools
import math

import torch
from torch.nn import functional

FINEST_PX, BANDS = 0.7, 10  # standard deviation of the narrowest blur; each next is sqrt(2) wider
SPACING = math.sqrt(8) * math.pi / 2  # a wave's length per deviation of the band that shows it most

WINDOW_PX, STEP_PX = 64, 32  # a mesh is looked for in windows of this side, so far apart
MOST_WINDOWS = 64
FLATTEST = 0.15  # share of the photo's windows that count as flat, where their deviation is below
FLAT_DEVIATION = 0.04
LONGEST_PERIOD_PX = 16  # slower changes are the scene's own


def measure_stroke_spacing(image: torch.Tensor, photo: torch.Tensor) -> float:
    """Pixels from stroke to stroke in what a net has added to a photo, both (1, 3, H, W) RGB in
    [0, 1]: the middle, on a logarithmic scale, of the sizes at which there is more detail than in
    the photo. A picture painted at half the size and enlarged has twice the spacing, nearly. 0
    where nothing is added.
    """
    added = (_measure_detail(image) - _measure_detail(photo)).clamp(min=0)
    if not added.sum() > 0:
        return 0.0
    deviations = FINEST_PX * 2 ** (0.25 + torch.arange(BANDS) / 2)
    middle = (added * deviations.log()).sum() / added.sum()
    return float(middle.exp()) * SPACING


def measure_mesh(image: torch.Tensor, photo: torch.Tensor) -> float:
    """How much one period stands out of all periods of its length in the flat parts of the photo
    that the picture was made of, both (1, 3, H, W) RGB in [0, 1]: 2 to 5 for a painting, above 15
    for a clear mesh. 0 where nothing is flat or the picture is smaller than a window.
    """
    if min(photo.shape[-2:]) < WINDOW_PX:
        return 0.0
    deviations = _cut_windows(photo).flatten(1).std(dim=1)
    flat = deviations.argsort()[: max(1, round(FLATTEST * len(deviations)))]
    windows = _cut_windows(image)[flat[deviations[flat] < FLAT_DEVIATION]]
    if not len(windows):
        return 0.0
    taper = torch.hann_window(WINDOW_PX, periodic=False)
    tapered = windows[:: max(1, len(windows) // MOST_WINDOWS)] * taper[:, None] * taper
    power = torch.fft.rfft2(tapered).abs().square().mean(dim=0)
    down, across = torch.fft.fftfreq(WINDOW_PX), torch.fft.rfftfreq(WINDOW_PX)
    ring = torch.hypot(down[:, None], across).mul(WINDOW_PX).round().long()
    peaks = [
        float(power[ring == radius].amax() / power[ring == radius].mean().clamp(min=1e-20))
        for radius in range(WINDOW_PX // LONGEST_PERIOD_PX, WINDOW_PX // 2)
    ]
    return max(peaks)


def _take_brightness(image: torch.Tensor) -> torch.Tensor:
    """(1, 3, H, W) -> (1, 1, H, W)."""
    weights = torch.tensor([0.299, 0.587, 0.114])  # Rec. 601 luma
    return (image.cpu().float().clamp(0, 1) * weights[:, None, None]).sum(dim=1, keepdim=True)


def _measure_detail(image: torch.Tensor) -> torch.Tensor:
    """(BANDS,): mean square of the difference of each blur from the next wider one."""
    brightness = _take_brightness(image)
    blurred = [_blur(brightness, FINEST_PX * 2 ** (i / 2)) for i in range(BANDS + 1)]
    steps = [(fine - wide).square().mean() for fine, wide in itertools.pairwise(blurred)]
    return torch.stack(steps)


def _blur(brightness: torch.Tensor, deviation: float) -> torch.Tensor:
    """A Gaussian blur of (1, 1, H, W)."""
    reach = math.ceil(3 * deviation)
    kernel = torch.exp(-torch.arange(-reach, reach + 1).square() / (2 * deviation**2))
    kernel = (kernel / kernel.sum())[None, None, None]
    padded = functional.pad(brightness, (reach,) * 4, mode="replicate")
    return functional.conv2d(functional.conv2d(padded, kernel), kernel.mT)


def _cut_windows(image: torch.Tensor) -> torch.Tensor:
    """(1, 3, H, W) -> brightness, (N, WINDOW_PX, WINDOW_PX), each without its mean."""
    rows = _take_brightness(image)[0, 0].unfold(0, WINDOW_PX, STEP_PX)
    windows = rows.unfold(1, WINDOW_PX, STEP_PX).reshape(-1, WINDOW_PX, WINDOW_PX)
    return windows - windows.mean(dim=(1, 2), keepdim=True)
