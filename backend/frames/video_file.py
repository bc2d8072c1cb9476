"""Finished frames into one video, by PyAV: in the colours and with the sound of the one they come
from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from ..images.codecs.pillow_open import open_with_pillow
from ..images.picture import as_samples, over_white
from ..images.reader import read_image
from ..protocol.atomic_file import write_failure
from ..protocol.errors import ImageWriteError, UsageError
from .video_clip import BT709, SWS_MATRIX, VideoColors, VideoTime

FULL, LIMITED = 2, 1  # FFmpeg's AVColorRange
CRF_WORST, CRF_BEST = 40, 16  # of H.264, for a quality of 0 and of 100
VP9_CRF = 1.35  # VP9's numbers run to 63 where those of H.264 run to 51
# what a frame of a new video has: the colours of high definition
NEW_COLORS = VideoColors(matrix=BT709, is_full=False, primaries=BT709, transfer=BT709)
MP4_KINDS = (".mp4", ".m4v", ".mov")  # whose length is counted in the order of decoding
UNKEPT = ("major_brand", "minor_version", "compatible_brands", "encoder", "creation_time")


def write_video(
    path: Path,
    frames: Sequence[Path],
    time: VideoTime,
    *,
    colors: VideoColors = NEW_COLORS,
    quality: int,
    sound_of: Path | None = None,
    name: str = "",
    on_frame: Callable[[int], None] = lambda done: None,
) -> tuple[str, ...]:
    """frames: picture files of one size, in order. path: its suffix says the kind. sound_of: the
    video whose sound tracks are copied as they are. name: for messages. Returns notes for the
    user. Raises ImageWriteError; what it has written by then stays.
    """
    import av

    notes: list[str] = []
    try:
        with av.open(str(path), "w", options={"fflags": "+bitexact"}) as container:
            size, padded = _sizes(frames[0])
            if padded != size:
                notes.append(
                    f"video needs even sides: {size[1]} x {size[0]} became {padded[1]} x "
                    f"{padded[0]} by repeating the border"
                )
            stream = _add_stream(container, path, padded, time, colors, quality)
            with _Sound(container, sound_of) as sound:
                for index, (frame_path, stamp) in enumerate(zip(frames, time.stamps, strict=True)):
                    frame = _frame(frame_path, size, padded, stream.pix_fmt, colors)
                    frame.pts, frame.time_base = stamp, time.base
                    sound.mux_until(stamp * time.base)
                    container.mux(_timed(stream.encode(frame), time))
                    on_frame(index + 1)
                packets = _timed(stream.encode(None), time)
                if packets and time.last and path.suffix.lower() in MP4_KINDS:
                    packets[-1].duration = round(time.last * time.base / packets[-1].time_base)
                container.mux(packets)
                sound.mux_until(None)
    except (av.error.FFmpegError, ValueError) as error:
        if isinstance(error, OSError):
            raise ImageWriteError(write_failure(name or str(path), error)) from error
        raise ImageWriteError(
            f"{name or path}: cannot be written ({error}); a file that ends in .mkv takes almost "
            "everything"
        ) from error
    return tuple(notes)


def check_sound(path: Path, sound_of: Path) -> None:
    """Makes no file. Raises UsageError where the sound of a video does not go into one at path."""
    import av

    with av.open(str(sound_of)) as source, av.open(str(path), "w") as container:
        for track in source.streams.audio:
            try:
                container.add_stream_from_template(track)
            except ValueError as error:
                raise UsageError(
                    f"'{path}': a file of that kind takes no {track.codec_context.name}, as the "
                    f"sound of {sound_of} is; name one that ends in .mkv"
                ) from error


def steady_time(seconds: Sequence[Fraction]) -> VideoTime:
    """Of frames that are shown for so long each."""
    base = min(min(seconds), Fraction(1, 10))
    rate = 1 / base
    if any(one != base for one in seconds):
        base = Fraction(1, 1000)
    stamps, total = [], Fraction(0)
    for one in seconds:
        stamps.append(round(total / base))
        total += one
    return VideoTime(tuple(stamps), base, rate, last=round(seconds[-1] / base))


def _timed(packets: list[Any], time: VideoTime) -> list[Any]:
    """The last frame's packet with how long it is shown, which no other frame ends."""
    for packet in packets:
        if time.last and packet.pts * packet.time_base == time.stamps[-1] * time.base:
            packet.duration = round(time.last * time.base / packet.time_base)
    return packets


def _add_stream(
    container: Any,
    path: Path,
    size: tuple[int, int],
    time: VideoTime,
    colors: VideoColors,
    quality: int,
) -> Any:
    crf = CRF_WORST - (CRF_WORST - CRF_BEST) * quality / 100
    if path.suffix.lower() == ".webm":
        encoder, options = (
            "libvpx-vp9",
            {"crf": str(round(crf * VP9_CRF)), "b": "0", "cpu-used": "4"},
        )
    else:
        encoder, options = "libx264", {"crf": f"{crf:.1f}", "preset": "medium"}
    stream = container.add_stream(encoder, rate=time.rate, options=options)
    stream.height, stream.width = size
    stream.pix_fmt = "yuv420p10le" if colors.bits > 8 else "yuv420p"
    stream.codec_context.time_base = time.base
    stream.time_base = time.base
    stream.color_range = FULL if colors.is_full else LIMITED
    stream.colorspace = colors.matrix
    stream.color_primaries = colors.primaries
    stream.color_trc = colors.transfer
    return stream


def _frame(
    path: Path, size: tuple[int, int], padded: tuple[int, int], format_: str, colors: VideoColors
) -> Any:
    from av import VideoFrame

    with path.open("rb") as file:
        picture = read_image(file, name=str(path))
    if picture.size != size:
        raise ImageWriteError(
            f"{path}: {picture.size[1]} x {picture.size[0]} pixels among frames of {size[1]} x "
            f"{size[0]}; a video has one size: write a folder"
        )
    seen = picture.colors
    if picture.metadata.alpha is not None:
        seen = over_white(seen, picture.metadata.alpha)
    samples = as_samples(seen, 16 if colors.bits > 8 else 8)
    if padded != size:
        more = [(0, padded[0] - size[0]), (0, padded[1] - size[1]), (0, 0)]
        samples = np.pad(samples, more, mode="edge")
    kind = "rgb48le" if samples.dtype == np.uint16 else "rgb24"
    frame = VideoFrame.from_ndarray(np.ascontiguousarray(samples), format=kind)
    frame = frame.reformat(
        format=format_,
        src_color_range="JPEG",
        dst_colorspace=SWS_MATRIX.get(colors.matrix, SWS_MATRIX[BT709]),
        dst_color_range="JPEG" if colors.is_full else "MPEG",
    )
    frame.colorspace = colors.matrix
    frame.color_range = FULL if colors.is_full else LIMITED
    return frame


def _sizes(path: Path) -> tuple[tuple[int, int], tuple[int, int]]:
    """(height, width) of a frame, and of the video: 4:2:0 colours need even sides."""
    with path.open("rb") as file, open_with_pillow(file) as opened:
        size = (opened.height, opened.width)
    return size, (size[0] + size[0] % 2, size[1] + size[1] % 2)


class _Sound:
    """The sound tracks of another file, copied beside the frames as time goes on."""

    def __init__(self, container: Any, path: Path | None) -> None:
        self._container = container
        self._path = path
        self._source: Any = None
        self._packets: Iterator[Any] = iter(())
        self._next: Any = None

    def __enter__(self) -> _Sound:
        if self._path is None:
            return self
        import av

        self._source = av.open(str(self._path))
        for key, value in self._source.metadata.items():
            if key not in UNKEPT:
                self._container.metadata[key] = value
        tracks = {
            track.index: self._container.add_stream_from_template(track)
            for track in self._source.streams.audio
        }
        if tracks:
            self._packets = self._copied(tracks)
            self._next = next(self._packets, None)
        return self

    def __exit__(self, *_: object) -> None:
        if self._source is not None:
            self._source.close()

    def mux_until(self, seconds: Fraction | None) -> None:
        """What is heard up to then; None: all the rest."""
        while self._next is not None:
            begins = self._next.dts * self._next.time_base
            if seconds is not None and begins > seconds:
                return
            self._container.mux(self._next)
            self._next = next(self._packets, None)

    def _copied(self, tracks: dict[int, Any]) -> Iterator[Any]:
        for packet in self._source.demux(*self._source.streams.audio):
            if packet.dts is None:  # the end of the file
                continue
            packet.stream = tracks[packet.stream.index]
            yield packet
