"""Which engine runs: what was asked for by name or not at all, and never silently another."""

from __future__ import annotations

import sys

import pytest
import torch

from dynamic_style.backend.compute import choose_engine as choosing
from dynamic_style.backend.compute import device as devices
from dynamic_style.backend.compute.choose_engine import choose_engine, would_choose
from dynamic_style.backend.compute.engine_wish import EngineWish, wished
from dynamic_style.backend.protocol.errors import DeviceError, UsageError


def test_the_cpu_computes_by_openvino_and_torch_is_there_by_name() -> None:
    assert choose_engine(EngineWish(device="cpu")).name == "openvino"
    torchs = choose_engine(EngineWish(engine="torch", device="cpu"))
    assert (torchs.name, torchs.precision, torchs.device) == ("torch", "float32", "cpu")


@pytest.mark.parametrize("engine", ["openvino", "torch"])
def test_engine_precision_and_threads_can_be_read_in_the_title(engine: str) -> None:
    before = torch.get_num_threads()
    try:
        made = choose_engine(EngineWish(engine, "float32", "cpu", 2))
    finally:
        torch.set_num_threads(before)
    assert made.title == f"cpu, 2 threads, {engine} in float32"


def test_the_environment_says_what_no_option_says() -> None:
    environment = {"DYNAMIC_STYLE_ENGINE": "torch", "DYNAMIC_STYLE_PRECISION": "float32"}
    assert wished(None, None, environment=environment) == EngineWish("torch", "float32")
    assert wished("openvino", "auto", environment=environment) == EngineWish("openvino", "auto")
    assert wished(None, None, environment={}) == EngineWish()
    with pytest.raises(UsageError, match=r"DYNAMIC_STYLE_ENGINE 'onnx': choose one of auto, open"):
        wished(None, None, environment={"DYNAMIC_STYLE_ENGINE": "onnx"})


@pytest.mark.parametrize(
    ("wish", "says"),
    [
        (EngineWish("openvino", device="cuda"), "OpenVINO computes on the CPU here, not on 'cuda'"),
        (EngineWish("torch", "bfloat16", "cpu"), "torch computes in float32 here"),
        (EngineWish(device="gpu"), "device 'gpu' is unknown"),
    ],
)
def test_wishes_that_contradict_each_other_are_refused(wish: EngineWish, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        choose_engine(wish)


def test_what_is_not_installed_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choosing, "has_openvino", lambda: False)
    assert choose_engine(EngineWish(device="cpu")).name == "torch"
    with pytest.raises(DeviceError, match=r"OpenVINO is not installed.*--engine torch"):
        choose_engine(EngineWish(engine="openvino"))
    monkeypatch.setattr(choosing, "has_torch", lambda: False)
    with pytest.raises(DeviceError, match=r"PyTorch is not installed.*the command: \S+[^;]*$"):
        choose_engine(EngineWish(engine="torch"))


@pytest.mark.parametrize(
    ("wish", "otherwise"),
    [
        (EngineWish("torch"), "; or use --engine openvino"),
        (EngineWish(device="cuda"), "; or leave out --device"),
    ],
)
def test_what_needs_torch_says_how_to_add_it_and_what_does_without(
    monkeypatch: pytest.MonkeyPatch, wish: EngineWish, otherwise: str
) -> None:
    monkeypatch.setattr(choosing, "has_torch", lambda: False)
    with pytest.raises(DeviceError) as caught:
        choose_engine(wish)
    assert "To add it, " in str(caught.value)
    assert str(caught.value).endswith(otherwise)


def test_an_openvino_that_does_not_load_leaves_the_cpu_to_torch(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "dynamic_style.backend.compute.openvino_engine", None)
    assert choose_engine(EngineWish(device="cpu")).name == "torch"
    with pytest.raises(DeviceError, match=r"cannot be loaded .*; install it again, or use"):
        choose_engine(EngineWish(engine="openvino"))


@pytest.mark.skipif(sys.platform == "darwin", reason="every Mac may have a GPU")
@pytest.mark.parametrize(("device", "engine"), [("cuda", "torch"), ("cpu", "openvino")])
def test_a_gpu_is_torchs(monkeypatch: pytest.MonkeyPatch, device: str, engine: str) -> None:
    """There need not be one here, so what torch would say of it is made up."""
    monkeypatch.setattr(choosing, "_may_have_gpu", lambda: True)
    monkeypatch.setattr(devices, "choose_device", lambda _: torch.device(device))
    assert choosing.chosen_name(EngineWish()) == engine


@pytest.mark.parametrize(
    ("wish", "has_gpu", "installed", "taken"),
    [
        (EngineWish(), False, {"openvino", "torch"}, ("openvino", "cpu")),
        (EngineWish(), True, {"openvino"}, ("openvino", "cpu")),
        (EngineWish(), True, {"openvino", "torch"}, ("torch", "cuda")),
        (EngineWish(), False, {"torch"}, ("torch", "cpu")),
        (EngineWish(device="cpu"), True, {"openvino", "torch"}, ("openvino", "cpu")),
        (EngineWish(engine="torch"), False, {"openvino", "torch"}, ("torch", "cpu")),
        (EngineWish(engine="torch"), True, {"openvino", "torch"}, ("torch", "cuda")),
        (EngineWish(engine="openvino"), True, {"openvino", "torch"}, ("openvino", "cpu")),
        (EngineWish(device="cuda"), True, {"openvino", "torch"}, ("torch", "cuda")),
    ],
)
def test_what_would_be_taken_is_known_before_anything_is_loaded(
    wish: EngineWish,
    has_gpu: bool,
    installed: set[str],
    taken: tuple[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(choosing, "_may_have_gpu", lambda: has_gpu)
    monkeypatch.setattr(choosing, "has_openvino", lambda: "openvino" in installed)
    monkeypatch.setattr(choosing, "has_torch", lambda: "torch" in installed)
    monkeypatch.setattr("importlib.metadata.version", lambda name: "2.13.0+cu130")
    choices = [("openvino", "cpu"), ("torch", "cpu"), ("torch", "cuda")]
    assert [choice for choice in choices if would_choose(*choice, wish)] == [taken]


def test_from_a_build_for_cpus_no_gpu_is_expected(monkeypatch: pytest.MonkeyPatch) -> None:
    """AMD's driver is there on many laptops."""
    monkeypatch.setattr(choosing, "_may_have_gpu", lambda: True)
    monkeypatch.setattr("importlib.metadata.version", lambda name: "2.13.0+cpu")
    assert would_choose("openvino", "cpu", EngineWish())
