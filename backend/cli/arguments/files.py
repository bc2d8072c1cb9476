"""Which file becomes which: inputs, folders and '-' to jobs, checked before any work is done.

Nothing here needs torch, so that a wrong path is told at once.
"""

from __future__ import annotations

import io
import os
import stat
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from ...images.formats import (
    FORMATS,
    READABLE_SUFFIXES,
    WRITTEN_AS,
    FileFormat,
    format_named,
    format_of,
)
from ...protocol.atomic_file import write_failure, write_whole
from ...protocol.errors import ImageReadError, ImageWriteError, UsageError

STANDARD = "-"  # standard input or output
NAMED = 5  # of the files that a message is about


@dataclass(frozen=True)
class FilePair:
    """One picture. source, target: None for standard input and output. makes_folder: whether the
    target's folder is made when it is missing. mask: of what is filled in it, for complete.
    """

    source: Path | None
    target: Path | None
    format: FileFormat
    makes_folder: bool = False
    mask: Path | None = None

    @property
    def source_name(self) -> str:
        return "standard input" if self.source is None else str(self.source)

    @property
    def target_name(self) -> str:
        return "standard output" if self.target is None else str(self.target)

    def members(self) -> dict[str, object]:
        """What a JSON document says about the files."""
        mask = {} if self.mask is None else {"mask": str(self.mask)}
        return {"input": self.source_name, **mask, "output": self.target_name}


def pair_files(
    inputs: Sequence[str], output: str, *, format_name: str | None, read_too: Sequence[Path] = ()
) -> list[FilePair]:
    """Pair every input with its output. read_too: other files that must not be written over.

    One picture goes to the file OUT; several, or a folder's, go into the folder OUT under their own
    names. Raises UsageError for what is unclear, and whenever a file that is read would be written.
    """
    sources = _sources(inputs)
    chosen = format_named(format_name) if format_name else None
    if output == STANDARD:
        if len(sources) > 1 or is_folder(inputs[0]):
            raise UsageError("standard output holds one picture; name a folder for several")
        return [FilePair(sources[0], None, chosen or FORMATS[0])]
    into_folder = (
        len(sources) > 1
        or any(is_folder(name) for name in inputs)
        or output.endswith(("/", os.sep))
        or is_folder(output)
    )
    if into_folder:
        _refuse_names_of_files(output)
        pairs = [_pair_in_folder(source, Path(output), chosen) for source in sources]
    else:
        pairs = [FilePair(sources[0], Path(output), format_of_file(Path(output), chosen))]
    _refuse_clashes(pairs)
    _refuse_overwriting(pairs, [*(pair.source for pair in pairs if pair.source), *read_too])
    return pairs


def left_out(inputs: Sequence[str]) -> list[Path]:
    """What those inputs that are folders hold beside pictures: files of other kinds; and pipes and
    folders that are named like pictures.
    """
    folders = [Path(name) for name in inputs if is_folder(name)]
    seen = [path for folder in folders for path in _seen_in(folder)]
    return [path for path in seen if _is_file(path) != (path.suffix.lower() in READABLE_SUFFIXES)]


def pictures_in(folder: Path) -> list[Path]:
    """A folder's own pictures by name, without hidden files and without its subfolders. Raises
    UsageError where there are none, ImageReadError.
    """
    seen = [path for path in _seen_in(folder) if path.suffix.lower() in READABLE_SUFFIXES]
    found = [path for path in seen if _is_file(path)]
    if not found:
        raise UsageError(
            f"{str(folder)!r} holds no pictures ({', '.join(READABLE_SUFFIXES)}); its subfolders "
            "are not searched"
        )
    return found


def is_folder(name: str) -> bool:
    """Whether an input or output, as it was given, is a folder."""
    found = None if name == STANDARD else _stat(Path(name))
    return found is not None and stat.S_ISDIR(found.st_mode)


def listed(paths: Sequence[Path]) -> str:
    """The first few of them, and how many more there are."""
    more = f" and {len(paths) - NAMED} more" if len(paths) > NAMED else ""
    return ", ".join(map(str, paths[:NAMED])) + more


@contextmanager
def open_input(source: Path | None) -> Iterator[BinaryIO]:
    """A picture to read and seek in. Raises ImageReadError."""
    if source is None:
        yield io.BytesIO(_standard_input())
        return
    try:
        file = source.open("rb")
    except OSError as error:
        raise ImageReadError(_read_failure(source, error)) from error
    with file:
        yield file if file.seekable() else io.BytesIO(file.read())


@contextmanager
def open_output(pair: FilePair, *, force: bool) -> Iterator[BinaryIO]:
    """A file to write and seek in, which is sent to its place when the block ends without an error.
    Raises ImageWriteError, also where another run has come first and it is not to be replaced.
    """
    if pair.target is not None:
        if pair.makes_folder:
            _make_folder(pair.target.parent)
        try:
            with write_whole(pair.target, replaces=force) as file:
                yield file
        except FileExistsError as error:
            raise _exists_already(pair.target) from error
        except OSError as error:
            raise ImageWriteError(write_failure(str(pair.target), error)) from error
        return
    try:
        buffer = io.BytesIO()
        yield buffer
        sys.stdout.buffer.write(buffer.getbuffer())
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise  # whoever read it has gone: not an error
    except OSError as error:
        raise ImageWriteError(write_failure("standard output", error)) from error


def exists(pair: FilePair) -> bool:
    """Whether the pair's target is there, as a link that leads nowhere, too."""
    return pair.target is not None and os.path.lexists(pair.target)


def refuse_existing(pair: FilePair, *, force: bool) -> None:
    """Raises ImageWriteError when the pair would replace a file without being told to."""
    if pair.target is None or not exists(pair):
        return
    found = _stat(pair.target)
    if found is not None and not stat.S_ISREG(found.st_mode):
        raise ImageWriteError(f"{pair.target}: is not an ordinary file; choose another name")
    if not force:
        raise _exists_already(pair.target)


def _exists_already(path: Path) -> ImageWriteError:
    return ImageWriteError(
        f"{path}: exists already; choose another name, or replace it with --force"
    )


def format_of_file(path: Path, chosen: FileFormat | None) -> FileFormat:
    """The chosen format, or what the file's suffix asks for. Raises UsageError where the two
    contradict each other.
    """
    if chosen is None:
        return format_of(path)
    if path.suffix and path.suffix.lower() not in chosen.suffixes:
        raise UsageError(
            f"{str(path)!r} and --format {chosen.name} contradict each other; leave --format out, "
            f"or write {path.with_suffix(chosen.suffixes[0]).name!r}"
        )
    return chosen


def _sources(inputs: Sequence[str]) -> list[Path | None]:
    sources: list[Path | None] = []
    for name in inputs:
        if name == STANDARD:
            if None in sources:
                raise UsageError("'-' is given twice; standard input holds one picture")
            sources.append(None)
        elif is_folder(name):
            sources += pictures_in(Path(name))
        else:
            sources.append(Path(name))
    return sources


def _seen_in(folder: Path) -> list[Path]:
    """What it holds, by name, but for what is hidden."""
    try:
        return sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    except OSError as error:
        raise ImageReadError(_read_failure(folder, error)) from error


def _is_file(path: Path) -> bool:
    """A link that leads nowhere counts: a picture is missed there, which reading it says."""
    return path.is_file() or (path.is_symlink() and not path.exists())


def _pair_in_folder(source: Path | None, folder: Path, chosen: FileFormat | None) -> FilePair:
    if source is None:
        raise UsageError("a picture from standard input has no name; name the file to write")
    if os.path.lexists(folder) and not is_folder(str(folder)):
        raise UsageError(f"{str(folder)!r} is a file; several pictures need a folder to go into")
    own = source.suffix.lower()
    own = WRITTEN_AS.get(own, own)
    format_ = chosen or next((f for f in FORMATS if own in f.suffixes), None)
    if format_ is None:
        format_ = FORMATS[0]  # read but not written, such as GIF
    suffix = source.suffix if source.suffix.lower() in format_.suffixes else format_.suffixes[0]
    return FilePair(source, folder / (source.stem + suffix), format_, makes_folder=True)


def _refuse_names_of_files(folder: str) -> None:
    """Where several pictures go into a folder that is not there yet."""
    suffixes = {suffix for format_ in FORMATS for suffix in format_.suffixes}
    is_named_so = Path(folder).suffix.lower() in suffixes and not folder.endswith(("/", os.sep))
    if is_named_so and not os.path.lexists(folder):
        raise UsageError(
            f"{folder!r} is named like a picture, and these need a folder to go into; name one, or "
            f"end this with {os.sep} if it is to be a folder"
        )


def _refuse_clashes(pairs: Sequence[FilePair]) -> None:
    by_target: dict[str, FilePair] = {}
    for pair in pairs:
        key = os.path.normcase(pair.target_name)
        if key in by_target:
            raise UsageError(
                f"{by_target[key].source_name} and {pair.source_name} would both be written to "
                f"{pair.target_name}; do them one at a time, or into two folders"
            )
        by_target[key] = pair


def _refuse_overwriting(pairs: Sequence[FilePair], read: Sequence[Path]) -> None:
    """Whatever name a file that is read goes by: a link, another case, another path to it."""
    identities = {identity: path for path in read if (identity := _identity(path)) is not None}
    for pair in pairs:
        identity = None if pair.target is None else _identity(pair.target)
        if identity is not None and identity in identities:
            raise UsageError(
                f"{pair.target} is the same file as {identities[identity]}, which is read; nothing "
                "was written. "
                "Results never replace their photos: choose another name or folder"
            )


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ImageWriteError(write_failure(str(folder), error)) from error


def _identity(path: Path) -> tuple[int, int] | None:
    found = _stat(path)
    return None if found is None else (found.st_dev, found.st_ino)


def _stat(path: Path) -> os.stat_result | None:
    """None for what is not there, cannot be looked at, or is no possible name."""
    try:
        return path.stat()
    except (OSError, ValueError):
        return None


def _standard_input() -> bytes:
    if sys.stdin.isatty():
        raise UsageError("'-' reads a picture from standard input; send one there with < or |")
    return sys.stdin.buffer.read()


def _read_failure(path: Path, error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return f"{path}: there is no such file; check the path"
    if isinstance(error, IsADirectoryError):
        return f"{path}: is a folder, not a picture"
    if isinstance(error, PermissionError):
        return f"{path}: reading it is not allowed; check its permissions"
    return f"{path}: cannot be read ({error.strerror or error}); check the path"
