"""A video file as a clip, and its colours and time for the video that is made of it, by PyAV.

Frames come upright: what a rotation in the file asks for is done here, and not asked for again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from ..images.decoder import Decoded
from ..images.limits import too_many_pixels
from ..images.picture import Picture
from ..images.reader import to_picture
from ..protocol.errors import DynamicStyleError, ImageReadError
from .clip import DEFAULT_RATE, Frame, file_identity
from .require_av import require_av

UNSPECIFIED = 2  # of primaries, transfer and matrix, in ITU-T H.273
BT709, SMPTE170M = 1, 6  # matrices of H.273 that a file that says nothing is taken to have
HD_ROWS = 720  # from which that is BT.709
FULL_RANGE = 2  # of FFmpeg's AVColorRange
MICROSECONDS = 1_000_000  # FFmpeg's unit for whole files
SAYING_LENGTH = ("matroska", "mov")  # formats whose files say how long they last
MISSING_S = Fraction(1, 2)  # from which a file is taken for cut off
DEEP_RGB, RGB = "rgb48le", "rgb24"


@dataclass(frozen=True)
class VideoColors:
    """How a video's numbers are meant, in the numbers of ITU-T H.273, and its bits per channel.
    is_full: 0 to 255 instead of 16 to 235.
    """

    matrix: int
    is_full: bool
    primaries: int = UNSPECIFIED
    transfer: int = UNSPECIFIED
    bits: int = 8


@dataclass(frozen=True)
class VideoTime:
    """When each frame is shown: multiples of base, in seconds. rate: frames a second, roughly.
    last: for how long the last one is, 0 for as long as rate says.
    """

    stamps: tuple[int, ...]
    base: Fraction
    rate: Fraction
    last: int = 0


class VideoClip:
    """The first video stream of a file."""

    def __init__(self, path: Path, *, max_pixels: int) -> None:
        """Look through the file without decoding it. Raises ImageReadError, UsageError where PyAV
        is not installed.
        """
        require_av()
        self.path = path
        with _naming_damage(path), self._open() as container:
            self._identity = file_identity(path)
            if not container.streams.video:
                raise ImageReadError(f"{path}: there is no video in it; name another file")
            stream = container.streams.video[0]
            if stream.codec_context is None:
                raise ImageReadError(
                    f"{path}: its kind of video cannot be decoded here, or the file is damaged; "
                    "export it again, as MP4 for instance"
                )
            pixels = stream.width * stream.height
            if pixels > max_pixels:
                raise ImageReadError(too_many_pixels(str(path), pixels, max_pixels))
            base = Fraction(stream.time_base)
            rate = Fraction(stream.average_rate or DEFAULT_RATE)
            stamps: list[Any] = []  # None where the file does not say
            end = Fraction(0)
            for packet in container.demux():
                if packet.pts is not None:
                    after = (packet.pts + (packet.duration or 0)) * Fraction(packet.time_base)
                    end = max(end, after)
                if packet.stream.index == stream.index and packet.size and not packet.is_discard:
                    stamps.append(packet.pts)
            self.notes = _told_length(path, container, end, last_s=1 / rate)
            self.has_other_streams = bool(container.streams.subtitles)
        self._is_stamped = None not in stamps and len(set(stamps)) == len(stamps)
        if not self._is_stamped:  # old files that say the order only
            step = 1 / (rate * base)
            stamps = [round(index * step) for index in range(len(stamps))]
        if not stamps:
            raise ImageReadError(f"{path}: its video has no frames; name another file")
        self.time = VideoTime(tuple(sorted(stamps)), base, rate)
        self.count = len(stamps)
        ends = (*self.time.stamps[1:], self.time.stamps[-1] + max(1, round(1 / (rate * base))))
        self.seconds = tuple(
            (end - start) * base for start, end in zip(self.time.stamps, ends, strict=True)
        )
        self.colors = self._read_colors()

    def identity(self, index: int) -> str:
        return f"{index} {self._identity}"

    def frames(self, wanted: Collection[int]) -> Iterator[Frame]:
        """Those between are decoded as well: a frame is made of those before it."""
        left = set(wanted)
        with _naming_damage(self.path):
            for index, frame in self._decoded():
                if not left:
                    return
                for missing in sorted(known for known in left if known < index):
                    left.discard(missing)
                    yield self._missing(missing)
                if index in left:
                    left.discard(index)
                    yield Frame(index, self._name(index), partial(self._to_picture, frame))
        for missing in sorted(left):
            yield self._missing(missing)

    def _decoded(self) -> Iterator[tuple[int, Any]]:
        index_of = {stamp: index for index, stamp in enumerate(self.time.stamps)}
        with self._open() as container:
            stream = container.streams.video[0]
            stream.thread_type = "AUTO"
            for order, frame in enumerate(container.decode(stream)):
                index = index_of.get(frame.pts) if self._is_stamped else order
                if index is not None:
                    yield index, frame

    def _to_picture(self, frame: Any) -> Picture:
        with _naming_damage(self.path):
            samples = frame.to_ndarray(
                format=DEEP_RGB if self.colors.bits > 8 else RGB,
                src_colorspace=SWS_MATRIX.get(self.colors.matrix, SWS_MATRIX[BT709]),
                src_color_range="JPEG" if self.colors.is_full else "MPEG",
                dst_color_range="JPEG",
            )
            turns = round(frame.rotation / 90) % 4  # anticlockwise, as NumPy turns
            if turns:
                samples = np.ascontiguousarray(np.rot90(samples, turns))
            return to_picture(Decoded(colors=samples, alpha=None, profile=None, format="png"))

    def _read_colors(self) -> VideoColors:
        with _naming_damage(self.path):
            for _, frame in self._decoded():
                matrix = int(frame.colorspace)
                if matrix in (0, UNSPECIFIED):
                    matrix = BT709 if frame.height >= HD_ROWS else SMPTE170M
                bits = max(part.bits for part in frame.format.components)
                is_full = frame.color_range == FULL_RANGE or frame.format.name.startswith("yuvj")
                primaries, transfer = int(frame.color_primaries), int(frame.color_trc)
                return VideoColors(matrix, is_full, primaries, transfer, bits)
        raise ImageReadError(f"{self.path}: no frame of it can be decoded; export it again")

    @contextmanager
    def _open(self) -> Iterator[Any]:
        import av

        with av.open(str(self.path)) as container:
            yield container

    def _missing(self, index: int) -> Frame:
        def fail() -> Picture:
            raise ImageReadError(
                f"{self._name(index)}: cannot be decoded; export the video again, or go on without "
                "it by --keep-going"
            )

        return Frame(index, self._name(index), fail)

    def _name(self, index: int) -> str:
        return f"{self.path}, frame {index}"


# H.273's matrices -> what FFmpeg's scaler calls them
SWS_MATRIX = {
    1: "ITU709",
    4: "FCC",
    5: "ITU601",
    6: "ITU601",
    7: "SMPTE240M",
    9: "BT2020",
    10: "BT2020",
}


def _told_length(path: Path, container: Any, end: Fraction, *, last_s: Fraction) -> tuple[str, ...]:
    """A note where a file says to last longer than what is left of it. end: of all its streams.
    last_s: how long the last frame may be shown, which not every file says.
    """
    if container.duration is None or not container.format.name.startswith(SAYING_LENGTH):
        return ()
    lasts = Fraction(container.duration, MICROSECONDS)
    there = max(end - Fraction(container.start_time or 0, MICROSECONDS), Fraction(0))
    if lasts - there <= MISSING_S + last_s:
        return ()
    return (
        f"{path} seems to be cut off: of {float(lasts):.1f} s {float(there):.1f} are there; "
        "copy or export it again if you need the rest",
    )


@contextmanager
def _naming_damage(path: Path) -> Iterator[None]:
    """Turn what PyAV raises on a file into an ImageReadError that says what to do."""
    import av

    try:
        yield
    except av.error.FileNotFoundError as error:
        raise ImageReadError(f"{path}: there is no such file; check the path") from error
    except DynamicStyleError:
        raise
    except MemoryError as error:
        raise ImageReadError(f"{path}: too large for the memory at hand; scale it down") from error
    except Exception as error:  # PyAV raises all kinds of things on damaged or hostile files
        raise ImageReadError(
            f"{path}: no video that can be read, damaged or incomplete ({error}); copy or export "
            "it again, as MP4 for instance"
        ) from error
