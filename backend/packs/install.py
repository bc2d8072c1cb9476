"""Packs into and out of the user's packs folder."""

from __future__ import annotations

from pathlib import Path

from ..protocol.errors import PackInstallError
from .folder_writer import check_replaceable, remove_folder, replace_folder
from .pack_json.manifest import PACK_JSON, Manifest
from .reader import MakeRun, verify_pack
from .sources import open_pack, pack_label, read_checked, read_checked_manifest
from .store import (
    InstalledPack,
    find_pack,
    list_packs,
    read_manifest,
    shipped_packs_folder,
    user_packs_folder,
)


def install_pack(source: Path, *, make_run: MakeRun, replace: bool = False) -> InstalledPack:
    """Install a folder or .dynpack into the user's packs folder, verified in full before and after
    it is copied. make_run: as verify_pack takes it. Raises a PackError; then nothing was changed.
    """
    manifest = verify_pack(source, make_run=make_run).manifest
    installed = next((pack for pack in list_packs() if pack.id == manifest.id), None)
    if installed is not None and not replace:
        what = "is shipped with the program" if installed.is_shipped else "is installed"
        raise PackInstallError(
            f"pack '{manifest.id}' {what} already{_version(installed.manifest)}; replace it with "
            "'--replace', or change the new pack's id"
        )
    with open_pack(source) as opened:
        manifest, _ = read_checked_manifest(opened, source)
        files = {PACK_JSON: opened.read(PACK_JSON, opened.sizes()[PACK_JSON])}
        for name, entry in manifest.files.items():
            files[name] = read_checked(opened, name, entry, pack=pack_label(source))
    target = user_packs_folder() / manifest.id
    check_replaceable(target)
    replace_folder(target, files, check=lambda folder: _check_copy(folder, manifest, make_run))
    return InstalledPack(manifest.id, target, False, manifest=read_manifest(target))


def remove_pack(pack_id: str) -> None:
    """Delete one of the user's packs. Raises PackInstallError for a shipped one."""
    path = find_pack(pack_id)
    if path.parent == shipped_packs_folder():
        raise PackInstallError(
            f"pack '{pack_id}' is shipped with the program and cannot be removed; only packs in "
            f"{user_packs_folder()} can"
        )
    if path.parent != user_packs_folder():
        raise PackInstallError(
            f"'{pack_id}' is no installed pack's id; 'dynamic-style packs list' shows the ids"
        )
    try:
        if path.is_symlink():
            path.unlink()  # the link is ours, what it points to is not
        else:
            check_replaceable(path)
            remove_folder(path)
    except OSError as error:
        raise PackInstallError(
            f"pack '{pack_id}' could not be removed ({error.strerror}); "
            f"check the permissions of {path}"
        ) from error


def _check_copy(folder: Path, manifest: Manifest, make_run: MakeRun) -> None:
    if verify_pack(folder, make_run=make_run).manifest != manifest:
        raise PackInstallError(
            f"pack '{manifest.id}' changed while it was copied; install it again"
        )


def _version(manifest: Manifest | None) -> str:
    return f" in version {manifest.version}" if manifest is not None else ""
