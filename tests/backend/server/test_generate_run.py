"""generate_run through a real backend: where the picture is laid, what it depends on, refusals."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dynamic_style.backend.compute.choose_engine import choose_engine
from dynamic_style.backend.compute.engine import make_ready
from dynamic_style.backend.compute.engine_wish import EngineWish
from dynamic_style.backend.packs.weights import read_weights
from dynamic_style.backend.protocol.errors import AlphaError, MalformedError, UsageError
from dynamic_style.backend.protocol.messages import (
    DialSetting,
    GenerateRun,
    Mask,
    Result,
    StylizeRun,
)
from dynamic_style.backend.protocol.pixels import Pixels, packed_pixels
from dynamic_style.backend.protocol.process.client import Client
from dynamic_style.backend.server.compute_stack import ComputeSettings
from dynamic_style.backend.server.server import ServerSettings
from dynamic_style.backend.tasks.generate_run import GenerateSettings, generate

from ..servers import ServerThread
from ..tiny_faces import make_tiny_faces

HEIGHT, WIDTH = 64, 80  # the square in the middle begins 8 pixels from the left


@pytest.fixture
def client(installed: Path) -> Iterator[Client]:
    """Of a backend in this process that has the packs tiny and tiny-faces."""
    make_tiny_faces(installed / "tiny-faces")
    running = ServerThread(ServerSettings(), ComputeSettings(EngineWish(device="cpu")))
    yield running.client()
    running.close()


def canvas() -> Pixels:
    """Transparent, with something in it."""
    samples = np.full((HEIGHT, WIDTH, 4), 90, np.uint8)
    samples[..., 3] = 0
    return packed_pixels(
        WIDTH, HEIGHT, samples.tobytes(), layout="rgba", depth="u8", alpha="straight"
    )


def selection(value: int) -> Pixels:
    """All is selected by so much, but nothing in the upper half."""
    values = np.zeros((HEIGHT, WIDTH), np.uint8)
    values[HEIGHT // 2 :] = value
    return packed_pixels(WIDTH, HEIGHT, values.tobytes(), layout="gray", depth="u8", alpha="none")


def request(job: str = "j", **changes: Any) -> GenerateRun:
    made = GenerateRun(job, "tiny-faces", {"hair": DialSetting((0.5,))}, canvas(), seed=7)
    return replace(made, **changes)


def samples_of(client: Client, asked: GenerateRun) -> Any:
    *_, result = client.run(asked)
    assert isinstance(result, Result)
    assert result.pixels.has_format_of(asked.pixels)
    shape = (asked.pixels.height, asked.pixels.width, asked.pixels.channels)
    return np.frombuffer(result.pixels.data, np.uint8).reshape(shape)


def test_the_picture_lies_opaque_in_the_middle_and_nothing_else_changes(
    client: Client, installed: Path
) -> None:
    after = samples_of(client, request())
    weights = read_weights(installed / "tiny-faces")
    pack = make_ready(choose_engine(EngineWish(device="cpu")), weights)
    own = generate(pack, GenerateSettings({"hair": DialSetting((0.5,))}, 7))
    assert (after[:, 8:72, :3] == np.rint(own * 255)).all()
    assert (after[:, 8:72, 3] == 255).all()
    assert (after[:, :8] == (90, 90, 90, 0)).all()
    assert (after[:, 72:] == (90, 90, 90, 0)).all()


def test_seeds_and_dials_change_the_picture_and_nothing_else_does(client: Client) -> None:
    first = samples_of(client, request("a"))
    assert (first == samples_of(client, request("b", preview_stream="s"))).all()
    assert (first != samples_of(client, request("c", seed=8))).any()
    assert (first != samples_of(client, request("d", dials={"beard": DialSetting((1.0,))}))).any()


def test_the_picture_shows_where_something_is_selected(client: Client) -> None:
    whole, half = samples_of(client, request("a")), slice(HEIGHT // 2, HEIGHT)
    after = samples_of(client, request("b", mask=Mask(selection(255), "selection")))
    assert (after[half] == whole[half]).all()
    assert (after[: HEIGHT // 2] == (90, 90, 90, 0)).all()
    after = samples_of(client, request("c", mask=Mask(selection(102), "selection")))
    seen = after[half, 8:72].astype(int)
    assert (seen[..., 3] == 102).all(), "over nothing it is as opaque as it is selected"
    assert np.abs(seen[..., :3] - whole[half, 8:72, :3]).max() <= 1
    opaque = np.full((HEIGHT, WIDTH, 4), (90, 90, 90, 255), np.uint8)
    over = canvas().with_data(opaque.tobytes())
    after = samples_of(client, request("d", pixels=over, mask=Mask(selection(102), "selection")))
    mixed = 90 * 0.6 + whole[half, 8:72, :3] * 0.4
    assert np.abs(after[half, 8:72, :3] - mixed).max() <= 1
    assert (after[..., 3] == 255).all() and (after[: HEIGHT // 2] == opaque[: HEIGHT // 2]).all()


def test_other_sizes_are_resampled(client: Client) -> None:
    blank = packed_pixels(7, 5, bytes(7 * 5 * 3), layout="rgb", depth="u8", alpha="none")
    after = samples_of(client, request(pixels=blank))
    assert (after[:, 1:6].reshape(-1, 3).std(axis=0) > 0).all()
    assert (after[:, :1] == 0).all()
    assert (after[:, 6:] == 0).all()


def test_packs_of_other_tasks_and_unknown_dials_are_refused(client: Client) -> None:
    with pytest.raises(UsageError, match="is for stylizing pictures, not for making pictures of"):
        list(client.run(request(pack="tiny")))
    wrong = StylizeRun("k", "tiny-faces", {}, canvas())
    with pytest.raises(UsageError, match="is for making pictures of its own, not for stylizing"):
        list(client.run(wrong))
    with pytest.raises(AlphaError, match="has no dial 'strength'"):
        list(client.run(request("l", dials={"strength": DialSetting((1.0,))})))
    with pytest.raises(MalformedError, match="the mask of a generation has the role selection"):
        request(dials={"hair": DialSetting((1.0,), use_map=True)})
    with pytest.raises(MalformedError, match="the mask of a generation has the role selection"):
        request(mask=Mask(selection(255), "alpha_map"))
