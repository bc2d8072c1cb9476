"""Pictures of seeds: the same ones by each engine, and what seeds and dials do to them."""

from __future__ import annotations

import numpy as np
import pytest

from dynamic_style.backend.compute.choose_engine import choose_engine
from dynamic_style.backend.compute.engine import ReadyPack, make_ready
from dynamic_style.backend.compute.engine_wish import EngineWish
from dynamic_style.backend.packs.weights import read_weights
from dynamic_style.backend.protocol.dial_spec import DialSetting
from dynamic_style.backend.protocol.errors import AlphaError
from dynamic_style.backend.tasks.generate_run import GenerateSettings, draw_latent, generate

from ..tiny_faces import make_tiny_faces

ENGINES = ("openvino", "torch")
# Of seed 7: they must never change, or a seed would be another face in a later version.
FIRST_OF_SEED_7 = (
    0.25019094347953796,
    0.7944275736808777,
    0.5513713955879211,
    -0.5495856404304504,
)


@pytest.fixture(scope="module")
def faces(tmp_path_factory: pytest.TempPathFactory) -> dict[str, ReadyPack]:
    """The tiny pack, by engine, as a command takes it where nothing is asked for but the engine."""
    folder = tmp_path_factory.mktemp("faces") / "tiny-faces"
    make_tiny_faces(folder)
    weights = read_weights(folder)
    return {
        name: make_ready(choose_engine(EngineWish(engine=name, device="cpu")), weights)
        for name in ENGINES
    }


def turned(**alphas: float) -> dict[str, DialSetting]:
    return {dial: DialSetting((alpha,)) for dial, alpha in alphas.items()}


def test_a_seed_always_gives_the_same_latent() -> None:
    latent = draw_latent(7)
    assert latent.shape == (1, 1, 100)
    assert latent.dtype == np.float32
    assert latent[0, 0, :4].tolist() == list(FIRST_OF_SEED_7)


def test_latents_are_spread_evenly_from_minus_1_to_1() -> None:
    numbers = np.concatenate([draw_latent(seed).ravel() for seed in range(200)])
    counts, _ = np.histogram(numbers, bins=10, range=(-1, 1))
    assert counts.sum() == 20_000  # none lies outside
    assert counts.min() > 1_800
    assert counts.max() < 2_200


@pytest.mark.parametrize("seed", [0, 7, 2**63 - 1])
@pytest.mark.parametrize("dials", [{}, {"hair": 1.0}, {"hair": -0.6, "beard": 1.3}], ids=str)
def test_both_engines_make_the_same_picture(
    faces: dict[str, ReadyPack], seed: int, dials: dict[str, float]
) -> None:
    settings = GenerateSettings(turned(**dials), seed)
    ours, torchs = (generate(faces[name], settings) for name in ENGINES)
    assert ours.shape == (64, 64, 3)
    assert np.abs(ours - torchs).max() < 1e-4  # OpenVINO's too: bfloat16 would be ten times as far


@pytest.mark.parametrize("engine", ENGINES)
def test_each_seed_has_its_own_picture_and_a_dial_at_0_leaves_it(
    faces: dict[str, ReadyPack], engine: str
) -> None:
    plain = generate(faces[engine], GenerateSettings(seed=7))
    off = generate(faces[engine], GenerateSettings(turned(hair=0.0, beard=0.0), seed=7))
    assert (plain == off).all()
    other = generate(faces[engine], GenerateSettings(seed=8))
    assert np.abs(plain - other).max() > 0.05


@pytest.mark.parametrize("engine", ENGINES)
def test_dials_add_up(faces: dict[str, ReadyPack], engine: str) -> None:
    """Both change the picture, and both together are neither of them."""
    made = [
        generate(faces[engine], GenerateSettings(turned(**dials), seed=7))
        for dials in ({}, {"hair": 1.0}, {"beard": 1.0}, {"hair": 1.0, "beard": 1.0})
    ]
    for i, one in enumerate(made):
        for other in made[i + 1 :]:
            assert np.abs(one - other).max() > 0.005


def test_an_unknown_dial_is_refused(faces: dict[str, ReadyPack]) -> None:
    with pytest.raises(AlphaError, match="its dials are: hair, beard"):
        generate(faces["openvino"], GenerateSettings(turned(har=1.0)))
