"""dynamic-style packs: list, info, verify, install, get, remove."""

from __future__ import annotations

import argparse
import dataclasses
import sys
import tempfile
from pathlib import Path
from typing import Any

from ..packs import (
    InstalledPack,
    Licence,
    Manifest,
    find_pack,
    identify_pack,
    list_packs,
    read_manifest,
    user_packs_folder,
)
from ..protocol.errors import PackError, PackIntegrityError, UsageError
from .arguments.tasks import USES
from .console import Console


def add_parser(commands: Any, parents: list[argparse.ArgumentParser]) -> None:
    packs = commands.add_parser("packs", help="list, describe, verify, install and remove packs")
    actions = packs.add_subparsers(metavar="ACTION", required=True)

    def action(name: str, run: Any, text: str) -> argparse.ArgumentParser:
        parser: argparse.ArgumentParser = actions.add_parser(
            name, help=text, description=text[0].upper() + text[1:] + ".", parents=parents
        )
        parser.set_defaults(run=run)
        return parser

    action("list", run_list, "list the installed packs and their dials")
    info = action("info", run_info, "describe one pack: dials, licences, training")
    info.add_argument("pack", metavar="ID", help="a pack's id, folder or file")
    verify = action(
        "verify", run_verify, "check every file of packs, and that they still paint alike"
    )
    verify.add_argument(
        "packs", nargs="*", metavar="ID", help="ids, folders or files; all otherwise"
    )
    install = action("install", run_install, "verify a pack and install it for the user")
    install.add_argument("source", metavar="SOURCE", help="a .dynpack file or a pack's folder")
    install.add_argument(
        "--replace", action="store_true", help="take the place of an installed pack of the same id"
    )
    get = action("get", run_get, "fetch a pack from the web, show what it is, and install it")
    get.add_argument(
        "address",
        metavar="ADDRESS",
        help="https://... of a .dynpack or .zip file or of a pack's folder, or OWNER/NAME on a "
        "model hub, with @REVISION or not",
    )
    get.add_argument("--yes", action="store_true", help="install it without asking")
    get.add_argument(
        "--sha256", metavar="HASH", help="install it without asking if this is its hash, else not"
    )
    get.add_argument(
        "--replace", action="store_true", help="take the place of an installed pack of the same id"
    )
    remove = action("remove", run_remove, "delete an installed pack")
    remove.add_argument("pack", metavar="ID", help="the pack's id")


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
    console.document({"ok": True, "packs": [_list_members(pack) for pack in packs]})
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
    from ..compute.golden_run import make_golden_run
    from ..packs.reader import verify_pack

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
    from ..compute.golden_run import make_golden_run
    from ..packs.install import install_pack

    installed = install_pack(
        Path(options.source), make_run=make_golden_run, replace=options.replace
    )
    console.note(f"installed '{installed.id}' in {installed.path}")
    console.document({"ok": True, "pack": _list_members(installed)})
    return 0


def run_get(options: argparse.Namespace, console: Console) -> int:
    """Nothing is installed before its size and hash were shown."""
    from ..compute.golden_run import make_golden_run
    from ..packs.install import install_pack
    from ..packs.remote.fetch import fetch_pack

    is_asked = not (options.yes or options.sha256)
    if is_asked and not sys.stdin.isatty():
        raise UsageError(
            "there is nobody to ask; give --sha256 HASH with the hash that the pack should have, "
            "or --yes to install whatever comes"
        )
    with tempfile.TemporaryDirectory(prefix="dynamic-style-") as folder:
        with console.progress(1, "pack") as advance:
            fetched = fetch_pack(
                options.address,
                Path(folder),
                on_part=lambda done, of: advance(done / of if of else 0),
            )
        manifest, sha256 = identify_pack(fetched.path)
        console.line(f"{manifest.title} ({manifest.id} {manifest.version})")
        console.line(f"made by  {', '.join(manifest.authors)}")
        console.line(f"licence  {_licence(manifest.licences.weights)}")
        console.line(f"size     {fetched.size / 1e6:.1f} MB")
        console.line(f"sha256   {sha256}")
        if options.sha256 and options.sha256.strip().lower() != sha256:
            raise PackIntegrityError(
                f"{options.address}: the pack's hash is {sha256}, not the one that was given; it "
                "was changed, or is another version. Nothing was installed"
            )
        if is_asked and not console.confirm("Install it?"):
            console.note("nothing was installed")
            return 0
        installed = install_pack(fetched.path, make_run=make_golden_run, replace=options.replace)
    console.note(f"installed '{installed.id}' in {installed.path}")
    members = _list_members(installed)
    console.document({"ok": True, "pack": members, "bytes": fetched.size, "sha256": sha256})
    return 0


def run_remove(options: argparse.Namespace, console: Console) -> int:
    from ..packs.install import remove_pack

    remove_pack(options.pack)
    console.note(f"removed '{options.pack}'")
    console.document({"ok": True, "id": options.pack})
    return 0


def _list_members(pack: InstalledPack) -> dict[str, Any]:
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
            "dials": [dataclasses.asdict(dial) for dial in manifest.dials],
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
        f"weights      {_licence(manifest.licences.weights)}",
        *(f"style image  {_licence(licence)}" for licence in manifest.licences.style_images),
        *(f"training     {_licence(licence)}" for licence in manifest.licences.training_data),
        f"folder       {path}",
        "",
        "dials",
    ]
    for dial in manifest.dials:
        low, high = dial.trained_range
        safe_low, safe_high = dial.safe_range
        lines += [
            f"  {dial.id}: {dial.title}, from {dial.label_low!r} to {dial.label_high!r}",
            f"    trained {low:g} to {high:g}, safe {safe_low:g} to {safe_high:g}, "
            f"default {dial.default:g}, taps {', '.join(dial.taps)}",
        ]
    return lines


def _licence(licence: Licence) -> str:
    """What holds comes first: the SPDX identifier, or the note where there is none."""
    first = (licence.spdx, licence.note) if licence.spdx else (licence.note or "not stated",)
    parts = (*first, licence.author, licence.source)
    return "; ".join(part for part in parts if part)
