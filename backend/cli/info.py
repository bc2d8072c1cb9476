"""dynamic-style info: what a report about a problem needs to say about this computer."""

from __future__ import annotations

import argparse
import platform
from importlib.metadata import version
from typing import Any

from ..packs import list_packs, shipped_packs_folder, user_packs_folder
from .console import Console

LIBRARIES = ("torch", "numpy", "pillow", "safetensors", "tifffile")


def add_parser(commands: Any, parents: list[argparse.ArgumentParser]) -> None:
    text = "show versions, devices, memory and where packs are"
    parser = commands.add_parser(
        "info", help=text, description=text.capitalize() + ".", parents=parents
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, console: Console) -> int:
    import torch

    from ..compute.device import available_devices, choose_device, device_title, memory_at_hand

    versions = {name: version(name) for name in LIBRARIES}
    device = choose_device("auto")
    memory = memory_at_hand(torch.device("cpu"))
    folders = {"user": user_packs_folder(), "shipped": shipped_packs_folder()}
    count = len(list_packs())
    console.line(f"dynamic-style  {version('dynamic-style')}")
    console.line(f"python         {platform.python_version()} on {platform.platform()}")
    for name, number in versions.items():
        console.line(f"{name:<14} {number}")
    console.line(
        f"devices        {', '.join(available_devices())}; auto takes {device_title(device)}"
    )
    console.line(f"cpu threads    {torch.get_num_threads()}")
    console.line(f"memory free    {memory / 1e9:.1f} GB")
    console.line(f"packs          {count} installed")
    for whose, folder in folders.items():
        missing = "" if folder.is_dir() else " (not made yet)"
        console.line(f"  {whose:<12} {folder}{missing}")
    console.document(
        {
            "ok": True,
            "version": version("dynamic-style"),
            "python": platform.python_version(),
            "platform": platform.platform(),
            "libraries": versions,
            "devices": list(available_devices()),
            "default_device": device.type,
            "threads": torch.get_num_threads(),
            "memory_free_bytes": memory,
            "packs_folders": {whose: str(folder) for whose, folder in folders.items()},
            "packs": count,
        }
    )
    return 0
