"""Arrays out of NumPy's files, .npy and .npz, which may be damaged or not what they are called.

There is no list of what NumPy raises for them: it parses a header as Python, unpacks a zip archive,
and makes an array of the shape that a header claims before it has read so much.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt


def read_npy(path: Path, *, in_memory: bool = True) -> npt.NDArray[Any]:
    """The array of a .npy file. in_memory: else it is mapped, and read where it is looked at.
    Raises OSError, and ValueError for what is none or claims more than there is memory for.
    """
    with _naming_damage():
        array = np.load(path, mmap_mode=None if in_memory else "r", allow_pickle=False)
        if isinstance(array, np.ndarray):
            return array
        array.close()
        raise ValueError("it is an archive of arrays (.npz), not one array (.npy)")


def read_npz(path: Path) -> dict[str, npt.NDArray[Any]]:
    """The arrays of an .npz file, by name. Raises as read_npy() does."""
    with _naming_damage():
        archive = np.load(path, allow_pickle=False)
        if isinstance(archive, np.ndarray):
            raise ValueError("it is one array (.npy), not an archive of them (.npz)")
        with archive:
            return {name: archive[name] for name in archive.files}


@contextmanager
def _naming_damage() -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError):
        raise
    except Exception as error:
        raise ValueError(str(error) or type(error).__name__) from error
