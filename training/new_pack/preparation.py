"""A run's folder made ready for one painting and a folder of photos, or found as it was left.

`data` in it holds copies of both, so that `run` repeats the run from the config and that folder.
"""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from dynamic_style.backend.packs import list_packs

from ..errors import CheckpointError, DatasetError, TrainingError
from ..loop.config_changes import list_changes
from ..loop.distributed import choose_device
from ..loop.progress import Progress
from ..loop.run_folder import CONFIG, keep_config
from ..notes import Note
from ..photos.gathering import HELD_OUT, gather_photos, read_record
from ..run_files import replace_file
from ..settings import PackSettings
from ..style_transfer.config import FREE_KEYS, StyleConfig, parse_config
from ..toml_settings import read_text
from ..user_folder import training_folder
from .config_text import to_toml
from .naming import list_free_ids, make_id, make_title
from .painting import read_painting
from .recipe import Recipe, build_config, choose_sizes

DATA, PHOTOS, PAINTING = "data", "photos", "painting"
PILOT = "pilot"  # the run's folder inside, and what is gone through there
FEW = 40
COMMENT = (
    "What `dynamic-style-train new` chose; `run` with it and the folder `data` repeats the run."
)


@dataclass(frozen=True)
class Request:
    """title and pack_id: empty for what follows from the painting's file name."""

    painting: Path
    photos: Path
    recipe: Recipe
    title: str = ""
    pack_id: str = ""

    @property
    def named(self) -> str:
        return self.title or make_title(self.painting)


@dataclass(frozen=True)
class Place:
    """Where the run is, and its pack's id. is_begun: whether this very run was begun there."""

    folder: Path
    pack_id: str
    is_begun: bool

    @property
    def data(self) -> Path:
        return self.folder / DATA

    @property
    def config(self) -> Path:
        return self.folder / CONFIG


def find_place(request: Request, folder: Path | None, *, note: Note) -> Place:
    """folder: the run's, None for one in the user's folder. An id that the user has not chosen is
    one that no installed pack has, and no other run. Raises TrainingError, CheckpointError for a
    folder with another run in it, and DatasetError rather than name a folder after what is not
    there.
    """
    if folder is None:
        _check_there(request)
    wanted = request.pack_id or make_id(request.named, request.painting.stem)
    installed = {pack.id for pack in list_packs()}
    if folder is not None and is_same_run(folder, request):
        return Place(folder, request.pack_id or read_kept(folder).pack.id, True)

    def locate(pack_id: str) -> Path:
        return folder or training_folder() / "runs" / pack_id

    def is_taken(pack_id: str) -> bool:
        if is_same_run(locate(pack_id), request):
            return False
        return pack_id in installed or (folder is None and (locate(pack_id) / CONFIG).exists())

    chosen = request.pack_id or next(list_free_ids(wanted, is_taken))
    place = Place(locate(chosen), chosen, is_same_run(locate(chosen), request))
    if place.config.exists() and not place.is_begun:
        raise CheckpointError(
            f"'{place.folder}' holds a run with another painting, photos, dials, width or quality; "
            "give --run-folder another folder, or delete that one"
        )
    if chosen != wanted:
        note(
            f"'{wanted}' is the id of another pack or run, so this pack's is '{chosen}'; --id "
            "names another one"
        )
    elif chosen in installed and not place.is_begun:
        note(f"a pack '{chosen}' is installed already; --replace lets this one take its place")
    return place


def _check_there(request: Request) -> None:
    if not request.painting.exists():
        raise DatasetError(f"painting '{request.painting}' does not exist; check its path")
    if not request.photos.is_dir():
        raise DatasetError(
            f"'{request.photos}' is no folder; give one that holds photos with --photos"
        )


def is_same_run(folder: Path, request: Request) -> bool:
    """Whether the run in folder was begun for the same painting, photos and recipe."""
    try:
        config = read_kept(folder)
        painting = (folder / DATA / config.main.objective.style).read_bytes()
        same_painting = painting == request.painting.read_bytes()
    except (OSError, ValueError, TrainingError):
        return False
    recipe, steps = request.recipe, request.recipe.steps
    return (
        same_painting
        and read_record(folder / DATA / PHOTOS, request.photos) is not None
        and tuple(dial.id for dial in config.dials) == recipe.dials
        and {dial.steps for dial in config.dials} == {steps.dial_steps}
        and config.main.steps == steps.main_steps
        and config.net.width == recipe.net_width
    )


def read_kept(folder: Path) -> StyleConfig:
    """The config that the run's folder holds. Raises ConfigError."""
    return parse_config(read_text(folder / CONFIG), str(folder / CONFIG))


def prepare_run(
    request: Request,
    place: Place,
    describe: Callable[[str, str], PackSettings],
    *,
    device: str,
    note: Note,
    progress: Progress,
) -> StyleConfig:
    """Copy painting and photos, and choose the config. describe: what the pack says of itself, by
    its id and title. Raises DatasetError, and TrainingError where nothing can be written.
    """
    sizes = choose_sizes(request.recipe, choose_device(device))
    painting = read_painting(request.painting, least_px=sizes.least_painting)
    name = f"{PAINTING}{request.painting.suffix.lower()}"
    if not place.is_begun and _differs(place.data / name, painting.data):
        shutil.rmtree(place.folder / PILOT, ignore_errors=True)  # another painting's
    with replace_file(place.data / name, "the painting's copy") as file:
        file.write(painting.data)
    photos = gather_photos(
        request.photos,
        place.data / PHOTOS,
        sizes=sizes.photos,
        others=(request.painting, place.folder),
        note=note,
        progress=progress,
    )
    note(f"{photos.trained} photos are learnt from, {photos.held_out} are kept for measuring")
    if photos.trained < FEW:
        note(f"that is few: from {FEW} photos up, strokes fit new photos better")
    pack = describe(place.pack_id, request.named)
    if place.is_begun:
        return dataclasses.replace(read_kept(place.folder), pack=pack)
    return build_config(
        request.recipe,
        sizes,
        pack=pack,
        painting=name,
        short_px=painting.short_px,
        photos=photos,
    )


def write_config(config: StyleConfig, path: Path) -> None:
    """Raises CheckpointError where the folder holds the run of another one."""

    def changes(kept: str) -> list[str]:
        return list_changes(parse_config(kept), config, free_keys=FREE_KEYS)

    keep_config(path, to_toml(config, comment=COMMENT), changes=changes)


def _differs(path: Path, data: bytes) -> bool:
    try:
        return path.read_bytes() != data
    except OSError:
        return True


def first_held_out(place: Place) -> Path:
    """A photo that the net never saw, for the pack's pictures."""
    return min((place.data / PHOTOS / HELD_OUT).iterdir())
