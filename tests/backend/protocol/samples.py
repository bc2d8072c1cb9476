"""One example of every message, with every field filled, and pixels to put in them."""

from __future__ import annotations

from dynamic_style.backend.protocol.limits import Limits
from dynamic_style.backend.protocol.messages import (
    AddCatalog,
    BrokenPack,
    Cancel,
    Catalog,
    CatalogEntry,
    CatalogProblem,
    CompleteRun,
    DialSetting,
    DialSpec,
    Done,
    EngineChoice,
    Failure,
    GenerateRun,
    GetPack,
    GetStats,
    Hello,
    InstallPack,
    Lease,
    ListCatalog,
    ListPacks,
    Mask,
    PackEntry,
    PackInstalled,
    Packs,
    Picture,
    Progress,
    RemovePack,
    Reply,
    Request,
    Result,
    Shutdown,
    Stats,
    StylizeRun,
    VerifyPack,
    Welcome,
)
from dynamic_style.backend.protocol.pixels import Pixels, packed_pixels
from dynamic_style.backend.protocol.signing import ID_BYTES, KEY_BYTES

KEY = bytes(range(KEY_BYTES))
CLIENT = b"c" * ID_BYTES
SESSION = b"s" * ID_BYTES


def picture(width: int = 5, height: int = 3) -> Pixels:
    data = bytes(i % 251 for i in range(width * height * 4))
    return packed_pixels(width, height, data, layout="bgra", depth="u8", alpha="straight")


def padded_floats() -> Pixels:
    """Two rows of three linear RGB floats, each followed by four bytes of padding."""
    return Pixels(3, 2, 40, "rgb", "f32", "none", "linear", (-0.5, 2.0), bytes(80))


def gray(width: int = 5, height: int = 3) -> Pixels:
    data = bytes(range(width * height))
    return packed_pixels(width, height, data, layout="gray", depth="u8", alpha="none")


def engine() -> EngineChoice:
    return EngineChoice("openvino", "cpu", "auto", 4)


def run(job: str = "job-1", *, preview_stream: str | None = None) -> StylizeRun:
    dials = {"strength": DialSetting((0.5,))}
    return StylizeRun(job, "starry-night", dials, picture(), preview_stream=preview_stream)


def full_run() -> StylizeRun:
    return StylizeRun(
        job="job-2",
        pack="starry-night",
        dials={"strength": DialSetting((0.2, 0.6, 1.5)), "wave": DialSetting((-0.3,), True)},
        pixels=picture(),
        mask=Mask(gray(), "both"),
        pack_sha256="0f" * 32,
        working_size_px=768,
        preserve_color=True,
        preview_stream="Zeichnung α.kra",
        ends_in_8_bits=True,
    )


def full_completion() -> CompleteRun:
    return CompleteRun(
        job="job-3",
        pack="photo-fill",
        dials={"smooth": DialSetting((0.0, 0.5, 1.0))},
        pixels=picture(),
        mask=Mask(gray(), "selection"),
        grow_px=4,
        feather_px=8,
        seed=3,
        is_cutout=True,
        pack_sha256="f0" * 32,
        preview_stream="Zeichnung α.kra",
    )


def full_generation() -> GenerateRun:
    return GenerateRun(
        job="job-4",
        pack="avatars",
        dials={"hair": DialSetting((0.0, 0.5, 1.0))},
        pixels=picture(),
        mask=Mask(gray(), "selection"),
        seed=2**63 - 1,
        pack_sha256="f0" * 32,
        preview_stream="Zeichnung α.kra",
    )


def pack_entry() -> PackEntry:
    dial = DialSpec(
        "strength", "Stärke", "gentle", "strong", ("res3",), True, (0, 1), (-0.3, 1.3), 1
    )
    thumbnail = Picture("image/webp", b"RIFF....WEBP")
    return PackEntry(
        id="starry-night",
        version="1.2.0",
        title="Starry Night",
        summary="Swirls",
        authors=("Vincent", "ours"),
        licence="CC0-1.0",
        task="style_transfer",
        sha256="ab" * 32,
        base=None,
        is_removable=True,
        width=32,
        working_size_px=1024,
        dials=(dial, dial),
        thumbnail=thumbnail,
    )


def catalog_entry(installed: str | None = None) -> CatalogEntry:
    return CatalogEntry(
        id="waves",
        version="1.1.0",
        title="Wellen",
        summary="",
        licence="CC0-1.0",
        task="style_transfer",
        bytes=1_500_000,
        catalog="Somebody's packs",
        installed=installed,
        is_newer=installed is not None,
        is_removable=installed is not None,
    )


ALL_REQUESTS: list[Request] = [
    Hello("krita 5.2.9", "0.1.0"),
    ListPacks(("de_AT", "de")),
    run(),
    full_run(),
    StylizeRun("j", "p", {}, padded_floats()),
    CompleteRun("j", "photo-fill", {}, picture(), Mask(gray(), "selection")),
    full_completion(),
    GenerateRun("j", "avatars", {}, picture()),
    full_generation(),
    Cancel("job-1"),
    InstallPack("/home/künstler/wave.dynpack", replace=True),
    RemovePack("starry-night"),
    VerifyPack("starry-night"),
    ListCatalog(),
    AddCatalog("https://example.org/catalog.json", "RWQ" + "A" * 53),
    GetPack("starry-night", replace=True),
    GetStats(),
    Lease(60.0),
    Shutdown(),
]
ALL_REPLIES: list[Reply] = [
    Welcome("0.1.0", "cpu", Limits(queue_length=3), ("hello", "stylize_run"), 60.0, engine()),
    Packs((pack_entry(), pack_entry()), (BrokenPack("old", "pack.version", "too new; update"),)),
    Packs(()),
    Progress("job-1", 0.25, "painting", 1.5),
    Progress("job-1", 1.0, "painting"),
    Result("job-1", picture(), {"queue": 0.001, "net": 0.2}),
    Failure("job-1", "pack.not_found", "pack 'x': not installed; see 'packs list'"),
    Failure(None, "protocol", ""),
    PackInstalled(pack_entry()),
    Catalog((catalog_entry(), catalog_entry("1.0.0")), (CatalogProblem("pack.catalog", "old"),)),
    Catalog(()),
    Stats(1.5, 2, 1, 3, 4, 5, 6, 7, 8, 9, ("starry-night",), {"net": 0.5}),
    Done(),
]
