"""PyTorch comes where it is asked for, in the build that fits, and no large one for nothing.

The indexes are folders, and the wheels empty; pip is the real one.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement

from installer.environment.torch_builds import LIGHT_PLATFORMS, pinned_version, this_gpu
from installer.origin import ROOT

from .. import mini_checkout
from . import made_up_index
from .made_up_index import CUDA_NEED, make_index

pytestmark = pytest.mark.timeout(mini_checkout.TEST_TIMEOUT_S)

PINNED = pinned_version(ROOT)
CUDA_WHEEL = ("torch", PINNED, CUDA_NEED)
CPU_WHEEL = ("torch", f"{PINNED}+cpu", "")
without_gpu = pytest.mark.skipif(
    this_gpu() is not None, reason="this computer has a GPU, which decides what is installed"
)
UNREACHABLE = "http://127.0.0.1:9"  # discard: a refused connection, and no waiting


@pytest.fixture
def light(one_ready_checkout: Path, tmp_path: Path) -> Iterator[Path]:
    """A checkout whose environment has no PyTorch; what a test adds to it goes again."""
    venv = one_ready_checkout / ".venv"
    kept = tmp_path / "kept"
    shutil.copytree(venv, kept, symlinks=True)
    yield one_ready_checkout
    shutil.rmtree(venv)
    shutil.copytree(kept, venv, symlinks=True)


def demo(root: Path, *arguments: str, own: str, cpu: str, **extra: str) -> str:
    """What a demo says; own: pip's index, cpu: the one that stands for PyTorch's."""
    indexes = {"PIP_INDEX_URL": own, "PIP_NO_INDEX": "0", "DYNAMIC_STYLE_TORCH_INDEX": cpu}
    quick = {"PIP_RETRIES": "1", "PIP_EXTRA_INDEX_URL": ""}
    done = mini_checkout.run(root, "demo", *arguments, **indexes, **quick, **extra)
    return done.stdout + done.stderr


def version(root: Path) -> str:
    """Of the environment's PyTorch; "" where it has none."""
    done = subprocess.run(
        [root / ".venv/bin/python", "-m", "pip", "list", "--format", "json"],
        env=mini_checkout.variables({}),
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    listed = {each["name"]: each["version"] for each in json.loads(done.stdout)}
    return str(listed.get("torch", ""))


def extras(root: Path) -> list[str]:
    found: list[str] = json.loads((root / ".venv/dynamic-style.json").read_text())["extras"]
    return found


@without_gpu
def test_without_gpu_the_cpu_build_is_taken_from_pytorchs_own_index(
    light: Path, tmp_path: Path
) -> None:
    own, cpu = make_index(tmp_path / "own", CUDA_WHEEL), make_index(tmp_path / "cpu", CPU_WHEEL)
    assert version(light) == ""
    said = demo(light, "--torch", own=own, cpu=cpu)
    assert f"the one for CPUs comes from {cpu}" in said
    assert version(light) == f"{PINNED}+cpu", said
    demo(light, "--training", own=own, cpu=UNREACHABLE)  # it is there
    assert extras(light) == ["torch", "training"]

    record = light / ".venv/dynamic-style.json"
    record.write_text(record.read_text().replace("cpython 3.", "cpython 2."))
    said = demo(light, own=own, cpu=cpu)
    assert "anew: it was made for cpython 2." in said
    assert version(light) == f"{PINNED}+cpu", said
    assert "Installing" not in demo(light, own=own, cpu=cpu)


def test_pips_own_index_is_enough_where_it_has_the_cpu_build(light: Path, tmp_path: Path) -> None:
    own = make_index(tmp_path / "own", CUDA_WHEEL, CPU_WHEEL)
    said = demo(light, "--training", own=own, cpu=UNREACHABLE)
    assert version(light) == f"{PINNED}+cpu", said


@without_gpu
def test_an_index_that_cannot_be_reached_is_named_and_nothing_is_changed(
    light: Path, tmp_path: Path
) -> None:
    own = make_index(tmp_path / "own", CUDA_WHEEL)
    said = demo(light, "--torch", own=own, cpu=UNREACHABLE)
    assert f"PyTorch's build for CPUs is not to be had from {UNREACHABLE}" in said
    assert "name a mirror of it in DYNAMIC_STYLE_TORCH_INDEX" in said
    assert CUDA_NEED not in said
    assert (version(light), extras(light)) == ("", [])
    assert "Installing" not in demo(light, own=own, cpu=UNREACHABLE)  # it works as it was


def test_with_a_gpu_of_nvidia_pips_index_is_left_to_offer_cuda(light: Path, tmp_path: Path) -> None:
    own = make_index(tmp_path / "own", CUDA_WHEEL)
    path = made_up_index.path_with(tmp_path / "bin", "nvidia-smi", "#!/bin/sh\n")
    said = demo(light, "--torch", own=own, cpu=UNREACHABLE, PATH=path)
    assert f"No matching distribution found for {CUDA_NEED}" in said


def test_uv_finds_the_build_where_pip_is_told_of_no_index(light: Path, tmp_path: Path) -> None:
    path = made_up_index.path_with(tmp_path / "bin", "uv", made_up_index.uv(PINNED))
    own = make_index(tmp_path / "own", CPU_WHEEL)
    demo(light, "--torch", own=own, cpu=UNREACHABLE, PATH=path)
    assert version(light) == f"{PINNED}+cpu", "uv does not know that index"

    anew = mini_checkout.make(tmp_path / "anew")
    variables = {name: "" for name in ("PIP_NO_INDEX", "PIP_INDEX_URL")}
    done = mini_checkout.run(anew, "demo", "--torch", PATH=path, **variables)
    assert "by uv" in done.stdout
    assert version(anew) == f"{PINNED}+by.uv", done.stdout + done.stderr
    assert "'--torch-backend', 'auto'" in (anew / ".venv/pip.log").read_text()


def test_where_uv_fails_pip_is_asked(light: Path, tmp_path: Path) -> None:
    uv = made_up_index.uv(PINNED, fails=True)
    path = made_up_index.path_with(tmp_path / "bin", "uv", uv)
    off = {"HTTPS_PROXY": UNREACHABLE, "PIP_RETRIES": "1", "PIP_NO_INDEX": ""}
    done = mini_checkout.run(light, "demo", "--torch", PATH=path, **off)
    assert "uv could not (error: no such option); pip is asked instead" in done.stdout
    assert "pip's package index cannot be reached" in done.stderr


def test_the_light_platforms_are_those_of_the_projects_markers() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    lines = [line.strip(' ,"') for line in text.splitlines() if "; (sys_platform" in line]
    needs = {need.name: need for need in map(Requirement, lines)}
    assert set(needs) == {"openvino", "torch"}
    for system in ("linux", "win32", "darwin"):
        for machine in ("x86_64", "AMD64", "aarch64", "arm64", "ARM64"):
            told = {**default_environment(), "sys_platform": system, "platform_machine": machine}
            has = {
                name: need.marker is not None and need.marker.evaluate(told)
                for name, need in needs.items()
            }
            assert has["openvino"] != has["torch"]
            assert has["openvino"] == ((system, machine) in LIGHT_PLATFORMS)
