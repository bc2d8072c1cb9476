"""What a panel can read of a set-up at any time."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from installer.panel import progress as module
from installer.panel.progress import Progress

PIP = [
    "Collecting numpy>=1.23 (from dynamic-style==1.2)",
    "Downloading numpy-2.4.6-cp311-cp311-manylinux_2_27_x86_64.whl (16.9 MB)",
    "Downloading openvino-2026.4.1-cp311-cp311-manylinux_2_28_x86_64.whl (59.1 MB)",
    "Downloading tqdm-4.70.1-py3-none-any.whl (80 kB)",
]
UV = ["Downloading openvino (56.4MiB)", " Downloaded openvino", "Prepared 12 packages in 3.1s"]


@pytest.fixture
def progress(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Progress:
    monkeypatch.setattr(module, "EVERY_S", 0.0)
    return Progress(tmp_path, expected_mb=100, pid=7, began=1000.5)


@pytest.mark.parametrize("lines", [PIP, UV], ids=["pip", "uv"])
def test_downloads_count_by_their_size(progress: Progress, lines: list[str]) -> None:
    progress.begin("packages")
    seen = []
    for line in lines:
        progress.status(line)
        seen.append(json.loads(progress.path.read_text())["fraction"])
    assert seen == sorted(seen) and seen[0] < seen[-1] < 0.95
    told = json.loads(progress.path.read_text())
    assert told["words"] == lines[-1] and (told["pid"], told["pid_began"]) == (7, 1000.5)


def test_more_than_was_expected_is_not_more_than_all(progress: Progress) -> None:
    progress.begin("packages")
    for _ in range(20):
        progress.status("Downloading torch-2.13.0-cp311.whl (810.5 MB)")
    assert progress.fraction < 0.95


def test_a_failure_keeps_how_far_it_was(progress: Progress) -> None:
    progress.begin("packages")
    progress.status(PIP[2])
    progress.failed("the disk is full")
    told = json.loads(progress.path.read_text())
    assert told["state"] == "failed" and told["message"] == "the disk is full"
    assert 0.08 < told["fraction"] < 0.95
