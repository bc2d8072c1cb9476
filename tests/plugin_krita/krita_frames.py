"""How the stand-in reads the documents with keyframes that the plug-in writes."""

from __future__ import annotations

import zipfile
from xml.etree import ElementTree

_KRITA = "{http://www.calligra.org/DTD/krita}"


def keyframes_in(path: str) -> tuple[tuple[int, int], list[int]]:
    """Size and times of a .kra file with one paint layer, whose keyframes are all there."""
    with zipfile.ZipFile(path) as file:
        assert file.read("mimetype") == b"application/x-krita"
        main = ElementTree.fromstring(file.read("maindoc.xml"))
        image = main.find(f"{_KRITA}IMAGE")
        assert image is not None
        (layer,) = image.iter(f"{_KRITA}layer")
        folder = f"{image.get('name')}/layers"
        keys = ElementTree.fromstring(file.read(f"{folder}/{layer.get('keyframes')}"))
        frames = {int(key.get("time", "")): str(key.get("frame")) for key in keys.iter("keyframe")}
        assert len(set(frames.values())) == len(frames), "Krita takes equal names for clones"
        assert {f"{folder}/{name}" for name in frames.values()} <= set(file.namelist())
    size = (int(image.get("width", "")), int(image.get("height", "")))
    return size, list(frames)
