"""Who stylizes the frames of a clip, by how calm they are to be."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ...frames.clip import Clip
from ...protocol.errors import ImageError, UsageError
from ..chosen_pack import ChosenPack
from ..console import Console
from ..options import BackendUse, FramesOptions
from .frame_stylist import FrameStylist, SingleFrames


def check_calm(options: FramesOptions) -> None:
    """Before a pack is loaded. Raises UsageError where --calm cannot be had."""
    if not options.calm:
        return

    from ...tasks.calm.optical_flow import require_opencv

    require_opencv()
    if options.stylist.pack.wish.precision == "bfloat16":
        raise UsageError(
            "--calm computes in float32, since bfloat16 rounds what it carries from frame to "
            "frame; leave out --precision bfloat16"
        )


@contextmanager
def choose_frame_stylist(
    clip: Clip, chosen: ChosenPack, options: FramesOptions, console: Console
) -> Iterator[FrameStylist]:
    """For as long as it is needed. Raises DynamicStyleErrors."""
    if options.calm:
        from .calm_frames import CalmFrames

        size, count = _size_of_first(clip), clip.count
        yield CalmFrames(chosen, options.stylist, options.calm, count=count, size=size)
        return

    from .chosen_worker import choose_stylist

    with choose_stylist(chosen, options.stylist, BackendUse.NEVER, console) as stylist:
        yield SingleFrames(stylist)


def _size_of_first(clip: Clip) -> tuple[int, int]:
    """(height, width) of the first frame that can be read. Raises ImageError where none can."""
    failure: ImageError | None = None
    for frame in clip.frames(range(clip.count)):
        try:
            return frame.read().size
        except ImageError as error:
            failure = failure or error
    assert failure is not None, "a clip has frames"
    raise failure
