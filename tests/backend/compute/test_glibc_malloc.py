"""Freed memory stays with the process until it is handed back."""

from __future__ import annotations

import subprocess
import sys

import pytest

SCRIPT = """
import resource
import sys

import psutil
import torch

from dynamic_style.backend.compute.glibc_malloc import keep_freed_memory, return_freed_memory

if sys.argv[1] == "keep":
    assert keep_freed_memory()


def faults_of_ten_tensors():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(10):
        torch.ones(40 << 20, dtype=torch.uint8)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before


# Whatever else the process takes meanwhile may lie where a tensor was: it settles after a while.
faults = min(faults_of_ten_tensors() for _ in range(8))
held = psutil.Process().memory_info().rss
return_freed_memory()
print(faults, held - psutil.Process().memory_info().rss)
"""


def _run(mode: str) -> tuple[int, int]:
    command = [sys.executable, "-c", SCRIPT, mode]
    printed = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout
    faults, returned = printed.split()
    return int(faults), int(returned)


@pytest.mark.skipif(sys.platform != "linux", reason="only glibc has these settings")
def test_tensors_reuse_pages_and_give_them_back_on_request() -> None:
    kept_faults, returned = _run("keep")
    plain_faults, _ = _run("plain")
    assert kept_faults < plain_faults / 10  # 40 MiB are 10,240 pages, ten times over
    assert returned > 20 << 20
