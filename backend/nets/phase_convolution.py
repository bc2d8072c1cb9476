"""Two convolutions that processors run slowly as they are written, put so that they run quickly.

Both compute several neighbouring output pixels (phases) as channels of one convolution and then lay
them out as pixels. The results are the plain form's but for float rounding, borders included.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F

# A kernel of 3 taps over a map whose pixels were doubled reads two pixels of the small map: which
# taps fall on the first and which on the second, for even and for odd output pixels.
TAPS_ON_PIXELS = (((1.0, 0.0, 0.0), (0.0, 1.0, 1.0)), ((1.0, 1.0, 0.0), (0.0, 0.0, 1.0)))
# Output pixels at once, down and across: 3 channels become 24, a multiple of the 8 or 16 that
# processors work on together. Not (2, 4), which is as quick: on CPUs with AMX, oneDNN 3.12 gives
# wrong numbers in bfloat16 for kernels 12 wide at some channel counts, among them 16 at stride 4.
NARROW_BLOCK = (4, 2)


def upsample_conv3(x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
    """Nearest-neighbour x2, reflection padding by 1, then a 3x3 convolution.

    x (B, C, H, W), weight (C', C, 3, 3), bias (C',) to (B, C', 2H, 2W). Needs 4 / 9 of the
    multiplications, and never holds the enlarged input. Reflecting a doubled border pixel gives the
    same pixel again, so on the small map the padding is a replication.
    """
    out_channels, in_channels = weight.shape[:2]
    taps = torch.tensor(TAPS_ON_PIXELS, dtype=weight.dtype, device=weight.device)
    phases = torch.einsum("pai,qbj,ocij->opqcab", taps, taps, weight)
    convolved = F.conv2d(
        F.pad(x, (1, 1, 1, 1), mode="replicate"),
        phases.reshape(4 * out_channels, in_channels, 2, 2),
        bias.repeat_interleave(4),
    ).contiguous()  # (B, C' * 4, H + 1, W + 1): phase (p, q) starts at row p, column q
    batch, height, width = x.shape[0], x.shape[2], x.shape[3]
    image, channel, row, column = convolved.stride()
    by_phase = convolved.as_strided(
        (batch, out_channels, height, 2, width, 2),
        (image, 4 * channel, row, 2 * channel + row, column, channel + column),
    )
    return by_phase.reshape(batch, out_channels, 2 * height, 2 * width)


def narrow_conv(x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
    """A reflection-padded convolution to few channels, such as the three of a picture.

    x (B, C, H, W), weight (C', C, K, K) with K odd, bias (C',) to (B, C', H, W). A block of output
    pixels is computed by one stride of a kernel that is as much larger.
    """
    down, across = NARROW_BLOCK
    out_channels, kernel = weight.shape[0], weight.shape[-1]
    shifted = [
        F.pad(weight, (j, across - 1 - j, i, down - 1 - i))
        for i in range(down)
        for j in range(across)
    ]
    height, width = x.shape[-2:]
    padding = kernel // 2
    padded = F.pad(x, (padding, padding, padding, padding), mode="reflect")
    right, bottom = -width % across, -height % down
    if right or bottom:
        padded = F.pad(padded, (0, right, 0, bottom))  # what this reaches is cut off again
    blocks = F.conv2d(
        padded,
        torch.stack(shifted, 1).flatten(0, 1),
        bias.repeat_interleave(down * across),
        stride=(down, across),
    )
    rows, columns = blocks.shape[-2:]
    split = blocks.reshape(-1, out_channels, down, across, rows, columns)
    output = split.permute(0, 1, 4, 2, 5, 3).reshape(
        -1, out_channels, rows * down, columns * across
    )
    return output[..., :height, :width]
