"""Packs with a dial of weights: written, read, added on, and refused where they are wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import safetensors.torch
import torch

from dynamic_style.backend.nets.alpha import Alpha
from dynamic_style.backend.nets.generation_net import generation_net
from dynamic_style.backend.packs import Architecture, read_manifest
from dynamic_style.backend.packs.tensors import load_pack
from dynamic_style.backend.packs.weights import read_weights
from dynamic_style.backend.protocol.errors import PackFormatError

from ..attacks.attack import edit_manifest, put
from ..tiny_packs import gradient, make_dial, make_manifest, make_net, write_pack, write_tiny
from ..tiny_weights import DIALS, WEIGHTS, make_tiny_weights, make_weights_net
from ..verified_packs import verify_pack

FILE = "second.safetensors"


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    make_tiny_weights(tmp_path / "tiny-weights")
    return tmp_path / "tiny-weights"


def test_a_loaded_pack_makes_the_same_picture_bit_for_bit(pack: Path, photo: torch.Tensor) -> None:
    net, loaded = make_weights_net(), load_pack(pack)
    assert loaded.manifest.dials == DIALS
    for alphas in (
        {},
        {"second": Alpha((1.0,))},
        {"second": Alpha((-0.5,)), "strength": Alpha((0.3, 0.0, 1.0))},
    ):
        assert torch.equal(loaded.net(photo, alphas), net(photo, alphas))


def test_verification_runs_the_weights_on_this_computers_engine(pack: Path) -> None:
    verified = verify_pack(pack)
    assert max(verified.golden_differences) <= verified.manifest.golden.tolerance

    def swap(tensors: dict[str, torch.Tensor]) -> None:
        for name in tensors:
            tensors[name] = tensors[name] * 3

    _change(pack, swap)
    with pytest.raises(Exception, match="the golden check fails"):
        verify_pack(pack)


def test_the_format_version_is_raised_only_where_older_programs_cannot_read(
    pack: Path, tiny_pack: Path
) -> None:
    new, old = (json.loads((p / "pack.json").read_text("utf-8")) for p in (pack, tiny_pack))
    assert (new["format_version"], old["format_version"]) == (2, 1)
    assert [entry.get("kind") for entry in new["dials"]] == [None, "weights", None]
    assert not any("kind" in entry for entry in old["dials"])

    edit_manifest(tiny_pack, lambda members: members["dials"][0].update(kind="blocks"))
    edit_manifest(tiny_pack, lambda members: members.update(format_version=2))
    assert read_manifest(tiny_pack).dials == make_manifest().dials


def test_small_differences_are_kept_as_exactly_as_large_ones(tmp_path: Path) -> None:
    """A file holds differences, not sums: in float16 a sum would swallow them."""
    net = make_weights_net()
    with torch.no_grad():
        for parameter in net.dials["second"].parameters():
            parameter.mul_(2**-10)
    write_tiny(tmp_path / "tiny", make_manifest(dials=DIALS), net)
    kept = read_weights(tmp_path / "tiny").dials["second"]
    for name, parameter in net.dials["second"].named_parameters():
        apart = abs(kept[name] - parameter.numpy()).max()
        assert apart <= 2**-10 * float(parameter.abs().max())


def test_an_addon_brings_weights_for_its_base(tmp_path: Path, photo: torch.Tensor) -> None:
    write_tiny(tmp_path / "base", make_manifest(id="base"), make_net())
    base, net = load_pack(tmp_path / "base"), make_weights_net()
    del net.dials["strength"], net.dials["towards-waves"]
    write_pack(
        tmp_path / "addon",
        manifest=make_manifest(
            id="addon",
            dials=(WEIGHTS,),
            measurements=(),
            base_id="base",
            base_main_sha256=base.main_sha256,
        ),
        net=net,
        preview=gradient(60, 20),
        thumbnail=gradient(64, 64),
        include_main=False,
    )
    addon = load_pack(tmp_path / "addon", bases=[tmp_path / "base"])
    alphas = {"second": Alpha((0.7,))}
    assert torch.equal(addon.net(photo, {}), base.net(photo, {}))
    assert torch.equal(addon.net(photo, alphas), net(photo, alphas))


def _in_version_1(members: dict[str, Any]) -> None:
    members["format_version"] = 1


def _with_taps(members: dict[str, Any]) -> None:
    members["dials"][1]["taps"] = ["up1"]


def _without_kind(members: dict[str, Any]) -> None:
    del members["dials"][1]["kind"]


def _of_another_kind(members: dict[str, Any]) -> None:
    members["dials"][1]["kind"] = "lora"


@pytest.mark.parametrize(
    ("edit", "says"),
    [
        (_in_version_1, "kind came with format_version 2, and this says 1"),
        (_with_taps, "taps is not empty, but a dial of the kind weights has no blocks"),
        (_without_kind, "taps is empty, so the dial would do nothing"),
        (_of_another_kind, "kind is 'lora'; this program knows blocks, weights"),
    ],
)
def test_entries_that_contradict_themselves_are_refused(
    pack: Path, edit: Callable[[dict[str, Any]], None], says: str
) -> None:
    edit_manifest(pack, edit)
    with pytest.raises(PackFormatError, match=says):
        read_manifest(pack)


def _lacks_one(tensors: dict[str, torch.Tensor]) -> None:
    del tensors["lower.res2.conv1.norm.bias"]


def _has_one_more(tensors: dict[str, torch.Tensor]) -> None:
    tensors["middle.conv1.conv.bias"] = torch.zeros(2)


def _is_too_wide(tensors: dict[str, torch.Tensor]) -> None:
    tensors["higher.conv1.conv.weight"] = torch.zeros(4, 3, 9, 9)


def _holds_nan(tensors: dict[str, torch.Tensor]) -> None:
    tensors["higher.conv1.conv.bias"][0] = torch.nan


def _holds_a_giant(tensors: dict[str, torch.Tensor]) -> None:
    tensors["lower.conv1.norm.weight"][0] = 5e4


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (_lacks_one, "lacks the tensor 'lower.res2.conv1.norm.bias'"),
        (_has_one_more, "has the tensor 'middle.conv1.conv.bias', which its net does not have"),
        (_is_too_wide, "higher.conv1.conv.weight has the shape"),
        (_holds_nan, "holds NaN or infinity"),
        (_holds_a_giant, "which no trained weight has"),
    ],
)
def test_files_that_do_not_fit_the_main_net_are_refused(
    pack: Path, change: Callable[[dict[str, torch.Tensor]], None], says: str
) -> None:
    _change(pack, change)
    with pytest.raises(PackFormatError, match=says):
        read_weights(pack)


def test_blocks_in_place_of_weights_are_refused(pack: Path) -> None:
    put(pack, FILE, (pack / "strength.safetensors").read_bytes())
    with pytest.raises(PackFormatError, match="lacks the tensor"):
        read_weights(pack)


def test_generation_has_no_dials_of_weights(tmp_path: Path) -> None:
    net = generation_net(2)
    net.add_weight_dial("second")
    manifest = make_manifest(
        task="generation",
        architecture=Architecture("generation", 2, tuple(net.taps)),
        working_size_px=64,
        dials=(make_dial("second", taps=()),),
        measurements=(),
    )
    with pytest.raises(PackFormatError, match="is of the kind weights, but between two nets"):
        write_tiny(tmp_path / "pack", manifest, net.eval())


def _change(pack: Path, change: Callable[[dict[str, torch.Tensor]], None]) -> None:
    tensors = {
        name: tensor.float() for name, tensor in safetensors.torch.load_file(pack / FILE).items()
    }
    change(tensors)
    put(pack, FILE, safetensors.torch.save(tensors))
