"""Files are safe: photos are never replaced, others only with --force, nothing is left half."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import threading
from pathlib import Path

import pytest
from PIL import Image

from dynamic_style.backend.protocol.errors import DeviceError
from dynamic_style.backend.tasks import stylize_run

from ..pictures import noise, shown, smooth
from .running_cli import TIMEOUT_S, Outcome, command, environment, run_here

Capture = pytest.CaptureFixture[bytes]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with two photos, a note, a hidden picture and a subfolder."""
    folder = tmp_path / "photos"
    (folder / "older").mkdir(parents=True)
    Image.fromarray(smooth(12, 16)).save(folder / "a.png")
    Image.fromarray(smooth(16, 12)).save(folder / "b.JPG")
    Image.fromarray(smooth(16, 12)).save(folder / ".hidden.png")
    Image.fromarray(smooth(16, 12)).save(folder / "older" / "c.png")
    (folder / "notes.txt").write_text("not a picture", encoding="utf-8")
    return folder


def stylize(capture: Capture, *arguments: object) -> Outcome:
    return run_here(capture, "stylize", *arguments)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_folders_pictures_go_into_a_folder(
    capfdbinary: Capture, folder: Path, tiny_pack: Path, tmp_path: Path
) -> None:
    out = tmp_path / "new" / "results"
    outcome = stylize(capfdbinary, folder, out, "--pack", tiny_pack)
    assert outcome.code == 0
    assert "2 pictures: 2 written" in outcome.stderr
    assert names(out) == ["a.png", "b.JPG"]
    assert shown(out / "b.JPG").format == "JPEG"


def test_several_photos_go_into_a_folder_in_one_format(
    capfdbinary: Capture, folder: Path, tiny_pack: Path, tmp_path: Path
) -> None:
    photos = [folder / "a.png", folder / "b.JPG"]
    run = [*photos, tmp_path / "out", "--pack", tiny_pack, "--format", "webp"]
    assert stylize(capfdbinary, *run).code == 0
    assert names(tmp_path / "out") == ["a.webp", "b.webp"]


def test_a_folder_can_take_one_photo_under_its_own_name(
    capfdbinary: Capture, folder: Path, tiny_pack: Path, tmp_path: Path
) -> None:
    slash = f"{tmp_path / 'out'}{os.sep}"
    assert stylize(capfdbinary, folder / "a.png", slash, "--pack", tiny_pack).code == 0
    assert names(tmp_path / "out") == ["a.png"]


def test_a_batch_goes_on_after_a_bad_file_and_fails_at_the_end(
    capfdbinary: Capture, folder: Path, tiny_pack: Path, tmp_path: Path
) -> None:
    (folder / "aa.png").write_bytes(b"")
    photos = [folder / "a.png", folder / "aa.png", folder / "gone.png", folder / "b.JPG"]
    run = [*photos, tmp_path / "out", "--pack", tiny_pack, "--json"]
    outcome = stylize(capfdbinary, *run)
    assert outcome.code == 4
    assert "aa.png: the file is empty" in outcome.stderr
    assert "gone.png: there is no such file" in outcome.stderr
    assert "4 pictures: 2 written, 2 failed" in outcome.stderr
    assert names(tmp_path / "out") == ["a.png", "b.JPG"]
    document = json.loads(outcome.stdout)
    assert document["ok"] is False
    assert [result["status"] for result in document["results"]] == [
        "written", "failed", "failed", "written",
    ]  # fmt: skip
    assert document["results"][1]["error"]["code"] == "image.read"


def test_after_a_shortage_of_memory_a_batch_computes_in_other_threads(
    capfdbinary: Capture,
    folder: Path,
    tiny_pack: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """oneDNN makes no code any more in a thread that once had no memory for it. The shortage is
    made up: a real one would be refused before the net is run.
    """
    threads, real = [], stylize_run.stylize_at

    def stylize_at(*arguments: object, **named: object) -> object:
        threads.append(threading.current_thread())
        if len(threads) == 1:
            raise DeviceError("memory ran out")
        return real(*arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(stylize_run, "stylize_at", stylize_at)
    photos = [folder / "a.png", folder / "b.JPG"]
    outcome = stylize(capfdbinary, *photos, tmp_path / "out", "--pack", tiny_pack)
    assert "2 pictures: 1 written, 1 failed" in outcome.stderr
    assert threads[0] is threading.main_thread()
    assert threads[1] is not threads[0]


def test_a_batch_can_go_on_where_it_stopped(
    capfdbinary: Capture, folder: Path, tiny_pack: Path, tmp_path: Path
) -> None:
    run = [folder, tmp_path / "out", "--pack", tiny_pack]
    assert stylize(capfdbinary, *run).code == 0
    (tmp_path / "out" / "a.png").unlink()
    before = (tmp_path / "out" / "b.JPG").stat()
    assert stylize(capfdbinary, *run).code == 4  # exists already
    (tmp_path / "out" / "a.png").unlink()
    outcome = stylize(capfdbinary, *run, "--skip-existing")
    assert outcome.code == 0
    assert "1 written, 1 skipped" in outcome.stderr
    assert (tmp_path / "out" / "b.JPG").stat() == before


@pytest.mark.parametrize("way", ["itself", "relative", "symlink", "hardlink", "folder", "trailing"])
def test_a_photo_is_never_replaced_whatever_name_it_goes_by(
    capfdbinary: Capture,
    folder: Path,
    tiny_pack: Path,
    monkeypatch: pytest.MonkeyPatch,
    way: str,
) -> None:
    photo = folder / "a.png"
    before = photo.read_bytes()
    link = folder.parent / "link.png"
    out: object = photo
    if way == "relative":
        monkeypatch.chdir(folder / "older")
        out = "../older/../a.png"
    elif way == "symlink":
        link.symlink_to(photo)
        out = link
    elif way == "hardlink":
        os.link(photo, link)
        out = link
    elif way == "folder":
        out = folder
    elif way == "trailing":
        (folder.parent / "same").symlink_to(folder)
        out = f"{folder.parent / 'same'}/"
    outcome = stylize(capfdbinary, photo, out, "--pack", tiny_pack, "--force")
    assert outcome.code == 2
    assert "never replace their photos" in outcome.stderr
    assert photo.read_bytes() == before


def test_one_photo_of_a_batch_is_not_replaced_by_anothers_result(
    capfdbinary: Capture, folder: Path, tiny_pack: Path
) -> None:
    other = folder / "older" / "a.png"
    Image.fromarray(smooth(5, 5)).save(other)
    before = other.read_bytes()
    run = [folder / "a.png", other, folder / "older", "--pack", tiny_pack, "--force"]
    outcome = stylize(capfdbinary, *run)
    assert outcome.code == 2
    assert other.read_bytes() == before


def test_the_map_is_not_replaced_either(
    capfdbinary: Capture, folder: Path, tiny_pack: Path
) -> None:
    mask = folder / "mask.png"
    Image.new("L", (4, 4), 255).save(mask)
    run = [folder / "a.png", mask, "--pack", tiny_pack, "--alpha-map", mask, "--force"]
    assert stylize(capfdbinary, *run).code == 2
    assert shown(mask).size == (4, 4)


def test_two_photos_of_one_name_are_not_written_over_each_other(
    capfdbinary: Capture, folder: Path, tiny_pack: Path, tmp_path: Path
) -> None:
    Image.fromarray(smooth(5, 5)).save(folder / "a.tif")
    run = [folder, tmp_path / "out", "--pack", tiny_pack, "--format", "png"]
    outcome = stylize(capfdbinary, *run)
    assert outcome.code == 2
    assert "would both be written to" in outcome.stderr
    assert not (tmp_path / "out").exists()


def test_other_files_are_replaced_only_by_force(
    capfdbinary: Capture, folder: Path, tiny_pack: Path, tmp_path: Path
) -> None:
    out = tmp_path / "dear.png"
    out.write_bytes(b"something dear")
    refused = stylize(capfdbinary, folder / "a.png", out, "--pack", tiny_pack)
    assert refused.code == 4
    assert "exists already" in refused.stderr
    assert "--force" in refused.stderr
    assert out.read_bytes() == b"something dear"
    assert stylize(capfdbinary, folder / "a.png", out, "--pack", tiny_pack, "--force").code == 0
    assert shown(out).size == (16, 12)


def test_a_link_to_a_result_is_followed_not_cut(
    capfdbinary: Capture, folder: Path, tiny_pack: Path, tmp_path: Path
) -> None:
    real, link = tmp_path / "real.png", tmp_path / "link.png"
    real.write_bytes(b"old")
    link.symlink_to(real)
    assert stylize(capfdbinary, folder / "a.png", link, "--pack", tiny_pack, "--force").code == 0
    assert link.is_symlink()
    assert shown(real).size == (16, 12)


def test_devices_are_not_replaced(capfdbinary: Capture, folder: Path, tiny_pack: Path) -> None:
    run = [folder / "a.png", "/dev/null", "--pack", tiny_pack, "--format", "png", "--force"]
    outcome = stylize(capfdbinary, *run)
    assert outcome.code == 4
    assert "not an ordinary file" in outcome.stderr
    assert Path("/dev/null").is_char_device()


@pytest.mark.parametrize(
    ("out", "code", "says"),
    [
        ("missing/out.png", 4, "its folder does not exist"),
        ("photos/notes.txt/out.png", 4, "its folder does not exist"),
        ("x" * 300 + ".png", 4, "choose another place"),
    ],
    ids=["no folder", "a file as folder", "long"],
)
def test_places_that_cannot_be_written_are_told(
    capfdbinary: Capture, folder: Path, tiny_pack: Path, out: str, code: int, says: str
) -> None:
    run = [folder / "a.png", folder.parent / out, "--pack", tiny_pack]
    outcome = stylize(capfdbinary, *run)
    assert outcome.code == code
    assert says in outcome.stderr


def test_a_folder_without_pictures_is_told(
    capfdbinary: Capture, tmp_path: Path, tiny_pack: Path
) -> None:
    (tmp_path / "empty").mkdir()
    outcome = stylize(capfdbinary, tmp_path / "empty", tmp_path / "out", "--pack", tiny_pack)
    assert outcome.code == 2
    assert "holds no pictures" in outcome.stderr


def test_a_file_cannot_take_several_pictures(
    capfdbinary: Capture, folder: Path, tiny_pack: Path
) -> None:
    outcome = stylize(capfdbinary, folder, folder / "notes.txt", "--pack", tiny_pack, "--force")
    assert outcome.code == 2
    assert (folder / "notes.txt").read_text(encoding="utf-8") == "not a picture"


def test_when_writing_fails_midway_the_old_file_stays_and_nothing_else(
    tiny_pack: Path, tmp_path: Path
) -> None:
    """A limit on the size of files stands for the full disk: the kernel refuses to write on."""
    photo, out = tmp_path / "photo.png", tmp_path / "out" / "result.png"
    Image.fromarray(noise(100, 100, 3)).save(photo)
    out.parent.mkdir()
    out.write_bytes(b"old")

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))

    done = subprocess.run(
        command("stylize", photo, out, "--pack", tiny_pack, "--force"),
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        env={**environment(), "PYTHONDONTWRITEBYTECODE": "1"},
        preexec_fn=limit,
        check=False,
    )
    assert done.returncode == 4, done.stderr
    assert f"error: {out}: the file is larger than the system allows" in done.stderr
    assert names(out.parent) == ["result.png"]
    assert out.read_bytes() == b"old"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a disk that is full")
def test_a_full_disk_is_told(tiny_pack: Path, folder: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            command("stylize", folder / "a.png", "-", "--pack", tiny_pack),
            stdout=full,
            stderr=subprocess.PIPE,
            timeout=TIMEOUT_S,
            env=environment(),
            check=False,
        )
    assert done.returncode == 4, done.stderr
    assert b"standard output: the disk is full; free some space" in done.stderr


def test_a_missing_folder_is_told_with_what_to_do(
    capfdbinary: Capture, folder: Path, tiny_pack: Path
) -> None:
    out = folder / "none" / "file.png"
    outcome = stylize(capfdbinary, folder / "a.png", out, "--pack", tiny_pack)
    assert outcome.code == 4
    assert f"{out}: its folder does not exist; make it, or check the path" in outcome.stderr


def test_every_suffix_of_a_jpeg_is_taken_and_what_is_left_out_is_named(
    capfdbinary: Capture, tmp_path: Path, tiny_pack: Path
) -> None:
    folder, out = tmp_path / "photos", tmp_path / "out"
    folder.mkdir()
    for name in ("a.jpg", "b.jfif", "c.JPE", "d.mpo"):
        Image.new("RGB", (20, 16), (10, 90, 50)).save(folder / name, format="JPEG")
    for name in ("e.HEIC", "f.txt", ".hidden.heic"):
        (folder / name).write_bytes(b"?")
    outcome = run_here(capfdbinary, "stylize", folder, out, "--pack", tiny_pack)
    assert outcome.code == 0, outcome.stderr
    assert sorted(path.name for path in out.iterdir()) == ["a.jpg", "b.jfif", "c.JPE", "d.jpg"]
    for path in out.iterdir():
        assert path.read_bytes().startswith(b"\xff\xd8"), "no JPEG"
    assert f"{folder / 'e.HEIC'}, {folder / 'f.txt'};" in outcome.stderr
    assert ".hidden" not in outcome.stderr


def test_what_is_named_like_a_picture_and_is_none_is_named(
    capfdbinary: Capture, folder: Path, tiny_pack: Path, tmp_path: Path
) -> None:
    os.mkfifo(folder / "pipe.png")
    (folder / "more.jpg").mkdir()
    (folder / "moved.png").symlink_to("gone.png")
    outcome = stylize(capfdbinary, folder, tmp_path / "out", "--pack", tiny_pack)
    assert outcome.code == 4
    assert f"{folder / 'moved.png'}: there is no such file" in outcome.stderr
    told = ", ".join(str(folder / name) for name in ("more.jpg", "notes.txt", "pipe.png"))
    assert f"left out as no picture of a kind that is read: {told};" in outcome.stderr
    assert names(tmp_path / "out") == ["a.png", "b.JPG"]


def test_several_pictures_make_no_folder_that_is_named_like_a_picture(
    capfdbinary: Capture, folder: Path, tiny_pack: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out.png"
    outcome = stylize(capfdbinary, folder, out, "--pack", tiny_pack)
    assert outcome.code == 2
    assert "named like a picture" in outcome.stderr and not out.exists()
    assert stylize(capfdbinary, folder, f"{out}/", "--pack", tiny_pack).code == 0


@pytest.mark.parametrize("has_links", [True, False])
def test_what_another_run_has_written_meanwhile_stays(
    capfdbinary: Capture,
    folder: Path,
    tiny_pack: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    has_links: bool,
) -> None:
    out = tmp_path / "out.png"
    real = stylize_run.stylize_at

    def stylize_at(*arguments: object, **named: object) -> object:
        out.write_bytes(b"another run's")
        return real(*arguments, **named)  # type: ignore[arg-type]

    def refuse(*_arguments: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(stylize_run, "stylize_at", stylize_at)
    if not has_links:
        monkeypatch.setattr(os, "link", refuse)
    run = [folder / "a.png", out, "--pack", tiny_pack, "--no-backend"]
    outcome = stylize(capfdbinary, *run)
    assert outcome.code == 4
    assert f"{out}: exists already" in outcome.stderr
    assert out.read_bytes() == b"another run's"
    assert not list(tmp_path.glob(".dynamic-style-*"))
    assert stylize(capfdbinary, *run, "--force").code == 0
    assert shown(out).size == (16, 12)
