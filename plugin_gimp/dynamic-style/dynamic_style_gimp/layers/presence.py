"""Whether what a dialog was opened for is still there: GIMP's user can go on working meanwhile."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gi.repository import Gimp

from ..plugin.translations import tr
from ..protocol.errors import UsageError
from .reading import Source


def check_still_there(sources: Sequence[Source]) -> None:
    """Raises UsageError if the image was closed or a layer removed. Asking GIMP for anything of
    what is gone would make it show a message of its own each time.
    """
    for source in sources:
        if not source.image.is_valid():
            raise UsageError(
                tr(
                    "The image was closed meanwhile, so the result has no place. Nothing was "
                    "changed."
                )
            )
        needed = [source.layer, *([] if source.into is None else [source.into])]
        if not {layer.get_id() for layer in needed} <= set(_ids(source.image.get_layers())):
            raise UsageError(
                tr(
                    "The layer was removed from the image meanwhile, so the result has no place. "
                    "Nothing was changed."
                )
            )


def _ids(layers: Sequence[Gimp.Layer]) -> Iterator[int]:
    for layer in layers:
        yield layer.get_id()
        if layer.is_group():
            yield from _ids(layer.get_children())
