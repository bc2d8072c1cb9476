"""dynamic-style frames: clips with dials that move, ended and taken up again."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from dynamic_style.backend.frames import require_av
from dynamic_style.backend.frames.animation_clip import AnimationClip
from dynamic_style.backend.frames.ledger import NAME as LEDGER
from dynamic_style.backend.protocol.deadline import Deadline

from ...frames.clips import frame, make_animation, make_folder, make_video, sound_of, stamps_of
from ...pictures import Array, shown, smooth
from ..running_cli import Outcome, command, environment, run_here

Capture = pytest.CaptureFixture[bytes]
ROOT = Path(__file__).resolve().parents[4]


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return make_folder(tmp_path / "in", 11)


def frames(capture: Capture, *arguments: object) -> Outcome:
    return run_here(capture, "frames", *arguments)


def document(capture: Capture, *arguments: object) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(frames(capture, *arguments, "--json").stdout)
    return read


def files_of(folder: Path) -> dict[str, bytes]:
    """Without the ledger."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != LEDGER}


def stylized(capture: Capture, photo: Path, pack: Path, alpha: str) -> Array:
    out = photo.parent.parent / "one.png"
    outcome = run_here(capture, "stylize", photo, out, "--pack", pack, "--alpha", alpha, "--force")
    assert outcome.code == 0, outcome.stderr
    return np.asarray(shown(out))


def test_each_frame_is_stylized_at_the_alpha_of_its_time(
    capfdbinary: Capture, clip: Path, tiny_pack: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    moving = ["--alpha", "0=0,10=1", "--alpha", "towards-waves=0.5"]
    outcome = frames(capfdbinary, clip, out, "--pack", tiny_pack, *moving)
    assert outcome.code == 0, outcome.stderr
    assert f"{out}: 11 of 11 frames written" in outcome.stderr
    assert sorted(files_of(out)) == sorted(path.name for path in clip.iterdir())
    for index in (0, 4, 10):
        name = f"frame{index}.png"
        alphas = f"strength={index / 10},towards-waves=0.5"
        expected = stylized(capfdbinary, clip / name, tiny_pack, alphas)
        assert (np.asarray(shown(out / name)) == expected).all()


def test_keys_in_a_file_do_the_same(
    capfdbinary: Capture, clip: Path, tiny_pack: Path, tmp_path: Path
) -> None:
    keys = tmp_path / "keys.toml"
    keys.write_text('ease = "smooth"\n[dials.strength]\n0 = 0.0\n10 = 1.0\n')
    pack = ["--pack", tiny_pack]
    assert frames(capfdbinary, clip, tmp_path / "a", *pack, "--keys", keys).code == 0
    given = [*pack, "--alpha", "strength=0=0,10=1", "--ease", "smooth"]
    assert frames(capfdbinary, clip, tmp_path / "b", *given).code == 0
    assert files_of(tmp_path / "a") == files_of(tmp_path / "b")
    both = frames(capfdbinary, clip, tmp_path / "c", *given, "--keys", keys)
    assert both.code == 2
    assert "--keys and --alpha" in both.stderr


def test_a_run_that_was_killed_goes_on_and_ends_as_one_that_was_not(
    capfdbinary: Capture, tiny_pack: Path, tmp_path: Path
) -> None:
    clip = make_folder(tmp_path / "in", 100)
    moving = ["--pack", tiny_pack, "--alpha", "0=0,99=1"]
    unbroken, killed = tmp_path / "unbroken", tmp_path / "killed"
    assert frames(capfdbinary, clip, unbroken, *moving).code == 0
    running = subprocess.Popen(
        command("frames", clip, killed, *moving), env=environment(), stderr=subprocess.DEVNULL
    )
    deadline = Deadline(60)
    while not deadline.is_over and not (killed / "frame9.png").exists():
        time.sleep(0.001)
    running.kill()
    running.wait(60)
    before = len(files_of(killed))
    assert 0 < before < 100, "it was to be killed on its way"
    told = document(capfdbinary, clip, killed, *moving)
    assert told["written"] + told["kept"] == 100
    assert told["kept"] >= before - 3, "a few were on their way to the disk"
    assert {name: data for name, data in files_of(killed).items() if name[0] != "."} == files_of(
        unbroken
    )


def test_keys_beyond_the_end_are_told(
    capfdbinary: Capture, clip: Path, tiny_pack: Path, tmp_path: Path
) -> None:
    keys = "0=0.1,10=0.2,48=0.9,96=0.4"
    outcome = run_here(
        capfdbinary, "frames", clip, tmp_path / "out", "--pack", tiny_pack, "--alpha", keys
    )
    assert outcome.code == 0
    assert (
        "ends with frame 10, so that 'strength' does not get to what it is to be at frame 48, 96"
        in (outcome.stderr)
    )


def test_only_frames_that_would_be_others_are_made_again(
    capfdbinary: Capture, clip: Path, tiny_pack: Path, tmp_path: Path
) -> None:
    out, pack = tmp_path / "out", ["--pack", tiny_pack, "--ease", "hold"]
    run = [clip, out, *pack, "--alpha"]
    assert document(capfdbinary, *run, "0=0,5=1")["written"] == 11
    assert document(capfdbinary, *run, "0=0,5=1")["kept"] == 11
    told = document(capfdbinary, *run, "0=0,5=1,9=0.5")
    assert (told["written"], told["kept"]) == (2, 9)
    Image.fromarray(frame(77)).save(clip / "frame3.png")
    told = document(capfdbinary, *run, "0=0,5=1,9=0.5")
    assert (told["written"], told["kept"]) == (1, 10)
    (out / "frame6.png").unlink()
    assert document(capfdbinary, *run, "0=0,5=1,9=0.5")["written"] == 1


def test_what_a_person_made_is_not_replaced(
    capfdbinary: Capture, clip: Path, tiny_pack: Path, tmp_path: Path
) -> None:
    out, run = tmp_path / "out", ["--pack", tiny_pack]
    out.mkdir()
    (out / "frame4.png").write_bytes(b"mine")
    refused = frames(capfdbinary, clip, out, *run)
    assert refused.code == 4
    assert "frame4.png: exists already" in refused.stderr
    assert files_of(out) == {"frame4.png": b"mine"}
    (out / "frame4.png").unlink()
    assert frames(capfdbinary, clip, out, *run).code == 0
    Image.fromarray(frame(5)).save(out / "frame4.png")  # retouched
    assert "frame4.png" in frames(capfdbinary, clip, out, *run).stderr
    assert document(capfdbinary, clip, out, *run, "--force")["written"] == 1


def test_a_bad_frame_is_named_and_need_not_be_the_end(
    capfdbinary: Capture, clip: Path, tiny_pack: Path, tmp_path: Path
) -> None:
    (clip / "frame6.png").write_bytes(b"no picture")
    out, run = tmp_path / "out", ["--pack", tiny_pack]
    ended = frames(capfdbinary, clip, out, *run)
    assert ended.code == 4
    assert "frame6.png" in ended.stderr
    assert sorted(files_of(out)) == [f"frame{index}.png" for index in range(6)]
    outcome = frames(capfdbinary, clip, out, *run, "--keep-going", "--json")
    assert outcome.code == 4
    told = json.loads(outcome.stdout)
    assert (told["ok"], told["written"], told["kept"]) == (False, 4, 6)
    assert [failed["frame"] for failed in told["failed"]] == [6]
    animation = tmp_path / "out.apng"
    run += ["--fps", "10", "--alpha", "0=0,10=1"]  # equal frames would be shown as one
    assert frames(capfdbinary, clip, animation, *run, "--keep-going").code == 4
    shown_for = AnimationClip(animation, max_pixels=10_000).seconds
    assert shown_for[4:7] == (Fraction(1, 10), Fraction(2, 10), Fraction(1, 10)), "one stands in"
    assert Path(f"{animation}.frames").is_dir(), "for another try"
    (clip / "frame3.png").write_bytes(b"no picture any more")
    assert frames(capfdbinary, clip, animation, *run, "--keep-going", "--force").code == 4
    shown_for = AnimationClip(animation, max_pixels=10_000).seconds
    assert shown_for[2] == Fraction(2, 10), "not the one that was made of the picture of then"
    for index in (3, 6):
        Image.fromarray(frame(index)).save(clip / f"frame{index}.png")
    told = document(capfdbinary, clip, animation, *run, "--force")
    assert (told["written"], told["kept"]) == (2, 9)
    assert not Path(f"{animation}.frames").exists()


def test_an_animation_becomes_another(
    capfdbinary: Capture, tiny_pack: Path, tmp_path: Path
) -> None:
    source = make_animation(tmp_path / "in.gif", [40, 120, 80])
    out = tmp_path / "out.webp"
    assert frames(capfdbinary, source, out, "--pack", tiny_pack, "--alpha", "0=0,2=1").code == 0
    durations = []
    with Image.open(out) as opened:
        for index in range(opened.n_frames):
            opened.seek(index)
            opened.load()
            durations.append(opened.info["duration"])
    assert durations == [40, 120, 80]
    assert sorted(path.name for path in tmp_path.iterdir() if "out" in path.name) == ["out.webp"]
    assert frames(capfdbinary, source, out, "--pack", tiny_pack).code == 4  # exists already


def test_only_what_was_made_here_is_taken_away(
    capfdbinary: Capture, clip: Path, tiny_pack: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out.gif"
    own = Path(f"{out}.frames")
    own.mkdir()
    (own / "notes.txt").write_text("mine")
    for name in (".dynamic-style-0123.part", ".dynamic-style-4567.part.mp4"):
        (own / name).write_bytes(b"left by a killed run")
    assert frames(capfdbinary, clip, out, "--pack", tiny_pack).code == 0
    assert files_of(own) == {"notes.txt": b"mine"}
    photos = clip.rename(tmp_path / "clip.gif.frames")
    before = files_of(photos)
    refused = frames(capfdbinary, photos, tmp_path / "clip.gif", "--pack", tiny_pack)
    assert refused.code == 2
    assert "holds the frames themselves" in refused.stderr
    assert files_of(photos) == before


def test_what_is_left_out_is_told(
    capfdbinary: Capture, clip: Path, tiny_pack: Path, tmp_path: Path
) -> None:
    (clip / "more").mkdir()
    (clip / "notes.txt").write_text("mine")
    outcome = frames(capfdbinary, clip, tmp_path / "out", "--pack", tiny_pack, "--json")
    told = json.loads(outcome.stdout)
    assert (told["frames"], len(told["notes"])) == (11, 1)
    assert f"{clip / 'more'}, {clip / 'notes.txt'}" in told["notes"][0]
    assert f"note: {told['notes'][0]}" in outcome.stderr


def test_a_line_that_a_full_disk_cut_costs_its_frame_alone(
    capfdbinary: Capture, clip: Path, tiny_pack: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    assert frames(capfdbinary, clip, out, "--pack", tiny_pack).code == 0
    lines = (out / LEDGER).read_bytes().splitlines(keepends=True)
    (out / LEDGER).write_bytes(b"".join(lines[:-1]) + lines[-1][:30])
    (out / "frame10.png").unlink()
    assert document(capfdbinary, clip, out, "--pack", tiny_pack)["written"] == 1
    assert document(capfdbinary, clip, out, "--pack", tiny_pack)["kept"] == 11


def test_a_video_keeps_its_times_and_its_sound(
    capfdbinary: Capture, tiny_pack: Path, tmp_path: Path
) -> None:
    pictures = [frame(index) for index in range(5)]
    stamps = [0, 1000, 1500, 4000, 9000]
    source = make_video(tmp_path / "in.mp4", pictures, stamps=stamps, sound=True)
    out = tmp_path / "out.mp4"
    told = document(capfdbinary, source, out, "--pack", tiny_pack)
    assert (told["ok"], told["frames"], told["notes"]) == (True, 5, [])
    assert stamps_of(out) == stamps_of(source)
    assert sound_of(out) == sound_of(source) != []
    numbered = tmp_path / "frames"
    assert document(capfdbinary, source, numbered, "--pack", tiny_pack)["ok"]
    assert sorted(files_of(numbered)) == [f"in-000{index}.png" for index in range(5)]


def test_a_folder_becomes_a_video_at_the_rate_that_is_asked_for(
    capfdbinary: Capture, clip: Path, tiny_pack: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out.mp4"
    assert frames(capfdbinary, clip, out, "--pack", tiny_pack, "--fps", "12.5").code == 0
    assert [float(stamp) for stamp in stamps_of(out)] == [index / 12.5 for index in range(11)]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["in", "in"], "holds the frames themselves"),
        (["in", "out.doc"], "no kind of clip that is written"),
        (["in", "out", "--fps", "0"], "--fps '0'"),
        (["in", "out", "--fps", "fast"], "--fps 'fast'"),
        (["one.gif", "out", "--fps", "12"], "--fps is for folders"),
        (["one.gif", "one.gif"], "is the clip itself"),
        (["loud.mp4", "out.webm"], "takes no aac, as the sound of loud.mp4 is"),
        (["none", "out"], "no such file or folder"),
        (["empty", "out"], "holds no pictures"),
        (["in", "nowhere/out.gif"], "its folder does not exist"),
        (["in", "out", "--alpha", "wave=0=1"], "has no dial 'wave'"),
        (["in", "out", "--alpha", "0=0,5=1e9"], "cannot be used"),
        (["in", "out", "--alpha", "0=1", "--alpha", "strength=1"], "is set twice"),
        (["in", "out", "--keys", "none.toml"], "no such file of keys"),
    ],
)
def test_what_cannot_be_done_is_told_before_anything_is_made(
    capfdbinary: Capture,
    clip: Path,
    tiny_pack: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    make_animation(tmp_path / "one.gif", [40, 40])
    make_video(tmp_path / "loud.mp4", [frame(0)], sound=True)
    (tmp_path / "empty").mkdir()
    before = sorted(tmp_path.rglob("*"))
    outcome = frames(capfdbinary, *arguments, "--pack", tiny_pack)
    assert outcome.code in (2, 4)
    assert said in outcome.stderr
    assert sorted(tmp_path.rglob("*")) == before


def test_videos_without_pyav_are_refused_with_what_to_do(
    capfdbinary: Capture,
    clip: Path,
    tiny_pack: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    video = make_video(tmp_path / "in.mp4", [smooth(20, 30)])
    monkeypatch.setitem(sys.modules, "av", None)
    for arguments in ([video, tmp_path / "out"], [clip, tmp_path / "out.mp4"]):
        outcome = frames(capfdbinary, *arguments, "--pack", tiny_pack)
        assert outcome.code == 2
        assert "is not installed" in outcome.stderr
        assert '-m pip install "av>=' in outcome.stderr
    assert frames(capfdbinary, clip, tmp_path / "out.gif", "--pack", tiny_pack).code == 0


def test_a_pyav_that_is_too_old_is_told(
    capfdbinary: Capture,
    clip: Path,
    tiny_pack: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = "av>=" + ".".join(map(str, require_av.OLDEST))
    assert f'video = ["{asked}",' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    monkeypatch.setattr(require_av, "version", lambda _: "16.0.1")
    outcome = frames(capfdbinary, clip, tmp_path / "out.mp4", "--pack", tiny_pack)
    assert outcome.code == 2
    assert "is too old here" in outcome.stderr
    assert asked in outcome.stderr
