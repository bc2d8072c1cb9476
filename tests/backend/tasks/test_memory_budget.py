"""What a run needs is known before it starts, and a refusal names a scale that works."""

from __future__ import annotations

import re

import pytest

from dynamic_style.backend.compute.torch_engine import TorchNet
from dynamic_style.backend.images.limits import check_picture_fits
from dynamic_style.backend.nets.style_transfer_net import style_transfer_net
from dynamic_style.backend.protocol.errors import ImageSizeError
from dynamic_style.backend.tasks.memory_budget import (
    largest_long_side,
    needs_strips,
)
from dynamic_style.backend.tasks.working_size import fit_long_side

GIGABYTE = 1_000_000_000


@pytest.mark.parametrize("width", [2, 16, 32])
@pytest.mark.parametrize("gigabytes", [1, 4, 16])
def test_the_scale_that_a_refusal_names_fits(width: int, gigabytes: int) -> None:
    net, full, memory = TorchNet(style_transfer_net(width)), (2000, 3000), gigabytes * GIGABYTE
    working = (60_000, 90_000)
    with pytest.raises(ImageSizeError, match=r"--scale \d+ ") as caught:
        needs_strips(net, working=working, full=full, memory=memory)
    named = re.search(r"--scale (\d+)", str(caught.value))
    assert named is not None
    needs_strips(net, working=fit_long_side(full, int(named[1])), full=full, memory=memory)


def test_what_does_not_fit_as_a_whole_is_run_in_strips() -> None:
    net, size = TorchNet(style_transfer_net(16)), (3000, 4000)
    needs = [
        needs_strips(net, working=size, full=size, memory=gigabytes * GIGABYTE)
        for gigabytes in (3, 12)
    ]
    assert needs == [True, False]
    with pytest.raises(ImageSizeError, match=r"--scale \d+ "):
        needs_strips(net, working=size, full=size, memory=2 * GIGABYTE)


def test_strips_take_a_fraction_of_the_memory() -> None:
    net, size = TorchNet(style_transfer_net(16)), (6000, 8000)
    assert net.bytes_in_strips(size) < net.bytes_to_run(size) / 5


def test_a_wider_net_needs_more_and_so_gets_less() -> None:
    lite, paper = TorchNet(style_transfer_net(16)), TorchNet(style_transfer_net(32))
    assert paper.bytes_to_run((1000, 1000)) > 1.8 * lite.bytes_to_run((1000, 1000))
    sides = [largest_long_side(net, (9000, 9000), 2 * GIGABYTE, most=9000) for net in (lite, paper)]
    assert sides[0] > 1.3 * sides[1]


def test_where_no_scale_helps_none_is_named() -> None:
    with pytest.raises(ImageSizeError) as caught:
        needs_strips(
            TorchNet(style_transfer_net(16)), working=(900, 900), full=(900, 900), memory=1000
        )
    assert "--scale" not in str(caught.value)
    assert "close other programs" in str(caught.value)


def test_a_picture_that_fills_the_memory_by_itself_is_refused_before_it_is_decoded() -> None:
    check_picture_fits((3000, 4000), 2 * GIGABYTE)
    with pytest.raises(ImageSizeError, match=r"12000 x 10000 pixels takes about 8\.6 GB"):
        check_picture_fits((10_000, 12_000), 8 * GIGABYTE)


def test_a_refusal_says_small_sizes_in_megabytes() -> None:
    with pytest.raises(ImageSizeError, match=r"takes about 4 MB by itself and 1 MB of memory"):
        check_picture_fits((200, 300), 1_000_000)
