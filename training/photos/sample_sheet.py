"""A labelled grid of pictures, written while a run goes on: look, don't only count."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageDraw, ImageFont

from ..run_files import replace_file

LABEL_PX = 22


def write_sheet(path: Path, rows: Sequence[Sequence[torch.Tensor]], labels: Sequence[str]) -> None:
    """A JPEG. rows of (1, 3, H, W) RGB pictures of one size; one label per column.

    Raises TrainingError where it cannot be written.
    """
    height, width = rows[0][0].shape[-2:]
    sheet = Image.new("RGB", (width * len(labels), height * len(rows) + LABEL_PX), "white")
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(14)
    for column, label in enumerate(labels):
        draw.text((column * width + 6, 3), label, fill="black", font=font)
        for row, pictures in enumerate(rows):
            sheet.paste(to_picture(pictures[column]), (column * width, LABEL_PX + row * height))
    encoded = io.BytesIO()  # by itself: to a full disk Pillow fails with an error without a reason
    sheet.save(encoded, "JPEG", quality=90)
    with replace_file(path, "sample sheet") as file:
        file.write(encoded.getbuffer())


def to_picture(image: torch.Tensor) -> Image.Image:
    """(1, 3, H, W) RGB, clamped to [0, 1], as an 8-bit picture."""
    pixels = image[0].float().clamp(0, 1).mul(255).round().byte().permute(1, 2, 0)
    return Image.fromarray(np.ascontiguousarray(pixels.cpu().numpy()))
