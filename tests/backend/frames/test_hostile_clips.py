"""Clips, and folders of frames, that others have made: traps, damage, links and pipes."""

from __future__ import annotations

import json
import os
import resource
import struct
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import GifImagePlugin

from dynamic_style.backend.frames.animation_clip import AnimationClip
from dynamic_style.backend.frames.clip_files import open_clip
from dynamic_style.backend.frames.ledger import NAME, Ledger
from dynamic_style.backend.frames.run_lock import STEM, SUFFIX, only_run
from dynamic_style.backend.frames.video_clip import VideoClip
from dynamic_style.backend.protocol.errors import ImageReadError, ImageWriteError

from .clips import frame, make_folder, make_video

PIXELS = 200_000_000
LOCK = f"{STEM}{SUFFIX}"
TALL = (40, 4_194_334)  # 168 million pixels


def tall_png(*, animated: bool) -> bytes:
    """Some rows of many."""
    width, height = TALL

    def chunk(name: bytes, data: bytes) -> bytes:
        checked = name + data
        return struct.pack(">I", len(data)) + checked + struct.pack(">I", zlib.crc32(checked))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    control = struct.pack(">IIIIIHHBB", 0, width, height, 0, 0, 1, 10, 0, 0)
    frames = chunk(b"acTL", struct.pack(">II", 1, 0)) + chunk(b"fcTL", control) if animated else b""
    rows = chunk(b"IDAT", zlib.compress(bytes(30 * (1 + 3 * width))))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + frames + rows + chunk(b"IEND", b"")


def large_gif(side_px: int, frames: int) -> bytes:
    """Frames of one pixel on a large canvas."""
    start = b"GIF89a" + struct.pack("<HHBBB", side_px, side_px, 0x80, 0, 0) + bytes(3) + b"\xff" * 3
    one = b"\x21\xf9\x04\x04\x05\0\0\0\x2c" + struct.pack("<HHHHB", 0, 0, 1, 1, 0)
    return start + (one + b"\x02\x02\x44\x01\0") * frames + b"\x3b"


@pytest.mark.parametrize("animated", [False, True])
def test_a_png_that_claims_a_tall_picture_is_refused_at_once(
    tmp_path: Path, animated: bool
) -> None:
    path = tmp_path / "tall.png"
    path.write_bytes(tall_png(animated=animated))
    with pytest.raises(ImageReadError, match=r"tall\.png: .* far too little data"):
        AnimationClip(path, max_pixels=PIXELS)


def test_an_animation_is_opened_without_decoding_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "large.gif"
    path.write_bytes(large_gif(13_000, 20))

    def decode(_image: object) -> None:
        pytest.fail("169 million pixels were decoded")

    monkeypatch.setattr(GifImagePlugin.GifImageFile, "load", decode)
    clip = AnimationClip(path, max_pixels=PIXELS)
    assert (clip.count, clip.identity(3)) == (
        20,
        AnimationClip(path, max_pixels=PIXELS).identity(3),
    )


def test_a_video_of_an_unknown_kind_is_named(tmp_path: Path) -> None:
    path = make_video(tmp_path / "in.mp4", [frame(0), frame(1)])
    path.write_bytes(path.read_bytes().replace(b"avc1", b"zzzz"))
    with pytest.raises(ImageReadError, match=r"in\.mp4: its kind of video cannot be decoded"):
        VideoClip(path, max_pixels=PIXELS)


def test_damaged_videos_are_named(tmp_path: Path) -> None:
    """Every byte of what describes the video, one after the other."""
    whole = make_video(tmp_path / "in.mp4", [frame(0)]).read_bytes()
    start = whole.index(b"moov")
    path = tmp_path / "damaged.mp4"
    for at in range(start, len(whole), 7):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
        try:
            VideoClip(path, max_pixels=PIXELS)
        except ImageReadError as error:
            assert "damaged.mp4" in str(error)


def test_a_pipe_among_the_frames_keeps_nobody_waiting(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "in", 3)
    os.mkfifo(folder / "frame3.png")
    clip = open_clip(folder, rate=None, max_pixels=PIXELS)
    assert clip.count == 3
    assert "frame3.png" in clip.notes[0]
    os.mkfifo(tmp_path / "in.gif")
    with pytest.raises(ImageReadError, match=r"in\.gif: a pipe"):
        open_clip(tmp_path / "in.gif", rate=None, max_pixels=PIXELS)


@pytest.fixture
def no_room() -> Iterator[None]:
    """Files can be made, and nothing can be written to them."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.timeout(30)
@pytest.mark.usefixtures("no_room")
def test_a_full_disk_keeps_no_run_waiting(tmp_path: Path) -> None:
    with (
        only_run(tmp_path, None),
        pytest.raises(ImageWriteError, match="another run"),
        only_run(tmp_path, None),
    ):
        pytest.fail("two runs at once")


def test_a_folder_that_another_run_has_taken_away_is_told(tmp_path: Path) -> None:
    told = pytest.raises(ImageWriteError, match="another run has just ended")
    with told, only_run(tmp_path / "gone", None):
        pytest.fail("it ran")


def plant_link(path: Path) -> None:
    thesis = path.parent.parent / "thesis.txt"
    thesis.write_text("years of work\n")
    path.symlink_to(thesis)


@pytest.mark.timeout(30)
@pytest.mark.parametrize("plant", [plant_link, os.mkfifo, Path.mkdir])
def test_what_others_put_in_a_locks_place_is_not_written_to(
    tmp_path: Path, plant: Callable[[Path], None]
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    plant(folder / LOCK)
    with pytest.raises(ImageWriteError, match=rf"{LOCK}|directory"), only_run(folder, None):
        pytest.fail("it ran")
    check_thesis(tmp_path)


@pytest.mark.timeout(30)
@pytest.mark.parametrize("plant", [plant_link, os.mkfifo])
def test_what_others_put_in_a_ledgers_place_is_not_written_to(
    tmp_path: Path, plant: Callable[[Path], None]
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    plant(folder / NAME)
    ledger = Ledger(folder)
    with pytest.raises(OSError, match="no plain file"):
        ledger.add(folder / "0000.png", "made of", "identity")
    check_thesis(tmp_path)


def check_thesis(folder: Path) -> None:
    thesis = folder / "thesis.txt"
    assert not thesis.exists() or thesis.read_text() == "years of work\n"


@pytest.mark.parametrize("member", ["file", "digest", "identity"])
@pytest.mark.parametrize("value", [[], {}, 1, None, True])
def test_a_damaged_line_of_a_ledger_is_passed_over(
    tmp_path: Path, member: str, value: object
) -> None:
    frame_file = tmp_path / "0000.png"
    frame_file.write_bytes(b"a picture")
    line = {"file": frame_file.name, "digest": "made of", "identity": "1-2"}
    damaged = [json.dumps({**line, member: value}), "[" * 100_000, "no JSON"]
    (tmp_path / NAME).write_text("\n".join(damaged))
    ledger = Ledger(tmp_path)
    assert not ledger.is_done(frame_file, "made of")
    assert not ledger.is_ours(frame_file)
