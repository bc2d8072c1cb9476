"""A pack's weights, checked, as arrays: what every engine builds its nets from. No torch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..nets.architectures import LAYOUTS, TORCH_WORDS, dial_shapes, weight_dial_shapes
from ..protocol.dial_spec import DialSpec
from ..protocol.errors import PackBaseError, PackFormatError
from .pack_json.manifest import MAIN_FILE, Architecture, Manifest, dial_file
from .pack_json.strict_json import shown
from .safetensors_file import Arrays, read_arrays
from .sources import PackSource, open_pack, pack_label, read_checked, read_checked_manifest
from .store import list_packs, read_manifest


@dataclass(frozen=True)
class PackWeights:
    """main, dials (by id): parameters by their names in the files, float32. sha256: of pack.json,
    which holds the hashes of all other files, so it identifies the content. main_sha256: of
    main.safetensors, the pack's own or its base's.
    """

    manifest: Manifest
    main: Arrays
    dials: Mapping[str, Arrays]
    sha256: str
    main_sha256: str
    path: Path


def read_weights(path: Path, *, bases: Sequence[Path] | None = None) -> PackWeights:
    """Read a pack's folder or .dynpack. bases: packs in which an add-on's main net is looked for,
    the installed ones when None. Raises a PackError.
    """
    with open_pack(path) as source:
        return read_opened(source, path, bases)


def read_opened(source: PackSource, path: Path, bases: Sequence[Path] | None) -> PackWeights:
    """As read_weights, from a pack that is open already."""
    manifest, sha256 = read_checked_manifest(source, path)
    label = pack_label(path)
    if manifest.base_main_sha256 is None:
        main_sha256 = manifest.files[MAIN_FILE].sha256
        main = _own_main(source, manifest, label)
    else:
        main_sha256 = manifest.base_main_sha256
        main = _base_main(manifest, bases, label)
    dials = {dial.id: _dial(source, manifest, dial, label) for dial in manifest.dials}
    return PackWeights(manifest, main, dials, sha256, main_sha256, path)


def check_main(architecture: Architecture, main: bytes, *, where: str) -> Arrays:
    """The parameters in a main.safetensors of that architecture. where names the file in messages.
    Raises PackFormatError.
    """
    layout = LAYOUTS[architecture.name]
    taps = tuple(layout.taps(architecture.width))
    if architecture.taps != taps:
        raise PackFormatError(
            f"{where}: the pack's architecture.taps is {shown(', '.join(architecture.taps))}, but "
            f"the net '{architecture.name}' has the taps {', '.join(taps)}; correct pack.json"
        )
    return read_arrays(main, layout.main_shapes(architecture.width), where=where)


def check_dial(architecture: Architecture, dial: DialSpec, data: bytes, *, where: str) -> Arrays:
    """The parameters in a dial's file. As check_main. A name that only torch cannot take is refused
    by all engines: a pack is sound, or it is not.
    """
    if dial.id in TORCH_WORDS:
        raise PackFormatError(
            f"{where}: the dial id '{dial.id}' is a word that PyTorch keeps for itself; "
            "rename the dial"
        )
    layout = LAYOUTS[architecture.name]
    if dial.kind == "weights":
        shapes = weight_dial_shapes(layout.main_shapes(architecture.width), dual=dial.dual)
    else:
        channels = layout.taps(architecture.width)
        shapes = dial_shapes({tap: channels[tap] for tap in dial.taps}, dual=dial.dual)
    return read_arrays(data, shapes, where=where)


def _own_main(source: PackSource, manifest: Manifest, label: str) -> Arrays:
    data = read_checked(source, MAIN_FILE, manifest.files[MAIN_FILE], pack=label)
    return check_main(manifest.architecture, data, where=f"{label}: {MAIN_FILE}")


def _dial(source: PackSource, manifest: Manifest, dial: DialSpec, label: str) -> Arrays:
    name = dial_file(dial.id)
    data = read_checked(source, name, manifest.files[name], pack=label)
    return check_dial(manifest.architecture, dial, data, where=f"{label}: {name}")


def _base_main(manifest: Manifest, bases: Sequence[Path] | None, label: str) -> Arrays:
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
            return _own_main(source, candidate, pack_label(path))
    if any(candidate.id == manifest.base_id for _, candidate in candidates):
        raise PackBaseError(
            f"{label} adds dials to {wanted}, but the installed pack '{manifest.base_id}' has "
            "another main net; install the version of it that this add-on was made for"
        )
    name = f" of the pack '{manifest.base_id}'" if manifest.base_id else ""
    raise PackBaseError(
        f"{label} adds dials to {wanted}{name}, which is not installed; install that pack first"
    )
