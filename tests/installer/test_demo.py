"""The demo tells which pictures it made, and never counts one that did not come out."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from installer import demo
from installer.environment.record import Environment
from installer.origin import ROOT

from . import mini_checkout

pytestmark = pytest.mark.timeout(mini_checkout.TEST_TIMEOUT_S)

PACKS = {
    "packs": [
        {
            "id": "mini",
            "ok": True,
            "dials": [
                {"id": "strength", "trained_range": [-1.0, 1.0]},
                {"id": "texture", "trained_range": [0.0, 1.0]},
            ],
        }
    ]
}


@pytest.fixture
def checkout_with_pack(ready_checkout: Path) -> Path:
    (ready_checkout / "packs.json").write_text(json.dumps(PACKS), encoding="utf-8")
    return ready_checkout


def test_every_pack_is_shown_over_its_first_dials_range_and_on_sheets(
    checkout_with_pack: Path,
) -> None:
    old = checkout_with_pack / "demo" / "of-the-user.jpg"
    old.parent.mkdir(exist_ok=True)
    old.touch()
    for _ in range(2):  # a second run keeps its own pictures and touches nothing else
        done = mini_checkout.run(checkout_with_pack, "demo")
        assert done.returncode == 0, done.stderr
    assert done.stdout.count("as before") == 5
    pictures = {path.name for path in (checkout_with_pack / "demo").iterdir()}
    assert pictures == {
        "of-the-user.jpg",
        "mountain-path_mini_strength_-1.jpg",
        "mountain-path_mini_strength_0.jpg",
        "mountain-path_mini_strength_1.jpg",
        "two-dogs_mini_strength_sweep.jpg",
        "two-dogs_mini_texture_sweep.jpg",
    }
    assert all(name in done.stdout for name in pictures - {old.name})
    assert str(checkout_with_pack / "demo") in done.stdout


@pytest.mark.parametrize(
    ("trouble", "says"),
    [("broken", "error: the pack is broken"), ("lazy", "ended well but wrote no")],
)
def test_picture_that_does_not_come_out_fails_the_demo(
    checkout_with_pack: Path, trouble: str, says: str
) -> None:
    of_an_earlier_run = checkout_with_pack / "demo" / "mountain-path_mini_strength_-1.jpg"
    of_an_earlier_run.parent.mkdir(exist_ok=True)
    of_an_earlier_run.write_text("a picture")
    (checkout_with_pack / trouble).touch()
    done = mini_checkout.run(checkout_with_pack, "demo")
    assert done.returncode == 1
    assert says in done.stderr


def test_only_what_changed_is_drawn_again(checkout_with_pack: Path) -> None:
    mini_checkout.run(checkout_with_pack, "demo")
    (checkout_with_pack / "demo" / "mountain-path_mini_strength_0.jpg").write_text("other")
    (checkout_with_pack / "demo" / "two-dogs_mini_strength_sweep.jpg").unlink()
    again = mini_checkout.run(checkout_with_pack, "demo")
    assert again.stdout.count("as before") == 3
    (checkout_with_pack / "weights" / "mini").mkdir(parents=True, exist_ok=True)
    (checkout_with_pack / "weights" / "mini" / "pack.json").write_text("a newer pack")
    assert mini_checkout.run(checkout_with_pack, "demo").stdout.count("as before") == 0


def test_broken_shipped_pack_fails_the_demo(checkout_with_pack: Path) -> None:
    broken = {"id": "mini", "ok": False, "error": {"code": "pack", "message": "it lacks a file"}}
    (checkout_with_pack / "packs.json").write_text(json.dumps({"packs": [broken]}))
    done = mini_checkout.run(checkout_with_pack, "demo")
    assert done.returncode == 1
    assert "a shipped pack cannot be used: it lacks a file" in done.stderr


def test_real_command_line_lists_the_packs_in_weights() -> None:
    environment = Environment(root=ROOT, folder=Path(sys.prefix))
    manifests = [json.loads(p.read_text("utf-8")) for p in (ROOT / "weights").glob("*/pack.json")]
    ids = sorted(pack["id"] for pack in manifests if pack["task"] == "style_transfer")
    if not ids:
        with pytest.raises(demo.DemoError, match="no shipped packs found"):
            demo.shipped_packs(environment)
        return
    assert sorted(pack.id for pack in demo.shipped_packs(environment)) == ids
