"""A Krita document with one layer of empty keyframes, as a file.

Krita lets Python read keyframes and write the pixels of those that are there, but not make any
without changing the open picture and its undo history. So they come out of a file, which Krita
opens as an invisible picture. The form is that of .kra files since Krita 5.0: a zip with the layers
in maindoc.xml, the keyframes of one in an XML file of its own, and the pixels of each in a file of
64 x 64 tiles, here none.
"""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path

LAYER = "layer1"
_NAME = "frames"  # of the document; the folder that its layers lie in
_TILES = b"VERSION 2\nTILEWIDTH 64\nTILEHEIGHT 64\nPIXELSIZE 4\nDATA 0\n"
_MAIN = """\
<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE DOC PUBLIC '-//KDE//DTD krita 2.0//EN' 'http://www.calligra.org/DTD/krita-2.0.dtd'>
<DOC xmlns="http://www.calligra.org/DTD/krita" syntaxVersion="2.0" editor="Krita">
 <IMAGE name="{name}" mime="application/x-kra" width="{width}" height="{height}" x-res="72"
  y-res="72" colorspacename="RGBA" profile="{profile}">
  <layers>
   <layer name="{name}" filename="{layer}" nodetype="paintlayer" colorspacename="RGBA"
    keyframes="{layer}.keyframes.xml" compositeop="normal" opacity="255" visible="1" locked="0"
    channelflags="" channellockflags="1111" collapsed="0" colorlabel="0" x="0" y="0"/>
  </layers>
  <animation>
   <framerate type="value" value="24"/>
   <range type="timerange" from="0" to="{last}"/>
   <currentTime type="value" value="0"/>
  </animation>
 </IMAGE>
</DOC>
"""


def write_empty_animation(
    path: Path, size: tuple[int, int], times: Sequence[int], *, profile: str
) -> None:
    """Write it. size: (width, height). times: of the keyframes, rising, at least one. profile: of
    8-bit RGB. Raises OSError.
    """
    width, height = size
    main = _MAIN.format(
        name=_NAME, layer=LAYER, width=width, height=height, profile=profile, last=times[-1]
    )
    frames = [LAYER if not index else f"{LAYER}.f{index}" for index in range(len(times))]
    keys = "".join(
        f'<keyframe time="{time}" frame="{frame}" color-label="0"><offset type="point" x="0" '
        'y="0"/></keyframe>'
        for time, frame in zip(times, frames, strict=True)
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as file:
        file.writestr("mimetype", "application/x-krita")
        file.writestr("maindoc.xml", main)
        file.writestr(
            f"{_NAME}/layers/{LAYER}.keyframes.xml",
            f'<?xml version="1.0" encoding="UTF-8"?>\n<keyframes><channel name="content">{keys}'
            "</channel></keyframes>\n",
        )
        for frame in frames:
            file.writestr(f"{_NAME}/layers/{frame}", _TILES)
            file.writestr(f"{_NAME}/layers/{frame}.defaultpixel", bytes(4))
