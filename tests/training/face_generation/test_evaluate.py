"""What a generation pack is measured by: the classifier, distances, and claims of tables."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from dynamic_style.backend.packs import Measurement
from dynamic_style.training.claims import UNITS, Measured
from dynamic_style.training.face_generation.classifier import (
    classify,
    measure_accuracy,
    train_classifier,
)
from dynamic_style.training.face_generation.config import (
    FaceDataSettings,
    FaceLossSettings,
    parse_config,
)
from dynamic_style.training.face_generation.distances import Looks
from dynamic_style.training.face_generation.evaluate import (
    COLUMNS,
    LEAST_ACCURACY,
    check_claims,
)
from dynamic_style.training.face_generation.faces import load_faces
from dynamic_style.training.loss_network import LossNetwork
from dynamic_style.training.notes import ignore_note

from ..conftest import TINY_FACES, draw_faces

CONFIG = parse_config(TINY_FACES.read_text(encoding="utf-8"))
SOUND: dict[str, list[float]] = {
    "attribute": [0.05 + 0.09 * i for i in range(11)],
    "rose": [1.0 - 0.01 * i for i in range(11)],
    "others_changed": [0.005 * i for i in range(11)],
    "step": [0.0, *(0.1 + 0.01 * i for i in range(10))],
    "diversity": [0.9] * 11,
    "accuracy": [0.995] * 11,
}


def verdicts(**changed: list[float]) -> list[bool]:
    columns = {**SOUND, **changed}
    rows = tuple(
        (alpha, *(columns[name][i] for name in COLUMNS[1:])) for i, alpha in enumerate(UNITS)
    )
    table = Measurement("hair", "seeds", 256, COLUMNS, rows)
    return [claim.holds for claim in check_claims(Measured((table,)), CONFIG)]


def test_a_sound_table_keeps_all_promises() -> None:
    assert verdicts() == [True] * 6


@pytest.mark.parametrize(
    ("place", "column", "value"),
    [
        (0, "accuracy", [0.98] * 11),
        (1, "attribute", [0.05, 0.3, 0.2, *[0.9] * 8]),
        (1, "attribute", [0.4 + 0.01 * i for i in range(11)]),
        (2, "rose", [1.0] * 10 + [0.79]),
        (3, "others_changed", [0.0] * 5 + [0.11] + [0.0] * 5),
        (4, "step", [0.0, 0.1, 0.1, 0.31, *[0.1] * 7]),
        (4, "step", [0.0] * 11),
        (5, "diversity", [0.9] * 10 + [0.7]),
    ],
)
def test_each_promise_fails_by_itself(place: int, column: str, value: list[float]) -> None:
    assert verdicts(**{column: value}) == [i != place for i in range(6)]


def test_a_probability_may_fall_by_what_nobody_sees() -> None:
    assert verdicts(attribute=[0.05, 0.5, 0.9, 0.896, *[0.9] * 7]) == [True] * 6


def test_the_classifier_learns_what_faces_show_and_is_the_same_each_time(tmp_path: Path) -> None:
    draw_faces(tmp_path / "faces.npz", count=80)
    data = FaceDataSettings(photos="faces.npz")
    faces = load_faces(data, tmp_path, tmp_path, note=ignore_note)
    names, cpu = ["beard", "blond"], torch.device("cpu")
    nets = [train_classifier(faces, names, steps=30, device=cpu) for _ in range(2)]
    assert measure_accuracy(nets[0], faces, names) == [1.0, 1.0]
    pictures = faces.pictures(range(8))
    assert torch.equal(classify(nets[0], pictures), classify(nets[1], pictures))
    assert (classify(nets[0], pictures)[:, 1] > 0.5).tolist() == [bool(i & 1) for i in range(8)]


@pytest.mark.slow
@pytest.mark.shared_data
def test_the_classifier_tells_the_drawn_portraits_apart(shared_data: Path) -> None:
    """As well as packs promise, on portraits that it has not seen."""
    data = FaceDataSettings(photos="data/avatars/avatars_64.npz")
    faces = load_faces(data, shared_data, shared_data, note=ignore_note)
    names = ["blond", "long_hair", "beard"]
    steps = FaceLossSettings().classifier_steps
    net = train_classifier(faces, names, steps=steps, device=torch.device("cpu"))
    assert min(measure_accuracy(net, faces, names)) >= LEAST_ACCURACY


def test_distances_tell_alike_from_different(loss_network: LossNetwork) -> None:
    pictures = torch.rand(6, 3, 16, 16)
    looks = Looks(pictures, loss_network, ("relu1_2", "relu2_2"))
    same = Looks(pictures[:1].expand(6, -1, -1, -1), loss_network, ("relu1_2", "relu2_2"))
    assert looks.distance_to(looks).tolist() == [0.0] * 6
    assert bool((looks.distance_to(same)[1:] > 0).all())
    assert same.diversity() == pytest.approx(0, abs=1e-9)
    assert looks.diversity() > 0.01
