"""Packs that are here: list, info, verify, install, remove."""

from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path
from typing import Any

from ...packs import (
    InstalledPack,
    Licence,
    Manifest,
    find_pack,
    list_packs,
    read_manifest,
    user_packs_folder,
)
from ...protocol.errors import PackError
from ..arguments.tasks import USES
from ..console import Console


def run_list(options: argparse.Namespace, console: Console) -> int:
    packs = list_packs()
    width = max((len(pack.id) for pack in packs), default=0)
    for pack in packs:
        if pack.manifest is None:
            console.line(f"{pack.id:<{width}}  cannot be used: {pack.error}")
            continue
        manifest = pack.manifest
        dials = ", ".join(dial.id for dial in manifest.dials)
        does, _ = USES[manifest.task]
        console.line(
            f"{pack.id:<{width}}  {manifest.title} {manifest.version} – {does}; dials: {dials}"
        )
    if not packs:
        console.note(
            "no packs are installed; 'dynamic-style packs install FILE' adds one to "
            f"{user_packs_folder()}"
        )
    console.document({"ok": True, "packs": [list_members(pack) for pack in packs]})
    return 0


def run_info(options: argparse.Namespace, console: Console) -> int:
    path = find_pack(options.pack)
    manifest = read_manifest(path)
    for line in _description(manifest, path):
        console.line(line)
    members = dataclasses.asdict(manifest)
    console.document({"ok": True, "path": str(path), "manifest": members})
    return 0


def run_verify(options: argparse.Namespace, console: Console) -> int:
    """Verify all that are named; the exit code is 0 or that of the first one that is wrong."""
    from ...compute.golden_run import make_golden_run
    from ...packs.reader import verify_pack

    names = options.packs or [pack.id for pack in list_packs()]
    results: list[dict[str, Any]] = []
    exit_code = 0
    with console.progress(len(names), "packs") as advance:
        for done, name in enumerate(names):
            try:
                found = verify_pack(find_pack(name), make_run=make_golden_run)
            except PackError as error:
                console.error(str(error))
                exit_code = exit_code or error.exit_code
                failure = {"code": error.code, "message": str(error)}
                results.append({"pack": name, "ok": False, "error": failure})
            else:
                difference = max(found.golden_differences)
                results.append(
                    {
                        "pack": name,
                        "ok": True,
                        "id": found.manifest.id,
                        "sha256": found.sha256,
                        "files": found.files,
                        "bytes": found.bytes,
                        "golden_difference": difference,
                    }
                )
                console.line(
                    f"{name}: sound ({found.files} files, {found.bytes / 1e6:.1f} MB, paints as "
                    f"when it was made to within {difference:.1g})"
                )
            advance(done + 1)
    if not names:
        console.note("no packs are installed")
    console.document({"ok": exit_code == 0, "packs": results})
    return exit_code


def run_install(options: argparse.Namespace, console: Console) -> int:
    from ...compute.golden_run import make_golden_run
    from ...packs.install import install_pack

    installed = install_pack(
        Path(options.source), make_run=make_golden_run, replace=options.replace
    )
    console.note(f"installed '{installed.id}' in {installed.path}")
    console.document({"ok": True, "pack": list_members(installed)})
    return 0


def run_remove(options: argparse.Namespace, console: Console) -> int:
    from ...packs.install import remove_pack

    remove_pack(options.pack)
    console.note(f"removed '{options.pack}'")
    console.document({"ok": True, "id": options.pack})
    return 0


def list_members(pack: InstalledPack) -> dict[str, Any]:
    members: dict[str, Any] = {
        "id": pack.id,
        "path": str(pack.path),
        "shipped": pack.is_shipped,
        "ok": pack.manifest is not None,
    }
    if pack.error is not None:
        members["error"] = {"code": pack.error.code, "message": str(pack.error)}
    if pack.manifest is not None:
        manifest = pack.manifest
        members |= {
            "version": manifest.version,
            "title": manifest.title,
            "summary": manifest.summary,
            "task": manifest.task,
            "working_size_px": manifest.working_size_px,
            "dials": [{**dataclasses.asdict(dial), "kind": dial.kind} for dial in manifest.dials],
        }
    return members


def _description(manifest: Manifest, path: Path) -> list[str]:
    net = manifest.architecture
    lines = [
        f"{manifest.title} ({manifest.id} {manifest.version})",
        *manifest.summary.splitlines(),
        "",
        f"made by      {', '.join(manifest.authors)}, {manifest.created[:10]}",
        f"task         {manifest.task}, net of width {net.width}",
        f"works at     {manifest.working_size_px} pixels on the longer side",
        f"weights      {licence_text(manifest.licences.weights)}",
        *(f"style image  {licence_text(licence)}" for licence in manifest.licences.style_images),
        *(f"training     {licence_text(licence)}" for licence in manifest.licences.training_data),
        f"folder       {path}",
        "",
        "dials",
    ]
    for dial in manifest.dials:
        what = f"taps {', '.join(dial.taps)}" if dial.taps else "of the main net's weights"
        low, high = dial.trained_range
        safe_low, safe_high = dial.safe_range
        lines += [
            f"  {dial.id}: {dial.title}, from {dial.label_low!r} to {dial.label_high!r}",
            f"    trained {low:g} to {high:g}, safe {safe_low:g} to {safe_high:g}, "
            f"default {dial.default:g}, {what}",
        ]
    return lines


def licence_text(licence: Licence) -> str:
    """What holds comes first: the SPDX identifier, or the note where there is none."""
    first = (licence.spdx, licence.note) if licence.spdx else (licence.note or "not stated",)
    parts = (*first, licence.author, licence.source)
    return "; ".join(part for part in parts if part)
