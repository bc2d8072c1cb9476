"""Packs into nets: load one, or verify every byte of it. The format is weights/README.md."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from ..nets.dynamic_net import DynamicNet
from ..protocol.errors import PackBaseError
from .golden_check import check_golden, golden_shapes
from .manifest import GOLDEN_FILE, MAIN_FILE, Manifest, dial_file
from .sources import PackSource, open_pack, pack_label, read_checked, read_checked_manifest
from .store import list_packs, read_manifest
from .tensors import build_net, load_dial, read_tensors
from .thumbnails import decode_picture


@dataclass(frozen=True)
class Pack:
    """A pack ready to run. net: eval mode, float32, on the CPU, no gradients. sha256: of pack.json,
    which holds the hashes of all other files, so it identifies the content. main_sha256: of
    main.safetensors, the pack's own or its base's.
    """

    manifest: Manifest
    net: DynamicNet
    sha256: str
    main_sha256: str
    path: Path


@dataclass(frozen=True)
class Verification:
    """What verify_pack found to be right. golden_differences: largest difference of each golden
    picture on this computer, where manifest.golden.tolerance is allowed.
    """

    manifest: Manifest
    sha256: str
    files: int
    bytes: int
    golden_differences: tuple[float, ...]


def load_pack(path: Path, *, bases: Sequence[Path] | None = None) -> Pack:
    """Load a pack's folder or .dynpack. bases: packs in which an add-on's main net is looked for,
    the installed ones when None. Raises a PackError.
    """
    with open_pack(path) as source:
        return _load(source, path, bases)


def verify_pack(path: Path, *, bases: Sequence[Path] | None = None) -> Verification:
    """Check every file, hash and tensor, decode the pictures, run the golden check.

    Raises the PackError of the first thing that is wrong.
    """
    with open_pack(path) as source:
        pack = _load(source, path, bases)
        manifest, label = pack.manifest, pack_label(path)
        for stem in ("preview", "thumbnail"):
            _picture(source, manifest, stem, label)
        tensors = read_tensors(
            read_checked(source, GOLDEN_FILE, manifest.files[GOLDEN_FILE], pack=label),
            golden_shapes(manifest.architecture),
            where=f"{label}: {GOLDEN_FILE}",
        )
        differences = check_golden(pack.net, manifest.golden, tensors, where=label)
        sizes = source.sizes()
    return Verification(manifest, pack.sha256, len(sizes), sum(sizes.values()), differences)


def read_picture(path: Path, stem: str) -> Image.Image:
    """A pack's "preview" or "thumbnail", RGB. Raises a PackError."""
    with open_pack(path) as source:
        manifest, _ = read_checked_manifest(source, path)
        return _picture(source, manifest, stem, pack_label(path))


def _load(source: PackSource, path: Path, bases: Sequence[Path] | None) -> Pack:
    manifest, sha256 = read_checked_manifest(source, path)
    label = pack_label(path)
    if manifest.base_main_sha256 is None:
        main_sha256 = manifest.files[MAIN_FILE].sha256
        net = _main_net(source, manifest, label)
    else:
        main_sha256 = manifest.base_main_sha256
        net = _base_net(manifest, bases, label)
    for dial in manifest.dials:
        name = dial_file(dial.id)
        data = read_checked(source, name, manifest.files[name], pack=label)
        load_dial(net, dial, data, where=f"{label}: {name}")
    return Pack(manifest, net, sha256, main_sha256, path)


def _main_net(source: PackSource, manifest: Manifest, label: str) -> DynamicNet:
    data = read_checked(source, MAIN_FILE, manifest.files[MAIN_FILE], pack=label)
    return build_net(manifest.architecture, data, where=f"{label}: {MAIN_FILE}")


def _base_net(manifest: Manifest, bases: Sequence[Path] | None, label: str) -> DynamicNet:
    """The main net that an add-on names. Raises PackBaseError."""
    if bases is None:
        candidates = [(p.path, p.manifest) for p in list_packs() if p.manifest is not None]
    else:
        candidates = [(base, read_manifest(base)) for base in bases]
    wanted = f"the main net {str(manifest.base_main_sha256)[:12]}…"
    for path, candidate in candidates:
        main = candidate.files.get(MAIN_FILE)
        if main is None or main.sha256 != manifest.base_main_sha256:
            continue
        if candidate.architecture != manifest.architecture:
            raise PackBaseError(
                f"{label} is made for a net of another architecture than its base "
                f"'{candidate.id}' has; get the add-on again"
            )
        with open_pack(path) as source:
            return _main_net(source, candidate, pack_label(path))
    if any(candidate.id == manifest.base_id for _, candidate in candidates):
        raise PackBaseError(
            f"{label} adds dials to {wanted}, but the installed pack '{manifest.base_id}' has "
            "another main net; install the version of it that this add-on was made for"
        )
    name = f" of the pack '{manifest.base_id}'" if manifest.base_id else ""
    raise PackBaseError(
        f"{label} adds dials to {wanted}{name}, which is not installed; install that pack first"
    )


def _picture(source: PackSource, manifest: Manifest, stem: str, label: str) -> Image.Image:
    name = manifest.picture_file(stem)
    return decode_picture(
        read_checked(source, name, manifest.files[name], pack=label), name, pack=label
    )
