"""dynamic-style stylize: what is written, where, and what is said about it."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from PIL import Image

from dynamic_style.backend.compute.engine import Net
from dynamic_style.backend.images.limits import SHARE_TO_USE
from dynamic_style.backend.tasks import stylize_run

from ..images.test_reading import png16
from ..pictures import Array, noise, shown, smooth
from ..tiny_weights import make_tiny_weights
from .running_cli import Outcome, run_here

Capture = pytest.CaptureFixture[bytes]


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.png"
    Image.fromarray(smooth(21, 34)).save(path)
    return path


def stylize(capture: Capture, *arguments: object) -> Outcome:
    return run_here(capture, "stylize", *arguments)


def result_of(capture: Capture, photo: Path, pack: Path, *options: object) -> Array:
    """The pixels that these options make of the photo."""
    out = photo.with_name("result.png")
    outcome = stylize(capture, photo, out, "--pack", pack, "--force", *options)
    assert outcome.code == 0, outcome.stderr
    return np.asarray(shown(out))


def test_a_photo_becomes_a_picture_of_its_size(
    capfdbinary: Capture, photo: Path, tiny_pack: Path
) -> None:
    out = photo.with_name("result.png")
    outcome = stylize(capfdbinary, photo, out, "--pack", tiny_pack)
    assert outcome.code == 0
    assert outcome.stdout == b""
    assert f"{out}: 34 x 21 pixels, worked at 34 x 21" in outcome.stderr
    assert shown(out).size == (34, 21)
    assert sorted(path.name for path in photo.parent.glob("*.p*")) == ["photo.png", "result.png"]


def test_the_dial_changes_the_picture_and_zero_is_the_main_net(
    capfdbinary: Capture, photo: Path, tiny_pack: Path
) -> None:
    def at(*alphas: str) -> Array:
        options = [part for alpha in alphas for part in ("--alpha", alpha)]
        return result_of(capfdbinary, photo, tiny_pack, *options)

    off = "towards-waves=0"
    zero, one = at("0", off), at("1", off)
    assert (zero != one).any()
    np.testing.assert_array_equal(at("strength=1", off), one)
    np.testing.assert_array_equal(at("Strength=1", off), one)
    np.testing.assert_array_equal(at(f"strength=1,{off}"), one)
    np.testing.assert_array_equal(at(f"strength=0,0,0,{off},0"), zero)
    np.testing.assert_array_equal(at("1,1,1", off), one)
    np.testing.assert_array_equal(at("strength=0,0,0", "towards-waves=0,0"), zero)
    assert (at("1,0,0", off) != at("0,0,1", off)).any()
    assert (at("-1", off) != one).any()
    # what is not named stays at the pack's default, 0.5 for both dials
    np.testing.assert_array_equal(at(), at("0.5", "towards-waves=.5"))
    np.testing.assert_array_equal(at("1"), at("1", "towards-waves=.5"))


@pytest.mark.parametrize(
    ("alpha", "says"),
    [
        ("strenth=1", r"no dial 'strenth'; did you mean 'strength'.*strength, towards-waves"),
        ("colour=1", r"no dial 'colour'; its dials are: strength, towards-waves"),
        ("high", r"not a number.*with a point"),
        ("strength=", r"--alpha strength=: not a number"),
        ("nan", r"nan cannot be used"),
        ("strength=inf", r"inf cannot be used"),
        ("60000", r"60000 cannot be used"),
        ("0,6", r"2 numbers.*takes 1, or 3.*res3, up1, conv_out.*0\.6"),
        ("towards-waves=1,1,1", r"3 numbers.*2 for its taps up1, conv_out"),
    ],
)
def test_alphas_that_make_no_sense_are_refused(
    capfdbinary: Capture, photo: Path, tiny_pack: Path, alpha: str, says: str
) -> None:
    out = photo.with_name("result.png")
    outcome = stylize(capfdbinary, photo, out, "--pack", tiny_pack, "--alpha", alpha)
    assert outcome.code == 2
    assert not out.exists()
    assert re.search(says, outcome.stderr), outcome.stderr


def test_a_dial_set_twice_is_refused(capfdbinary: Capture, photo: Path, tiny_pack: Path) -> None:
    alphas = ["--alpha", "1", "--alpha", "strength=0"]
    outcome = stylize(capfdbinary, photo, "x.png", "--pack", tiny_pack, *alphas)
    assert outcome.code == 2
    assert "'strength' is set twice" in outcome.stderr


def test_a_pack_for_something_else_names_the_command_that_uses_it(
    capfdbinary: Capture, photo: Path, tiny_pack: Path
) -> None:
    outcome = stylize(capfdbinary, photo, "x.png", "--pack", "photo-fill")
    assert outcome.code == 2
    assert "'photo-fill' fills what a mask covers: 'dynamic-style complete'" in outcome.stderr
    outcome = run_here(capfdbinary, "complete", photo, photo, "x.png", "--pack", tiny_pack)
    assert outcome.code == 2
    assert "'tiny' stylizes pictures: 'dynamic-style stylize'" in outcome.stderr
    listed = run_here(capfdbinary, "packs", "list").stdout.decode()
    assert "fills what a mask covers; dials: smoothness" in listed


def test_going_beyond_the_ranges_is_allowed_and_said(
    capfdbinary: Capture, photo: Path, tiny_pack: Path
) -> None:
    out = photo.with_name("result.png")
    run = [photo, out, "--pack", tiny_pack, "--force", "--alpha"]
    within = stylize(capfdbinary, *run, "-1")
    assert "beyond" not in within.stderr.replace(str(out), "")
    beyond = stylize(capfdbinary, *run, "1.1")
    assert beyond.code == 0
    assert "'strength' at 1.1 is beyond its trained range -1 to 1: " in beyond.stderr
    unsafe = stylize(capfdbinary, *run, "strength=0,1.1,3", "--quiet")
    assert unsafe.code == 0
    assert "warning: dial 'strength' at 3 is beyond its safe range" in unsafe.stderr
    assert "1.1" not in unsafe.stderr  # a note, which --quiet leaves out


def test_a_map_turns_the_dials_where_it_is_white(
    capfdbinary: Capture, tmp_path: Path, tiny_pack: Path
) -> None:
    photo, mask = tmp_path / "photo.png", tmp_path / "mask.png"
    Image.fromarray(smooth(40, 200)).save(photo)

    def at(white: int, *size: int) -> Array:
        Image.new("L", size or (3, 3), white).save(mask)
        return result_of(capfdbinary, photo, tiny_pack, "--alpha-map", mask, "--alpha", "1")

    plain = result_of(capfdbinary, photo, tiny_pack, "--alpha", "1")
    off = result_of(capfdbinary, photo, tiny_pack, "--alpha", "0", "--alpha", "towards-waves=0")
    np.testing.assert_allclose(at(255), plain, atol=1)
    np.testing.assert_array_equal(at(0), off)
    outcome = stylize(
        capfdbinary, photo, tmp_path / "r.png", "--pack", tiny_pack, "--alpha-map", mask
    )
    assert "the alpha map has another shape" in outcome.stderr


def test_a_dial_of_weights_is_turned_and_follows_no_map(
    capfdbinary: Capture, tmp_path: Path
) -> None:
    photo, mask, pack = tmp_path / "photo.png", tmp_path / "mask.png", tmp_path / "tiny-weights"
    Image.fromarray(smooth(40, 200)).save(photo)
    Image.new("L", (200, 40), 255).save(mask)
    make_tiny_weights(pack)
    off, turned = (
        result_of(capfdbinary, photo, pack, "--alpha", f"strength=0,second={alpha},towards-waves=0")
        for alpha in (0, 1)
    )
    assert np.abs(turned - off).max() > 5
    run = [photo, tmp_path / "r.png", "--pack", pack]
    outcome = stylize(capfdbinary, *run, "--alpha-map", mask)  # at its default, 0.5
    assert outcome.code == 2
    assert "dial 'second' is at 0.5 and is to follow a map" in outcome.stderr
    assert not (tmp_path / "r.png").exists()
    assert stylize(capfdbinary, *run, "--alpha-map", mask, "--alpha", "second=0").code == 0
    outcome = stylize(capfdbinary, *run, "--alpha", "second=0.2,0.5,1", "--force")
    assert "dial 'second': 3 numbers; it turns the weights of the whole net" in outcome.stderr


def test_the_working_size_is_the_packs_and_scale_changes_it(
    capfdbinary: Capture, tmp_path: Path, tiny_pack: Path
) -> None:
    photo, out = tmp_path / "photo.jpg", tmp_path / "out.jpg"
    Image.fromarray(smooth(300, 600)).save(photo)  # the tiny pack works at 512

    def size(*options: str) -> tuple[int, int]:
        run = [photo, out, "--pack", tiny_pack, "--force", "--json", *options]
        (result,) = json.loads(stylize(capfdbinary, *run).stdout)["results"]
        assert shown(out).size == (600, 300) == (result["width"], result["height"])
        return result["working_width"], result["working_height"]

    assert size() == (512, 256)
    assert size("--scale", "100") == (100, 50)
    assert size("--scale", "50%") == (300, 150)
    assert size("--scale", "full") == (600, 300)
    assert size("--scale", "800") == (800, 400)


def test_too_large_for_the_memory_names_a_scale(
    capfdbinary: Capture, photo: Path, tiny_pack: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stylize_run, "memory_at_hand", lambda: 8 << 30)
    out = photo.with_name("result.png")
    outcome = stylize(capfdbinary, photo, out, "--pack", tiny_pack, "--scale", "65536")
    assert outcome.code == 4
    assert f"{photo}: working at 65536 x 40478 pixels takes about" in outcome.stderr
    assert re.search(r"use --scale \d{4,5} ", outcome.stderr), outcome.stderr
    assert not out.exists()


def test_little_memory_makes_the_same_picture(
    capfdbinary: Capture, photo: Path, tiny_pack: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    needs_strips, asked = stylize_run.needs_strips, []

    def asking(net: Net, **sizes: Any) -> bool:
        answer = needs_strips(net, **sizes)
        asked.append((net, sizes["working"], answer))
        return answer

    monkeypatch.setattr(stylize_run, "needs_strips", asking)
    roomy = result_of(capfdbinary, photo, tiny_pack, "--scale", "1200", "--engine", "torch").astype(
        int
    )
    net, working, _ = asked[0]
    between = (net.bytes_in_strips(working) + net.bytes_to_run(working)) / 2
    monkeypatch.setattr(stylize_run, "memory_at_hand", lambda: int(between / SHARE_TO_USE))
    tight = result_of(capfdbinary, photo, tiny_pack, "--scale", "1200", "--engine", "torch").astype(
        int
    )
    assert [answer for _, _, answer in asked] == [False, True]
    assert np.abs(roomy - tight).max() <= 1


def test_preserved_colors_are_the_photos(
    capfdbinary: Capture, tmp_path: Path, tiny_pack: Path
) -> None:
    photo = tmp_path / "photo.png"
    Image.new("RGB", (30, 30), (128, 128, 128)).save(photo)
    plain = result_of(capfdbinary, photo, tiny_pack)
    kept = result_of(capfdbinary, photo, tiny_pack, "--preserve-color").astype(int)
    assert np.ptp(plain.astype(int), axis=2).max() > 3
    assert np.ptp(kept, axis=2).max() <= 1


def test_16_bits_go_in_and_come_out(capfdbinary: Capture, tmp_path: Path, tiny_pack: Path) -> None:
    photo, out = tmp_path / "photo.png", tmp_path / "out.tif"
    photo.write_bytes(png16(noise(40, 50, 3, dtype=np.uint16)).getvalue())
    assert stylize(capfdbinary, photo, out, "--pack", tiny_pack, "--alpha", "0").code == 0
    result = tifffile.imread(out)
    assert result.dtype == np.uint16
    assert len(np.unique(result)) > 1000
    assert (result % 257 != 0).any(), "8 bits blown up to 16"


def test_the_alpha_channel_is_kept_exactly(
    capfdbinary: Capture, tmp_path: Path, tiny_pack: Path
) -> None:
    photo, samples = tmp_path / "layer.png", noise(33, 29, 4)
    Image.fromarray(samples).save(photo)
    result = result_of(capfdbinary, photo, tiny_pack, "--scale", "16")
    np.testing.assert_array_equal(result[..., 3], samples[..., 3])
    flat = stylize(capfdbinary, photo, tmp_path / "flat.jpg", "--pack", tiny_pack)
    assert "JPEG has no transparency" in flat.stderr


def test_the_format_is_the_suffixs_or_the_options(
    capfdbinary: Capture, photo: Path, tiny_pack: Path
) -> None:
    for name, options, format_ in (
        ("a.webp", [], "WEBP"),
        ("a.TIF", [], "TIFF"),
        ("plain", ["--format", "jpeg"], "JPEG"),
    ):
        out = photo.with_name(name)
        assert stylize(capfdbinary, photo, out, "--pack", tiny_pack, *options).code == 0
        assert shown(out).format == format_
    for name, options in (("a.gif", []), ("plain2", []), ("a.png", ["--format", "jpeg"])):
        outcome = stylize(capfdbinary, photo, photo.with_name(name), "--pack", tiny_pack, *options)
        assert outcome.code == 2
        assert not photo.with_name(name).exists()


def test_quality_makes_files_smaller(capfdbinary: Capture, tmp_path: Path, tiny_pack: Path) -> None:
    photo, out = tmp_path / "photo.png", tmp_path / "out.jpg"
    Image.fromarray(noise(60, 60, 3)).save(photo)
    sizes = []
    for quality in ("95", "20"):
        run = [photo, out, "--pack", tiny_pack, "--force", "--quality", quality]
        assert stylize(capfdbinary, *run).code == 0
        sizes.append(out.stat().st_size)
    assert sizes[1] < sizes[0] / 2
    assert stylize(capfdbinary, photo, out, "--pack", tiny_pack, "--quality", "0").code == 2


def test_json_has_one_document_with_everything(
    capfdbinary: Capture, photo: Path, tiny_pack: Path
) -> None:
    out = photo.with_name("result.png")
    run = [photo, out, "--pack", tiny_pack, "--alpha", "0.25", "--json", "--device", "cpu"]
    document = json.loads(stylize(capfdbinary, *run).stdout)
    assert document.keys() == {"ok", "pack", "device", "alphas", "results", "left_out"}
    assert document["ok"] is True
    assert document["device"].startswith("cpu, openvino in ")
    assert document["pack"]["id"] == "tiny"
    assert document["alphas"] == {"strength": [0.25], "towards-waves": [0.5]}
    (result,) = document["results"]
    assert (result["input"], result["output"], result["status"]) == (
        str(photo),
        str(out),
        "written",
    )
    assert result["seconds"] > 0
    assert result["notes"] == []


def test_standard_output_takes_one_picture_and_no_json(
    capfdbinary: Capture, photo: Path, tiny_pack: Path
) -> None:
    outcome = stylize(capfdbinary, photo, "-", "--pack", tiny_pack)
    assert Image.open(io.BytesIO(outcome.stdout)).format == "PNG"
    assert stylize(capfdbinary, photo, "-", "--pack", tiny_pack, "--json").code == 2
    assert stylize(capfdbinary, photo, photo, "-", "--pack", tiny_pack).code == 2


@pytest.mark.parametrize("size", [(1, 1), (1, 40), (3, 2)])
def test_tiny_pictures_are_stylized(
    capfdbinary: Capture, tmp_path: Path, tiny_pack: Path, size: tuple[int, int]
) -> None:
    photo = tmp_path / "photo.png"
    Image.fromarray(noise(*size, 3)).save(photo)
    assert result_of(capfdbinary, photo, tiny_pack).shape == (*size, 3)
