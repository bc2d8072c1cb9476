"""Faces from arrays and from CelebA's layout: which of them a phase sees, and what is refused."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from dynamic_style.training.errors import DatasetError
from dynamic_style.training.face_generation.config import FaceDataSettings
from dynamic_style.training.face_generation.faces import (
    FaceBatches,
    Faces,
    load_faces,
    read_measured_faces,
)
from dynamic_style.training.notes import ignore_note
from dynamic_style.training.photos.crops import make_array_header

from ..conftest import draw_face, draw_faces

ARRAYS = FaceDataSettings(photos="faces.npz")
CELEBA = FaceDataSettings(
    layout="celeba", photos="celeba", stored_px=64, validation_faces=2, measured_faces=3
)


def load(root: Path, data: FaceDataSettings = ARRAYS) -> Faces:
    return load_faces(data, root, root / "cache", note=ignore_note)


def draw_celeba(root: Path, count: int = 9) -> None:
    folder = root / "celeba" / "img_align_celeba"
    folder.mkdir(parents=True)
    lines = [str(count), "Blond_Hair Beard"]
    for i in range(count):
        face = draw_face(seed=i, blond=bool(i & 1), beard=bool(i & 2))
        Image.fromarray(face).save(folder / f"{i}.png")
        lines.append(f"{i}.png {1 if i & 1 else -1} {1 if i & 2 else -1}")
    (root / "celeba" / "list_attr_celeba.txt").write_text("\n".join(lines) + "\n")


def test_each_phase_sees_the_faces_that_it_asks_for_and_none_held_out(tmp_path: Path) -> None:
    draw_faces(tmp_path / "faces.npz")
    faces = load(tmp_path)
    places = faces.choose(["blond"], ["beard"])
    assert places.tolist() == [i for i in range(30) if i & 1 and not i & 2]
    assert faces.choose([], [], held_out=True).tolist() == list(range(30, 40))
    with pytest.raises(DatasetError, match=r"faces\.npz' has no attribute 'long'; it has blond, b"):
        faces.choose(["long"], [])
    with pytest.raises(DatasetError, match="no faces to learn from with blond, no blond"):
        faces.choose(["blond"], ["blond"])


def test_a_batch_is_a_pure_function_of_phase_and_step(tmp_path: Path) -> None:
    """And so is the part of each process."""
    draw_faces(tmp_path / "faces.npz")
    faces = load(tmp_path)
    batches = FaceBatches(
        faces, (faces.choose([], ["blond"]), faces.choose(["blond"], [])), 3, True
    )
    whole = batches.draw(1, 5, batch_size=6)
    assert whole.inputs is not None
    assert whole.inputs.shape == (6, 100, 1, 1)
    assert -1 <= float(whole.inputs.min()) < float(whole.inputs.max()) <= 1
    assert whole.photos[:, 2, 18, 32].max() < 0.3, "yellow hair has little blue in it"
    assert whole.photos[:, 0, 18, 32].min() > 0.8
    parts = [batches.draw(1, 5, batch_size=6, rank=rank, world=2) for rank in range(2)]
    for name in ("photos", "inputs"):
        together = torch.stack([getattr(part, name) for part in parts], 1).flatten(0, 1)
        assert torch.equal(together, getattr(whole, name))
    assert not torch.equal(batches.draw(1, 6, batch_size=6).photos, whole.photos)


def test_celeba_s_layout_gives_the_same_faces(tmp_path: Path) -> None:
    draw_celeba(tmp_path)
    faces = load(tmp_path, CELEBA)
    assert faces.images.shape == (9, 64, 64, 3)
    assert np.abs(faces.images[3].astype(int) - draw_face(seed=3, blond=True, beard=True)).max() < 3
    assert faces.held_out.tolist() == [False] * 7 + [True] * 2
    assert faces.choose(["Blond_Hair"], ["Beard"]).tolist() == [1, 5]
    measured = read_measured_faces(CELEBA, tmp_path, note=ignore_note)
    assert measured.held_out.tolist() == [False] * 3 + [True] * 2
    originals = [
        int(np.flatnonzero((faces.images == image).all(axis=(1, 2, 3)))[0])
        for image in measured.images
    ]
    assert len(set(originals)) == 5
    assert originals[3:] == [7, 8]
    assert measured.labels.column("Beard").tolist() == [bool(place & 2) for place in originals]


def test_the_middle_of_larger_pictures_is_taken(tmp_path: Path) -> None:
    draw_celeba(tmp_path)
    larger = FaceDataSettings(
        layout="celeba", photos="celeba", stored_px=128, validation_faces=2, measured_faces=100
    )
    faces = load(tmp_path, larger)
    assert faces.images.shape == (9, 64, 64, 3)
    measured = read_measured_faces(larger, tmp_path, note=ignore_note)
    assert (measured.images[-2:] == faces.images[-2:]).all()


def test_a_face_that_cannot_be_read_would_mix_up_the_attributes(tmp_path: Path) -> None:
    draw_celeba(tmp_path)
    (tmp_path / "celeba" / "img_align_celeba" / "4.png").write_bytes(b"damaged")
    with pytest.raises(DatasetError, match=r"1 of the 9 faces in .* cannot be read"):
        load(tmp_path, CELEBA)
    (tmp_path / "celeba" / "img_align_celeba" / "4.png").unlink()
    with pytest.raises(DatasetError, match="in the list of attributes but not there"):
        load(tmp_path, CELEBA)


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({}, "`images` must hold bytes of the shape"),
        ({"images": np.zeros((4, 32, 32, 3), np.uint8)}, "`images` must hold bytes of the shape"),
        ({"images": np.zeros((4, 64, 64, 3), np.float32)}, "`images` must hold bytes"),
        ({"images": np.zeros((4, 64, 64, 3), np.uint8)}, "needs an attribute's array"),
        ({"images": np.zeros((4, 64, 64, 3), np.uint8), "blond": np.arange(4)}, "4 times 0 or 1"),
        ({"images": np.zeros((4, 64, 64, 3), np.uint8), "blond": np.array([b"0"] * 4)},
         "4 times 0 or 1"),
        ({"images": np.zeros((4, 64, 64, 3), np.uint8), "blond": np.zeros(4, "u1,u1")},
         "4 times 0 or 1"),
        ({"images": np.zeros((2, 64, 64, 3), np.uint8), "blond": np.arange(2),
          "val": np.zeros(2)}, "`val`, 1 for some faces"),
    ],
    ids=str,
)  # fmt: skip
def test_unsound_files_are_refused(
    arrays: dict[str, np.ndarray], message: str, tmp_path: Path
) -> None:
    np.savez(tmp_path / "faces.npz", **arrays)
    with pytest.raises(DatasetError, match=message):
        load(tmp_path)


def make_archive(member: bytes, method: int = zipfile.ZIP_STORED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        archive.writestr("images.npy", member)
    return made.getvalue()


HEADER = make_array_header((1, 64, 64, 3))
DAMAGED = {
    "no zip": b"PK no zip",
    "one array": HEADER + bytes(64 * 64 * 3),
    "no deflate": make_archive(HEADER + bytes(9999), zipfile.ZIP_DEFLATED).replace(
        b"\xed", b"\xff"
    ),
    "unknown method": make_archive(HEADER).replace(b"\x14\0\0\0\0", b"\x14\0\0\0c"),
    "no Python": make_archive(HEADER.replace(b"'descr'", b"(descr(")),
    "more than there is memory": make_archive(make_array_header((10**11, 64, 64, 3))),
    "more than a number holds": make_archive(make_array_header((10**400, 64, 64, 3))),
}


@pytest.mark.parametrize("data", [None, *DAMAGED.values()], ids=["missing", *DAMAGED])
def test_a_damaged_or_missing_file_is_named(data: bytes | None, tmp_path: Path) -> None:
    if data is not None:
        (tmp_path / "faces.npz").write_bytes(data)
    with pytest.raises(DatasetError, match=r"faces\.npz' cannot be read"):
        load(tmp_path)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("2\nA B\n1.jpg 1 -1\n\n2.jpg 1 1\n", 4),
        ("2\nA B\n1.jpg 1\n", 3),
        ("2\nA B\n../1.jpg 1 1\n", 3),
        ("2\n\n1.jpg\n", 2),
    ],
)
def test_a_damaged_list_of_attributes_is_named_with_its_line(
    text: str, line: int, tmp_path: Path
) -> None:
    draw_celeba(tmp_path)
    (tmp_path / "celeba" / "list_attr_celeba.txt").write_text(text)
    with pytest.raises(DatasetError, match=rf"list_attr_celeba\.txt', line {line}: .*get it again"):
        load(tmp_path, CELEBA)
