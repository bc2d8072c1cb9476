"""weights/README.md is enough to write a pack: its own example does, without the program."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import torch

from dynamic_style.backend.packs.folder_writer import pack_archive
from dynamic_style.backend.packs.pack_json.manifest import Architecture
from dynamic_style.backend.packs.tensors import NETS

from ..verified_packs import install_pack, verify_pack

TEXT = (Path(__file__).parents[3] / "weights" / "README.md").read_text("utf-8")


def test_pack_from_scratch_is_sound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (program,) = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    assert "dynamic_style" not in program
    monkeypatch.chdir(tmp_path)

    with torch.inference_mode():
        exec(compile(program, "weights/README.md", "exec"), {})
    report = verify_pack(tmp_path / "scratch")
    pack_archive(tmp_path / "scratch", tmp_path / "scratch.dynpack")

    assert report.manifest.architecture == Architecture(
        "style_transfer", 4, ("res3", "up1", "conv_out")
    )
    assert install_pack(tmp_path / "scratch.dynpack").id == "scratch"


def test_specification_names_every_tensor() -> None:
    nets = [make(1) for make in NETS.values()]
    names = {name.rsplit(".", 1)[0] for net in nets for name in net.main.state_dict()}
    numbered = {re.sub(r"(res|dilated)\d", r"\1{i}", name) for name in names}

    assert numbered <= set(re.findall(r"`(.*?)`", TEXT))


def test_links_in_the_specification_lead_to_headings() -> None:
    headings = re.findall(r"^#+ (.*)$", TEXT, re.MULTILINE)
    anchors = {re.sub(r"[^a-z0-9 _-]", "", h.lower()).replace(" ", "-") for h in headings}

    assert set(re.findall(r"\]\(#(.*?)\)", TEXT)) <= anchors
