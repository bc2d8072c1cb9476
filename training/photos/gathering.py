"""Photos of anybody's folder for one run: found in all its subfolders, checked, and copied small.

The copies make a run repeatable, whatever becomes of the folder, and each photo is decoded in full
once. Which photos are taken, and which of them are held out for measuring, follows from their
names alone.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageOps

from dynamic_style.backend.images.formats import READABLE_SUFFIXES
from dynamic_style.backend.images.reader import read_image
from dynamic_style.backend.protocol.errors import ImageError

from ..errors import DatasetError, TrainingError
from ..loop.progress import Progress
from ..notes import Note
from ..run_files import check_room, explain_write_failure
from .reading import MOST_NAMED, READERS, read_picture
from .sample_sheet import to_picture

TRAINED, HELD_OUT, RECORD = "train", "val", "photos.json"
FEWEST = 10
MOST = 1000  # a step sees four crops, so the longest trainings see each photo ten times
MOST_HELD_OUT, FEWEST_HELD_OUT = 40, 2  # else one in ten
JPEG_QUALITY = 95


@dataclass(frozen=True)
class PhotoSizes:
    """kept_px: short side of the copies, larger photos are shrunk. least_px: what is smaller is
    passed over.
    """

    kept_px: int
    least_px: int


@dataclass(frozen=True)
class Gathered:
    """How many photos there are to train on, and how many to measure on."""

    trained: int
    held_out: int


@dataclass(frozen=True)
class _Copy:
    data: bytes
    suffix: str
    digest: str  # SHA-256 of the photo


def gather_photos(
    source: Path,
    target: Path,
    *,
    sizes: PhotoSizes,
    others: Sequence[Path] = (),
    note: Note,
    progress: Progress,
) -> Gathered:
    """Copy the photos in source and its subfolders to target's subfolders `train` and `val`, unless
    that was done before.

    others: files and folders that hold no photos to learn from, such as the painting. What is
    passed over is named. Raises DatasetError, and TrainingError where nothing can be written.
    """
    done = read_record(target, source)
    if done is not None:
        return done
    files = _list_photos(source, others, note)
    partial = target.with_name(f"{target.name}.partial")
    needed = (
        min(len(files), MOST) * sizes.kept_px**2 * 3 // 4
    )  # half a byte a pixel, with the long side
    check_room(target.parent, needed, "copies of the photos")
    progress.enter("photos", units=min(len(files), MOST))
    try:
        shutil.rmtree(partial, ignore_errors=True)
        for name in (TRAINED, HELD_OUT):
            (partial / name).mkdir(parents=True)
        names: list[tuple[Path, str]] = []  # where a photo lies, and what it was called
        for file, copy in _copy_photos(files, sizes, others, note):
            path = partial / f"{len(names):04d}{copy.suffix}"
            path.write_bytes(copy.data)
            names.append((path, file.relative_to(source).as_posix()))
            progress.advance()
            if len(names) == MOST:
                break
        if len(names) < FEWEST:
            raise DatasetError(_explain_few(source, len(names), len(files), sizes))
        held_out = min(max(len(names) // 10, FEWEST_HELD_OUT), MOST_HELD_OUT)
        record: dict[str, list[str]] = {TRAINED: [], HELD_OUT: []}
        for index, (path, name) in enumerate(names):
            part = HELD_OUT if index < held_out else TRAINED
            path.rename(partial / part / path.name)
            record[part].append(name)
        text = json.dumps({"source": str(source.resolve()), **record}, indent=1)
        (partial / RECORD).write_text(text, encoding="utf-8")
        shutil.rmtree(target, ignore_errors=True)
        partial.rename(target)
    except OSError as error:
        raise TrainingError(explain_write_failure(f"'{partial}'", error)) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return Gathered(len(names) - held_out, held_out)


def read_record(target: Path, source: Path) -> Gathered | None:
    """What was gathered from source to target before; None where it was not, or from elsewhere."""
    try:
        record = json.loads((target / RECORD).read_text(encoding="utf-8"))
        if record["source"] != str(source.resolve()):
            return None
        return Gathered(len(record[TRAINED]), len(record[HELD_OUT]))
    except (OSError, ValueError, TypeError, LookupError, RecursionError):
        return None


def _list_photos(source: Path, others: Sequence[Path], note: Note) -> list[Path]:
    """Pictures by their suffix, in an order that has nothing to do with their names' meaning."""
    if not source.is_dir():
        raise DatasetError(f"photo folder '{source}' does not exist; give a folder with --photos")
    shut_out = {path.resolve() for path in others}
    pictures: list[Path] = []
    strange: list[Path] = []

    def tell(error: OSError) -> None:
        note(f"passed over: folder '{error.filename}' ({error.strerror})")

    for folder, inner, names in os.walk(source, onerror=tell):
        here = Path(folder)
        inner[:] = [
            name
            for name in sorted(inner)
            if not name.startswith(".") and (here / name).resolve() not in shut_out
        ]
        for name in sorted(names):
            if name.startswith(".") or (here / name).resolve() in shut_out:
                continue
            found = pictures if Path(name).suffix.lower() in READABLE_SUFFIXES else strange
            found.append(here / name)
    if strange:
        named = ", ".join(f"'{path.name}'" for path in strange[:MOST_NAMED])
        more = f" and {len(strange) - MOST_NAMED} more" if len(strange) > MOST_NAMED else ""
        note(f"passed over, as no pictures: {named}{more}")
    if not pictures:
        raise DatasetError(
            f"photo folder '{source}' and its subfolders hold no {', '.join(READABLE_SUFFIXES)} "
            "files; give a folder of photos with --photos"
        )
    return sorted(pictures, key=lambda path: _mix(path.relative_to(source).as_posix()))


def _mix(name: str) -> bytes:
    return hashlib.sha256(os.fsencode(name)).digest()


def _copy_photos(
    files: Sequence[Path], sizes: PhotoSizes, others: Sequence[Path], note: Note
) -> Iterator[tuple[Path, _Copy]]:
    """The photos that are good for training, each once."""
    refused = 0
    seen = {_digest(path.read_bytes()) for path in others if path.is_file()}

    def copy(file: Path) -> _Copy | DatasetError:
        try:
            return _copy_photo(file, sizes)
        except DatasetError as error:
            return error

    # the reader's own catch_warnings in several threads could leave warnings switched off
    with warnings.catch_warnings(), ThreadPoolExecutor(min(READERS, os.cpu_count() or 1)) as pool:
        warnings.simplefilter("ignore")
        try:
            for start in range(0, len(files), 2 * READERS):
                group = files[start : start + 2 * READERS]
                for file, copied in zip(group, pool.map(copy, group), strict=True):
                    if isinstance(copied, _Copy) and copied.digest in seen:
                        copied = DatasetError(f"picture '{file}' is another one's copy")
                    if isinstance(copied, DatasetError):
                        refused += 1
                        if refused <= MOST_NAMED:
                            note(f"passed over: {copied}")
                        continue
                    seen.add(copied.digest)
                    yield file, copied
        finally:
            if refused > MOST_NAMED:
                note(f"passed over: {refused - MOST_NAMED} more")


def _copy_photo(file: Path, sizes: PhotoSizes) -> _Copy:
    """Raises DatasetError for what cannot be read, is too small, or is meant for print."""
    name = f"picture '{file}'"
    try:
        if not file.is_file():  # before it is opened: a pipe of that name would never end
            raise DatasetError(f"{name} is no file")
        data = file.read_bytes()
    except OSError as error:
        raise DatasetError(f"{name} cannot be read: {error.strerror or error}") from error
    try:
        picture = Image.open(io.BytesIO(data))
        short, mode = min(picture.size), picture.mode
    except Exception:  # decoders raise all kinds of things; the reader has words for them
        return _Copy(_read_shrunk(file, sizes.kept_px), ".jpg", _digest(data))
    if mode == "CMYK":
        raise DatasetError(f"{name} has the colours of a print (CMYK); export it as RGB to use it")
    if short < sizes.least_px:
        width, height = picture.size
        raise DatasetError(
            f"{name} is {width} x {height} pixels; its short side should have {sizes.least_px}"
        )
    if short <= sizes.kept_px:
        _check_readable(data, name)
        return _Copy(data, file.suffix.lower(), _digest(data))
    if picture.format in ("JPEG", "MPO") and mode in ("RGB", "L"):
        try:
            return _Copy(_shrink_jpeg(picture, sizes.kept_px), ".jpg", _digest(data))
        except Exception:
            pass  # the reader knows whether it is damaged, and says how
    return _Copy(_read_shrunk(file, sizes.kept_px), ".jpg", _digest(data))


def _shrink_jpeg(picture: Image.Image, kept_px: int) -> bytes:
    """A JPEG of the short side, in the picture's own colours: decoded at a fraction of its size,
    which takes a tenth of the time.
    """
    profile = picture.info.get("icc_profile")
    picture.draft(picture.mode, (kept_px, kept_px))
    upright = ImageOps.exif_transpose(picture)
    return _encode(_fit(upright, kept_px), profile)


def _fit(picture: Image.Image, short_px: int) -> Image.Image:
    scale = short_px / min(picture.size)
    width, height = (max(short_px, round(side * scale)) for side in picture.size)
    return picture.resize((width, height), Image.Resampling.LANCZOS)


def _read_shrunk(file: Path, kept_px: int) -> bytes:
    return _encode(to_picture(read_picture(file, short_side_px=kept_px)), None)


def _encode(picture: Image.Image, profile: bytes | None) -> bytes:
    encoded = io.BytesIO()
    picture.save(encoded, "JPEG", quality=JPEG_QUALITY, subsampling=0, icc_profile=profile)
    return encoded.getvalue()


def _check_readable(data: bytes, name: str) -> None:
    try:
        read_image(io.BytesIO(data), name=name)
    except ImageError as error:
        raise DatasetError(str(error)) from error


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _explain_few(source: Path, good: int, all_files: int, sizes: PhotoSizes) -> str:
    return (
        f"photo folder '{source}' has {good} photos to learn from, of {all_files} pictures; at "
        f"least {FEWEST} are needed, of {sizes.least_px} pixels and more on the short side, and "
        "some hundred are better: add photos of anything, or give another folder with --photos"
    )
