"""A pack with a dial of weights, as a host meets it: listed, turned in a preview, run, refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dynamic_style.backend.protocol.errors import AlphaError
from dynamic_style.backend.protocol.messages import DialSetting, Mask, Result, StylizeRun
from dynamic_style.backend.protocol.pixels import packed_pixels
from dynamic_style.backend.protocol.process.client import Client

from ..servers import ServerThread, picture
from ..tiny_weights import make_tiny_weights

PACK = "tiny-weights"


@pytest.fixture
def client(server: ServerThread, user_packs: Path) -> Client:
    make_tiny_weights(user_packs / PACK)
    return server.client()


def run(job: str, second: float, *, stream: str | None = None) -> StylizeRun:
    dials = {"second": DialSetting((second,)), "strength": DialSetting((0.4,))}
    return StylizeRun(job, PACK, dials, picture(32, 24), preview_stream=stream)


def test_the_list_of_packs_tells_hosts_what_they_may_offer(client: Client) -> None:
    (entry,) = [entry for entry in client.packs().packs if entry.id == PACK]
    assert [dial.kind for dial in entry.dials] == ["blocks", "weights", "blocks"]
    assert not entry.can_follow_map


def test_previews_of_a_turned_dial_are_what_the_run_gives(client: Client) -> None:
    shown = {}
    for number, second in enumerate((0.0, 0.5, -0.9, 0.5)):
        preview = client.preview(run(f"p{number}", second, stream="doc"))
        full = list(client.run(run(f"f{number}", second)))[-1]
        assert preview is not None and isinstance(full, Result)
        shown[second] = np.frombuffer(preview.pixels.data, np.uint8).astype(int)
        assert np.abs(shown[second] - np.frombuffer(full.pixels.data, np.uint8)).max() <= 1
    assert np.abs(shown[0.5] - shown[0.0]).max() > 5
    assert np.abs(shown[0.5] - shown[-0.9]).max() > 5
    assert client.stats().cache_hits == 3  # the picture is kept all the same


def test_a_map_over_it_is_refused_and_the_next_run_is_done(client: Client) -> None:
    pixels = picture(32, 24)
    map_ = packed_pixels(32, 24, bytes(range(24)) * 32, layout="gray", depth="u8", alpha="none")
    dials = {"second": DialSetting((0.5,), True)}
    with pytest.raises(AlphaError, match=r"'second' is at 0\.5 and is to follow a map"):
        list(client.run(StylizeRun("one", PACK, dials, pixels, Mask(map_, "alpha_map"))))
    assert isinstance(list(client.run(run("two", 0.5)))[-1], Result)
