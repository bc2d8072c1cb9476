"""Clips for the tests: folders, animations and videos with a few small frames."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from PIL import Image

from ..pictures import Array

SIZE = (24, 34)  # height, width


def frame(index: int) -> Array:
    """A uint8 picture that is another one for every index."""
    height, width = SIZE
    y, x = np.mgrid[0:height, 0:width]
    channels = ((x * 7 + index * 20) % 256, (y * 9) % 256, 128 + 0 * x)
    return np.stack(channels, axis=2).astype(np.uint8)


def make_folder(folder: Path, count: int) -> Path:
    """frame0.png, frame1.png, ... without leading zeros."""
    folder.mkdir()
    for index in range(count):
        Image.fromarray(frame(index)).save(folder / f"frame{index}.png")
    return folder


def make_animation(path: Path, durations: Sequence[int], *, loops: int = 0) -> Path:
    """durations: of the frames, in milliseconds."""
    first, *others = (Image.fromarray(frame(index)) for index in range(len(durations)))
    options = {"lossless": True} if path.suffix == ".webp" else {}
    first.save(
        path,
        "PNG" if path.suffix == ".apng" else None,
        save_all=True,
        append_images=others,
        duration=list(durations),
        loop=loops,
        **options,
    )
    return path


def make_video(
    path: Path,
    pictures: Sequence[Array],
    *,
    stamps: Sequence[int] | None = None,
    base: Fraction = Fraction(1, 24000),
    full_range: bool = False,
    matrix: int = 1,
    bits: int = 8,
    rotation: int = 0,
    sound: bool = False,
) -> Path:
    """Nearly lossless H.264. stamps: in units of base."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=24, options={"crf": "1"})
        stream.height, stream.width = pictures[0].shape[:2]
        stream.pix_fmt = "yuv420p10le" if bits > 8 else "yuv420p"
        stream.codec_context.time_base = stream.time_base = base
        stream.color_range, stream.colorspace = (2 if full_range else 1), matrix
        stream.color_primaries = stream.color_trc = 1
        if rotation:
            stream.set_display_rotation(rotation)
        track = container.add_stream("aac", rate=48000) if sound else None
        for index, picture in enumerate(pictures):
            made = av.VideoFrame.from_ndarray(picture).reformat(
                format=stream.pix_fmt,
                dst_colorspace="ITU709" if matrix == 1 else "ITU601",
                dst_color_range="JPEG" if full_range else "MPEG",
            )
            made.colorspace, made.color_range = matrix, (2 if full_range else 1)
            made.pts = stamps[index] if stamps else round(index / 24 / base)
            made.time_base = base
            container.mux(stream.encode(made))
        container.mux(stream.encode(None))
        if track is not None:
            wave = np.sin(np.arange(24 * 1024) / 20).astype(np.float32)
            for start in range(0, len(wave), 1024):
                block = av.AudioFrame.from_ndarray(
                    wave[None, start : start + 1024], format="fltp", layout="mono"
                )
                block.rate, block.pts = 48000, start
                container.mux(track.encode(block))
            container.mux(track.encode(None))
    return path


def stamps_of(path: Path) -> list[Fraction]:
    """When the frames of a video are shown, in seconds."""
    with av.open(str(path)) as container:
        return [frame.pts * Fraction(frame.time_base) for frame in container.decode(video=0)]


def sound_of(path: Path) -> list[bytes]:
    with av.open(str(path)) as container:
        return [bytes(packet) for packet in container.demux(audio=0) if packet.size]
