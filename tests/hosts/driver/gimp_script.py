"""What GIMP's batch interpreter executes for the tests: runs their code in a script process.

`gimp/host.py` outside names the folder of requests in DYNAMIC_STYLE_TEST_GIMP_SCRIPT. With
..._ONCE set it answers one request and ends, failing as that did; otherwise it goes on as long as
GIMP does.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import gi

gi.require_version("Gegl", "0.4")
gi.require_version("Gimp", "3.0")
from gi.repository import Gegl, Gimp, Gio, GLib, GObject  # noqa: E402

sys.path.insert(0, "/checkout/tests/hosts/driver")
from answering import Answering  # noqa: E402

EVERY_S = 0.01

answering = Answering(
    Path(os.environ["DYNAMIC_STYLE_TEST_GIMP_SCRIPT"]),
    {"Gegl": Gegl, "Gimp": Gimp, "Gio": Gio, "GLib": GLib, "GObject": GObject},
)
if "DYNAMIC_STYLE_TEST_GIMP_ONCE" in os.environ:
    answering.answer_waiting()
    if answering.has_failed:
        raise RuntimeError("the code of the test raised; its reply has the traceback")
else:
    while True:
        answering.answer_waiting()
        time.sleep(EVERY_S)
