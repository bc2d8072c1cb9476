"""dynamic-style info: what a report about a problem needs to say about this computer."""

from __future__ import annotations

import argparse
import platform
from typing import Any

from ..packs import list_packs, shipped_packs_folder, user_packs_folder
from ..protocol.version import VERSION
from .console import Console

LIBRARIES = ("openvino", "torch", "numpy", "pillow", "safetensors", "tifffile")


def add_parser(commands: Any, parents: list[argparse.ArgumentParser]) -> None:
    text = "show versions, devices, memory and where packs are"
    parser = commands.add_parser(
        "info", help=text, description=text.capitalize() + ".", parents=parents
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, console: Console) -> int:
    from ..compute.choose_engine import choose_engine
    from ..compute.engine_wish import wished
    from ..compute.memory import memory_at_hand

    versions = {name: _version(name) for name in LIBRARIES}
    engine = choose_engine(wished(None, None))
    devices = _devices()
    memory = memory_at_hand()
    folders = {"user": user_packs_folder(), "shipped": shipped_packs_folder()}
    count = len(list_packs())
    console.line(f"dynamic-style  {VERSION}")
    console.line(f"python         {platform.python_version()} on {platform.platform()}")
    for name, number in versions.items():
        console.line(f"{name:<14} {number}")
    console.line(f"devices        {', '.join(devices)}")
    console.line(f"nets run on    {engine.title}")
    console.line(f"memory free    {memory / 1e9:.1f} GB")
    console.line(f"packs          {count} installed")
    for whose, folder in folders.items():
        missing = "" if folder.is_dir() else " (not made yet)"
        console.line(f"  {whose:<12} {folder}{missing}")
    console.document(
        {
            "ok": True,
            "version": VERSION,
            "python": platform.python_version(),
            "platform": platform.platform(),
            "libraries": versions,
            "devices": list(devices),
            "default_device": engine.device,
            "engine": engine.name,
            "precision": engine.precision,
            "memory_free_bytes": memory,
            "packs_folders": {whose: str(folder) for whose, folder in folders.items()},
            "packs": count,
        }
    )
    return 0


def _version(name: str) -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def _devices() -> tuple[str, ...]:
    from ..compute.choose_engine import has_torch

    if not has_torch():
        return ("cpu",)
    from ..compute.device import available_devices

    return available_devices()
