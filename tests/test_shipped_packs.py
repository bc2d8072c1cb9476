"""The packs that ship: whole, licensed, and as good as their manifests say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from dynamic_style.backend.nets.alpha import Alpha
from dynamic_style.backend.packs import Manifest, read_manifest, shipped_packs_folder
from dynamic_style.backend.packs.tensors import load_pack
from dynamic_style.backend.plugin.translations import LOCALE_FOLDER
from dynamic_style.backend.tasks.generate_run import draw_latent
from dynamic_style.training.claims import Claim, Measured
from dynamic_style.training.completion.evaluate import BLEND
from dynamic_style.training.loss_network import load_loss_network
from dynamic_style.training.style_transfer.config import parse_config
from dynamic_style.training.style_transfer.evaluate import measure
from dynamic_style.training.tasks import TASKS

from .backend.verified_packs import verify_pack

ROOT = Path(__file__).resolve().parent.parent
PACKS = sorted(path.parent for path in shipped_packs_folder().glob("*/pack.json"))
STYLES = [pack for pack in PACKS if read_manifest(pack).task == "style_transfer"]
FILLS = [pack for pack in PACKS if read_manifest(pack).task == "completion"]
FACES = [pack for pack in PACKS if read_manifest(pack).task == "generation"]
RIVALS = {"OpenCV Telea", "OpenCV Navier-Stokes", "scikit-image biharmonic", "PyPatchMatch"}
shipped = pytest.mark.parametrize("pack", PACKS, ids=lambda path: path.name)
shipped_styles = pytest.mark.parametrize("pack", STYLES, ids=lambda path: path.name)
shipped_faces = pytest.mark.parametrize("pack", FACES, ids=lambda path: path.name)
shipped_fills = pytest.mark.parametrize("pack", FILLS, ids=lambda path: path.name)


def test_the_published_packs_are_there() -> None:
    widths = {pack.name: read_manifest(pack).architecture.width for pack in STYLES}
    assert widths == {
        "composition-vii": 32,
        "starry-night": 16,
        "the-great-wave": 16,
        "the-scream": 16,
        "turners-shipwreck": 16,
        "van-goghs-stars": 16,
    }
    assert [pack.name for pack in FILLS] == ["photo-fill"]
    assert [pack.name for pack in FACES] == ["avatars"]


@shipped
def test_pack_is_whole_and_paints_here_what_it_painted_when_made(pack: Path) -> None:
    assert verify_pack(pack).manifest.id == pack.name


@shipped_styles
def test_every_promise_of_the_measured_tables_holds(pack: Path) -> None:
    manifest = read_manifest(pack)
    assert [table.dial for table in manifest.measurements] == [dial.id for dial in manifest.dials]
    config = parse_config(manifest.training.config)
    photos = config.data.measured_photos or 40
    assert all(table.n == photos for table in manifest.measurements)
    claims = _claims(manifest)
    assert [claim.text for claim in claims if not claim.holds] == []


@shipped_fills
def test_every_promise_of_the_fill_s_tables_holds(pack: Path) -> None:
    """From 0 to 1 it gets truer and smoother, half of the holes are best between, and at the best
    alpha it is better than each of four other fills.
    """
    manifest = read_manifest(pack)
    assert all(table.n == 40 for table in (*manifest.measurements, *manifest.comparisons))
    claims = _claims(manifest)
    assert len(claims) == 1 + len(manifest.measurements) * (2 + 3 * len(RIVALS))
    assert [claim.text for claim in claims if not claim.holds] == []
    for comparison in manifest.comparisons:
        methods = {row.method for row in comparison.rows}
        assert methods >= RIVALS
        assert any(method.startswith(BLEND) for method in methods)


@shipped_fills
def test_a_fill_starts_at_its_sharp_end(pack: Path) -> None:
    """Further on it is truer on average, and smears grass and rock: for a person to choose."""
    dials = read_manifest(pack).dials
    assert [dial.default for dial in dials] == [dial.trained_range[0] for dial in dials]
    assert all("sharp" in dial.label_low for dial in dials)


@shipped_faces
def test_every_promise_of_the_faces_tables_holds(pack: Path) -> None:
    """Of each dial six, seen by a classifier over 256 seeds."""
    manifest = read_manifest(pack)
    assert [table.dial for table in manifest.measurements] == [dial.id for dial in manifest.dials]
    assert all(table.n == 256 for table in manifest.measurements)
    claims = _claims(manifest)
    assert len(claims) == 6 * len(manifest.dials)
    assert [claim.text for claim in claims if not claim.holds] == []


def _claims(manifest: Manifest) -> Sequence[Claim]:
    task = TASKS[manifest.task]
    config = task.parse_config(manifest.training.config, manifest.id)
    return task.check_claims(Measured(manifest.measurements, manifest.comparisons), config)


@shipped
def test_pack_comes_from_its_config_in_this_repository(pack: Path) -> None:
    training = read_manifest(pack).training
    assert training.config == (ROOT / f"training/configs/{pack.name}.toml").read_text("utf-8")
    assert training.duration_s > 60


@shipped
@pytest.mark.parametrize("language", sorted(path.name for path in LOCALE_FOLDER.glob("[a-z]*/")))
def test_pack_speaks_each_language_that_the_panels_speak(pack: Path, language: str) -> None:
    english = read_manifest(pack)
    spoken = english.in_languages([language])

    said = english.translations[language]
    assert (spoken.title, spoken.summary) == (said.title, said.summary)
    assert spoken.summary != english.summary
    for dial, original in zip(spoken.dials, english.dials, strict=True):
        assert dial.title != original.title
        assert (dial.label_low, dial.label_high) != (original.label_low, original.label_high)


@shipped
def test_rights_are_stated(pack: Path) -> None:
    licences = read_manifest(pack).licences
    assert licences.weights.spdx
    assert all(style.author and style.note for style in licences.style_images)
    assert licences.training_data
    assert all(data.note and data.source for data in licences.training_data)


@shipped
def test_alpha_zero_is_the_main_net_and_alpha_one_is_not(pack: Path) -> None:
    net, photo = load_pack(pack).net, torch.rand(1, 3, 32, 32)
    if pack in FILLS:  # three fills of a hole that is everywhere
        photo = torch.cat([torch.rand(1, 9, 32, 32), torch.ones(1, 1, 32, 32)], dim=1)
    if pack in FACES:
        photo = torch.from_numpy(draw_latent(7)).reshape(1, -1, 1, 1)
    for dial in net.dials:
        assert torch.equal(net(photo, {dial: Alpha((0.0,))}), net(photo))
        assert (net(photo, {dial: Alpha((1.0,))}) - net(photo)).abs().mean() > 0.01


@pytest.mark.shared_data
def test_table_of_the_first_dial_can_be_measured_again(shared_data: Path) -> None:
    """Only the first dial, and only at 0 and 1: the whole table takes minutes."""
    pack = load_pack(shipped_packs_folder() / "starry-night")
    config = parse_config(pack.manifest.training.config)
    network = load_loss_network(
        shared_data / "weights" / "vgg16_features.safetensors",
        activation_scale=config.loss.activation_scale,
    )
    assert network.sha256 == pack.manifest.training.loss_network_sha256
    first = replace(config, dials=config.dials[:1])
    measured = measure(pack.net, first, network, shared_data / "data", alphas=(0.0, 1.0))
    (table,) = measured.tables
    recorded = pack.manifest.measurements[0]
    for name in ("content", "style"):
        zero, *_, one = recorded.column(name)
        assert table.column(name) == pytest.approx((zero, one), rel=0.01)
