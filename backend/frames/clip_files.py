"""Which kind of clip lies at a path, and where the frames made of it go."""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from ..images.formats import FORMATS, READABLE_SUFFIXES, WRITTEN_AS
from ..protocol.atomic_file import unfinished_beside, write_failure, write_whole
from ..protocol.errors import ImageReadError, ImageWriteError, UsageError
from .clip import ANIMATIONS, DEFAULT_RATE, VIDEOS, WRITTEN_VIDEOS, Clip
from .ledger import Ledger

LEAST_DIGITS = 4  # of the numbers in frames' names


@dataclass(frozen=True)
class Target:
    """folder, paths: where each frame is written. file: what is made of them in the end, None where
    they are the result. force: other people's files may be replaced.
    """

    folder: Path
    paths: tuple[Path, ...]
    file: Path | None
    force: bool

    @property
    def name(self) -> str:
        return str(self.file or self.folder)

    @property
    def is_lossy(self) -> bool:
        return any(path.suffix.lower() not in (".png", ".tif", ".tiff") for path in self.paths)

    def check_ours(self, ledger: Ledger) -> None:
        """Raises ImageWriteError where a frame would replace a file that is not one of ours."""
        if self.force:
            return
        others = [path for path in self.paths if os.path.lexists(path) and not ledger.is_ours(path)]
        if others:
            more = f" and {len(others) - 1} more" if len(others) > 1 else ""
            raise ImageWriteError(
                f"{others[0]}{more}: exists already, and was not made here or was changed since; "
                "choose another folder, or replace it with --force"
            )

    def remove_folder(self) -> None:
        """Where a file was made of the frames and nothing is left of them, nor of a person's."""
        if self.file is not None:
            with suppress(OSError):
                self.folder.rmdir()

    def make_folder(self) -> None:
        """Raises ImageWriteError."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ImageWriteError(write_failure(str(self.folder), error)) from error


def open_clip(path: Path, *, rate: Fraction | None, max_pixels: int) -> Clip:
    """rate: frames a second, for a folder alone. max_pixels: of one frame. Raises ImageReadError,
    UsageError.
    """
    if path.is_dir():
        from .folder_clip import FolderClip

        pictures, others = _files(path)
        return FolderClip(
            path,
            pictures,
            rate=rate or DEFAULT_RATE,
            max_pixels=max_pixels,
            left_out=others,
        )
    if rate is not None:
        raise UsageError(f"--fps is for folders of pictures; {path} says its frames' times itself")
    if not path.exists():
        raise ImageReadError(f"{path}: there is no such file or folder; check the path")
    if not path.is_file():
        raise ImageReadError(f"{path}: a pipe or a device; frames need a file or a folder")
    if path.suffix.lower() in VIDEOS:
        from .video_clip import VideoClip

        return VideoClip(path, max_pixels=max_pixels)
    from .animation_clip import AnimationClip

    return AnimationClip(path, max_pixels=max_pixels)


def plan_target(clip: Clip, output: str, *, force: bool) -> Target:
    """Raises UsageError for what is unclear, ImageWriteError for what exists."""
    path = Path(output)
    suffix = path.suffix.lower()
    is_folder = path.is_dir() or output.endswith(("/", os.sep)) or not suffix
    if is_folder:
        if path.exists() and not path.is_dir():
            raise UsageError(f"{output!r} is a file; name a folder, or give it a suffix")
        if path.exists() and clip.path.exists() and path.samefile(clip.path):
            raise UsageError(f"{output!r} holds the frames themselves; choose another folder")
        return Target(path, _names(clip, path), None, force)
    if suffix in WRITTEN_VIDEOS:
        from .require_av import require_av

        require_av()
    elif suffix not in ANIMATIONS:
        raise UsageError(
            f"{output!r}: no kind of clip that is written; name a folder, or a file that ends in "
            + ", ".join((*ANIMATIONS, *WRITTEN_VIDEOS))
        )
    if path.exists() and path.samefile(clip.path):
        raise UsageError(f"{output!r} is the clip itself; choose another name")
    if os.path.lexists(path) and not force:
        raise ImageWriteError(f"{path}: exists already; choose another name, or use --force")
    if not path.parent.is_dir():
        raise ImageWriteError(f"{path}: its folder does not exist; make it, or check the path")
    if suffix in WRITTEN_VIDEOS:
        _check_sound(clip, path)
    folder = path.with_name(path.name + ".frames")
    if folder.is_dir() and folder.samefile(clip.path):
        raise UsageError(
            f"'{folder}' holds the frames themselves, and is where those made for {output!r} would "
            "go; choose another name"
        )
    return Target(folder, _numbered(clip, folder), path, force)


def _check_sound(clip: Clip, path: Path) -> None:
    from .video_clip import VideoClip
    from .video_file import check_sound

    if isinstance(clip, VideoClip):
        check_sound(path, clip.path)


def write_clip(
    clip: Clip, target: Target, *, quality: int, failed: Collection[int] = ()
) -> tuple[str, ...]:
    """Make the file of the frames, and take their folder away. failed: the frames for which the one
    before stands in, even where a former run left one. Returns notes for the user. Raises
    ImageWriteError.
    """
    path = target.file
    assert path is not None
    frames = _stand_ins(target.paths, failed)
    try:
        if path.suffix.lower() in ANIMATIONS:
            notes = _write_animation(clip, path, frames, quality)
        else:
            notes = _write_video(clip, target, frames, quality)
    except OSError as error:
        raise ImageWriteError(write_failure(str(path), error)) from error
    if len(set(frames)) == len(frames):  # where one failed, another try needs the others
        Ledger(target.folder).remove_frames()
    return notes


def _write_animation(
    clip: Clip, path: Path, frames: Sequence[Path], quality: int
) -> tuple[str, ...]:
    from .animation_clip import AnimationClip
    from .animation_file import write_animation

    loops = clip.loops if isinstance(clip, AnimationClip) else 0
    with write_whole(path) as file:
        write_animation(
            file,
            frames,
            clip.seconds,
            suffix=path.suffix.lower(),
            loops=loops,
            quality=quality,
            name=str(path),
        )
    return ()


def _write_video(
    clip: Clip, target: Target, frames: Sequence[Path], quality: int
) -> tuple[str, ...]:
    from .video_clip import VideoClip
    from .video_file import NEW_COLORS, steady_time, write_video

    path = target.file
    assert path is not None
    video = clip if isinstance(clip, VideoClip) else None
    # Among the frames, so that what a kill leaves goes with them. FFmpeg goes by the suffix.
    unfinished = unfinished_beside(target.paths[0]).with_suffix(path.suffix)
    try:
        notes = write_video(
            unfinished,
            frames,
            video.time if video else steady_time(clip.seconds),
            colors=video.colors if video else NEW_COLORS,
            quality=quality,
            sound_of=video.path if video else None,
            name=str(path),
        )
        with unfinished.open("rb+") as file:
            os.fsync(file.fileno())  # before its frames are taken away
        os.replace(unfinished, path)  # noqa: PTH105
    finally:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
    if video and video.has_other_streams:
        notes = (*notes, "its subtitles were left out")
    return notes


def _files(folder: Path) -> tuple[list[Path], list[Path]]:
    """Pictures, and what else there is to see."""
    try:
        seen = [path for path in folder.iterdir() if not path.name.startswith(".")]
        found = [path for path in seen if _can_be_picture(path)]
    except OSError as error:
        raise ImageReadError(f"{folder}: cannot be read ({error.strerror})") from error
    if not found:
        raise UsageError(f"'{folder}' holds no pictures ({', '.join(READABLE_SUFFIXES)})")
    return found, sorted(set(seen) - set(found))


def _can_be_picture(path: Path) -> bool:
    """By its suffix, and that reading it waits for nobody, as at a pipe. A link that leads nowhere
    counts: its frame is missed.
    """
    return path.suffix.lower() in READABLE_SUFFIXES and (path.is_file() or not path.exists())


def _names(clip: Clip, folder: Path) -> tuple[Path, ...]:
    """In the folder OUT: a folder's frames keep their names, others are numbered."""
    from .folder_clip import FolderClip

    if not isinstance(clip, FolderClip):
        return _numbered(clip, folder)
    written = {suffix for format_ in FORMATS for suffix in format_.suffixes}
    paths = []
    for picture in clip.pictures:
        suffix = WRITTEN_AS.get(picture.suffix.lower(), picture.suffix)
        paths.append(folder / (picture.stem + (suffix if suffix.lower() in written else ".png")))
    if len({os.path.normcase(path) for path in paths}) < len(paths):
        twice = next(path for path in paths if paths.count(path) > 1)
        raise UsageError(f"two frames would both be written to {twice}; rename one of them")
    return tuple(paths)


def _numbered(clip: Clip, folder: Path) -> tuple[Path, ...]:
    digits = max(LEAST_DIGITS, len(str(clip.count - 1)))
    stem = clip.path.stem
    return tuple(folder / f"{stem}-{index:0{digits}}.png" for index in range(clip.count))


def _stand_ins(paths: Sequence[Path], failed: Collection[int]) -> list[Path]:
    frames: list[Path] = []
    there = next(path for index, path in enumerate(paths) if index not in failed)
    for index, path in enumerate(paths):
        there = there if index in failed else path
        frames.append(there)
    return frames
