"""Results of many frames, kept on the disk until all are there, and then laid into their layers.

Each layer keeps its name, in which GIMP has how long the frame is shown, such as "(100ms)", and its
place: only its pixels change, where something is selected only there.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import replace

from gi.repository import Gimp

from ..protocol.errors import ImageWriteError
from .frame_wishes import FrameJob
from .parasite import attach_recipe, source_words
from .placing import write_in_place
from .presence import check_still_there


class FrameResults:
    """Bytes of each frame in order; None for one that stays as it is."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile(prefix="dynamic-style-")  # noqa: SIM115 - see close()
        self._places: list[tuple[int, int] | None] = []

    def __len__(self) -> int:
        return len(self._places)

    def add(self, data: bytes | None) -> None:
        """Raises ImageWriteError where the disk is full."""
        if data is None:
            self._places.append(None)
            return
        try:
            start = self._file.seek(0, 2)
            self._file.write(data)
            self._file.flush()
        except OSError as error:
            raise ImageWriteError(
                f"the frames cannot be kept ({error.strerror}); make room for temporary files"
            ) from error
        self._places.append((start, len(data)))

    def get(self, index: int) -> bytes | None:
        place = self._places[index]
        if place is None:
            return None
        self._file.seek(place[0])
        return self._file.read(place[1])

    def close(self) -> None:
        self._file.close()


def place_frames(jobs: Sequence[FrameJob], results: FrameResults) -> int:
    """Lay as many as there are results into their layers, in one undo step; returns how many were
    changed. Raises UsageError if the image or a layer is gone.
    """
    done = list(jobs)[: len(results)]
    sources = [job.frame.source for job in done]
    check_still_there(sources)
    if not sources:
        return 0
    changed = 0
    image = sources[0].image
    image.undo_group_start()
    try:
        for index, job in enumerate(done):
            data, source = results.get(index), job.frame.source
            if data is None:
                continue
            write_in_place(source.layer, source.box, source.encoding, data)
            attach_recipe(source.layer, replace(job.recipe, source=source_words(source.layer)))
            changed += 1
    finally:
        image.undo_group_end()
    Gimp.displays_flush()
    return changed
