"""Clips as they are read, and the files that are made of frames."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from dynamic_style.backend.frames.animation_clip import AnimationClip
from dynamic_style.backend.frames.animation_file import milliseconds, write_animation
from dynamic_style.backend.frames.clip_files import Target, write_clip
from dynamic_style.backend.frames.folder_clip import FolderClip
from dynamic_style.backend.frames.video_clip import VideoClip, VideoTime
from dynamic_style.backend.frames.video_file import steady_time, write_video
from dynamic_style.backend.images.picture import as_samples
from dynamic_style.backend.protocol.errors import ImageError, ImageReadError, ImageWriteError

from ..pictures import Array, smooth
from .clips import SIZE, frame, make_animation, make_folder, make_video, sound_of, stamps_of

PIXELS = 10_000
CLOSE = 6  # of 255: what 4:2:0 colours and the encoder leave of smooth pictures


def pictures(clip: AnimationClip | FolderClip | VideoClip, *wanted: int) -> list[Array]:
    return [as_samples(one.read().colors, 8) for one in clip.frames(wanted or range(clip.count))]


def flat(color: tuple[int, int, int], size: tuple[int, int] = SIZE) -> Array:
    return np.full((*size, 3), color, np.uint8)


def test_a_folder_goes_by_its_numbers(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "in", 12)
    clip = FolderClip(folder, list(folder.iterdir()), rate=Fraction(24), max_pixels=PIXELS)
    assert [path.name for path in clip.pictures[1:4]] == ["frame1.png", "frame2.png", "frame3.png"]
    assert clip.pictures[-1].name == "frame11.png"
    (tenth,) = pictures(clip, 10)
    assert (tenth == frame(10)).all()


@pytest.mark.parametrize("suffix", [".gif", ".webp", ".apng"])
def test_an_animation_is_read_with_its_times(tmp_path: Path, suffix: str) -> None:
    path = make_animation(tmp_path / f"in{suffix}", [40, 120, 80], loops=3)
    clip = AnimationClip(path, max_pixels=PIXELS)
    assert clip.count == 3
    assert clip.seconds == (Fraction(40, 1000), Fraction(120, 1000), Fraction(80, 1000))
    assert clip.loops == (4 if suffix == ".gif" else 3)  # GIF counts how often it starts again
    last = pictures(clip, 2)[0].astype(int)
    assert np.abs(last - frame(2)).mean() < (12 if suffix == ".gif" else 1)


def test_frames_without_a_time_are_shown_as_browsers_do(tmp_path: Path) -> None:
    clip = AnimationClip(make_animation(tmp_path / "in.gif", [0, 0]), max_pixels=PIXELS)
    assert clip.seconds == (Fraction(1, 10),) * 2


def test_what_is_no_clip_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("nothing")
    with pytest.raises(ImageReadError, match=r"notes\.txt: not a picture"):
        AnimationClip(path, max_pixels=PIXELS)
    big = make_animation(tmp_path / "big.gif", [40, 40])
    with pytest.raises(ImageError, match=r"big\.gif"):
        AnimationClip(big, max_pixels=100)
    video = tmp_path / "broken.mp4"
    video.write_bytes(b"\0\0\0\x18ftypmp42" + bytes(200))
    with pytest.raises(ImageReadError, match=r"broken\.mp4: no video"):
        VideoClip(video, max_pixels=PIXELS)
    with pytest.raises(ImageError, match=r"large\.mp4"):
        VideoClip(make_video(tmp_path / "large.mp4", [frame(0)]), max_pixels=100)


@pytest.mark.parametrize("suffix", [".gif", ".webp", ".png"])
def test_an_animation_is_written_with_its_times(tmp_path: Path, suffix: str) -> None:
    folder = make_folder(tmp_path / "in", 3)
    path = tmp_path / f"out{suffix}"
    seconds = (Fraction(4, 100), Fraction(12, 100), Fraction(8, 100))
    with path.open("wb") as file:
        write_animation(
            file,
            [folder / f"frame{index}.png" for index in range(3)],
            seconds,
            suffix=suffix,
            loops=2,
            quality=95,
            name=path.name,
        )
    clip = AnimationClip(path, max_pixels=PIXELS)
    assert clip.seconds == seconds
    assert clip.loops == 2
    if suffix == ".png":
        assert (pictures(clip, 1)[0] == frame(1)).all()


def test_rounded_times_add_up() -> None:
    assert milliseconds([Fraction(1, 24)] * 24) == [42, 41, 42] * 8
    assert sum(milliseconds([Fraction(1001, 30000)] * 300, step=10)) == 10010


@pytest.mark.parametrize("full_range", [False, True])
@pytest.mark.parametrize("matrix", [1, 6])
def test_a_videos_colors_are_read_as_it_means_them(
    tmp_path: Path, full_range: bool, matrix: int
) -> None:
    colors = [(200, 40, 60), (30, 160, 90), (255, 255, 255), (0, 0, 0)]
    path = make_video(
        tmp_path / "in.mp4", [flat(color) for color in colors], full_range=full_range, matrix=matrix
    )
    clip = VideoClip(path, max_pixels=PIXELS)
    assert (clip.colors.is_full, clip.colors.matrix) == (full_range, matrix)
    for color, seen in zip(colors, pictures(clip), strict=True):
        assert np.abs(seen.astype(int) - color).max() <= 3


@pytest.mark.parametrize("suffix", [".mp4", ".webm", ".mkv"])
@pytest.mark.parametrize("full_range", [False, True])
def test_a_video_is_written_in_the_colors_of_its_origin(
    tmp_path: Path, suffix: str, full_range: bool
) -> None:
    origin = VideoClip(
        make_video(tmp_path / "in.mp4", [flat((9, 9, 9))], full_range=full_range, matrix=6),
        max_pixels=PIXELS,
    )
    still = tmp_path / "frame.png"
    Image.fromarray(flat((200, 40, 60))).save(still)
    path = tmp_path / f"out{suffix}"
    write_video(
        path, [still] * 3, steady_time([Fraction(1, 12)] * 3), colors=origin.colors, quality=95
    )
    clip = VideoClip(path, max_pixels=PIXELS)
    assert (clip.colors.is_full, clip.colors.matrix) == (full_range, 6)
    assert clip.count == 3
    assert np.abs(pictures(clip, 2)[0].astype(int) - (200, 40, 60)).max() <= 4


def test_deep_colors_stay_deep(tmp_path: Path) -> None:
    origin = VideoClip(make_video(tmp_path / "in.mp4", [frame(0)] * 2, bits=10), max_pixels=PIXELS)
    (first, _) = origin.frames((0, 1))
    assert first.read().metadata.bit_depth == 16
    path = tmp_path / "out.mp4"
    still = tmp_path / "frame.png"
    Image.fromarray(frame(0)).save(still)
    write_video(path, [still] * 2, origin.time, colors=origin.colors, quality=95)
    assert VideoClip(path, max_pixels=PIXELS).colors.bits == 10


def test_times_and_sound_of_a_video_stay(tmp_path: Path) -> None:
    stamps = [0, 1000, 1500, 4000, 9000]
    source = make_video(
        tmp_path / "in.mp4", [frame(index) for index in range(5)], stamps=stamps, sound=True
    )
    clip = VideoClip(source, max_pixels=PIXELS)
    assert clip.time == VideoTime(tuple(stamps), Fraction(1, 24000), clip.time.rate)
    stills = []
    for index in range(5):
        stills.append(tmp_path / f"{index}.png")
        Image.fromarray(frame(index)).save(stills[-1])
    out = tmp_path / "out.mp4"
    assert write_video(out, stills, clip.time, quality=90, sound_of=source) == ()
    assert stamps_of(out) == stamps_of(source)
    assert sound_of(out) == sound_of(source) != []


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".webm"])
def test_the_last_frame_of_a_new_video_has_its_time(tmp_path: Path, suffix: str) -> None:
    folder = make_folder(tmp_path / "in", 3)
    pictures = [folder / f"frame{index}.png" for index in range(3)]
    out = tmp_path / f"out{suffix}"
    write_video(out, pictures, steady_time([Fraction(1), Fraction(1), Fraction(3)]), quality=95)
    assert stamps_of(out) == [0, 1, 2]
    with av.open(str(out)) as container:
        assert container.duration == 5_000_000


@pytest.mark.parametrize("rotation", [90, 180, -90])
def test_a_turned_video_comes_upright(tmp_path: Path, rotation: int) -> None:
    stored = np.concatenate([flat((220, 30, 30), (16, 48)), flat((30, 30, 220), (16, 48))])
    path = make_video(tmp_path / "in.mp4", [stored], rotation=rotation)
    (seen,) = pictures(VideoClip(path, max_pixels=PIXELS))
    expected = np.rot90(stored, rotation // 90)  # anticlockwise, as FFmpeg counts
    assert seen.shape == expected.shape
    assert np.abs(seen.astype(int) - expected).mean() < 12


def test_odd_sides_are_evened_and_told(tmp_path: Path) -> None:
    still = tmp_path / "frame.png"
    Image.fromarray(smooth(21, 35)).save(still)
    out = tmp_path / "out.mp4"
    (note,) = write_video(out, [still], steady_time([Fraction(1, 24)]), quality=95)
    assert "35 x 21 became 36 x 22" in note
    (seen,) = pictures(VideoClip(out, max_pixels=PIXELS))
    assert np.abs(seen[:21, :35].astype(int) - smooth(21, 35)).mean() < CLOSE


def test_a_video_that_was_cut_off_is_told(tmp_path: Path) -> None:
    whole = make_video(tmp_path / "whole.mkv", [frame(index) for index in range(72)])
    assert VideoClip(whole, max_pixels=PIXELS).notes == ()
    cut = tmp_path / "cut.mkv"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 3])
    clip = VideoClip(cut, max_pixels=PIXELS)
    assert 0 < clip.count < 48
    assert "cut.mkv seems to be cut off: of 3.0 s" in clip.notes[0]


@pytest.mark.parametrize("suffix", [".gif", ".webp", ".apng", ".mp4"])
def test_what_becomes_a_file_has_one_size(tmp_path: Path, suffix: str) -> None:
    folder = make_folder(tmp_path / "in", 3)
    Image.fromarray(smooth(20, 40)).save(folder / "frame1.png")
    clip = FolderClip(folder, list(folder.iterdir()), rate=Fraction(10), max_pixels=10_000)
    out = tmp_path / f"out{suffix}"
    target = Target(folder, tuple(clip.pictures), out, force=False)
    with pytest.raises(
        ImageWriteError, match=r"frame1\.png: 40 x 20 pixels among frames of 34 x 24; .* one size"
    ):
        write_clip(clip, target, quality=95)
    assert [path.name for path in tmp_path.iterdir()] == ["in"], "nothing unfinished is left"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a disk that is full")
def test_a_full_disk_is_no_wrong_kind_of_file(tmp_path: Path) -> None:
    pictures = [make_folder(tmp_path / "in", 1) / "frame0.png"]
    (tmp_path / "out.mp4").symlink_to("/dev/full")
    with pytest.raises(ImageWriteError, match=r"painted\.mp4: the disk is full"):
        write_video(
            tmp_path / "out.mp4",
            pictures,
            steady_time([Fraction(1)]),
            quality=95,
            name="painted.mp4",
        )


def test_transparent_frames_are_laid_on_white(tmp_path: Path) -> None:
    still = tmp_path / "frame.png"
    Image.fromarray(np.full((*SIZE, 4), (255, 0, 0, 0), np.uint8), "RGBA").save(still)
    out = tmp_path / "out.mp4"
    write_video(out, [still], steady_time([Fraction(1, 24)]), quality=95)
    (seen,) = pictures(VideoClip(out, max_pixels=PIXELS))
    assert seen.min() > 250
