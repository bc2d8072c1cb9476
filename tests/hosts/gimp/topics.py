"""Many checks in one start of gimp-console: a topic is code that runs there and leaves what it has
found in `told`; a test reads that and decides.

    told = topics["gray"]                              # or the failure of that topic's code alone
    picture = pixels(told["data"], (72, 96, 1))

GIMP takes seconds to start and each call of a plug-in a process, which is why not each test has its
own. The code finds the names of driver/gimp_calls.py.
"""

from __future__ import annotations

import base64
import contextlib
import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from ..channel import HostScriptError
from ..debian.inside import CHECKOUT, Session
from ..debian.roots import Root
from ..desk import open_session
from .host import GimpConsole

PHOTO = CHECKOUT / "installer/assets/mountain-path.jpg"
SIZE = WIDTH, HEIGHT = 96, 72  # of small.png

_RUN = """
sys.path.insert(0, "/checkout/tests/hosts/driver")
import gimp_calls
gimp_calls.run_topics(topics)
"""
TIMEOUT_S = 1200.0  # a minute on an idle machine; plug-ins by the dozen suffer from a busy one


@contextlib.contextmanager
def console_session(root: Root, installed_home: Path) -> Iterator[Session]:
    """A session without a screen. photo.jpg and small.png, a part of it, lie in the exchange
    folder.
    """
    with open_session(root, home=installed_home) as session:
        shutil.copyfile(PHOTO, session.exchange / "photo.jpg")
        with Image.open(PHOTO) as photo:
            photo.convert("RGB").resize(SIZE).save(session.exchange / "small.png")
        yield session


def interpreter(session: Session) -> str:
    """The Python that has the installed backend, as seen inside."""
    record = session.home / ".config/dynamic-style/backend.json"
    return str(json.loads(record.read_text(encoding="utf-8"))["interpreter"])


class Topics:
    """What each topic's code has left in `told`."""

    def __init__(self, answers: Mapping[str, Any]) -> None:
        self._answers = answers

    def __getitem__(self, name: str) -> Any:
        """Raises HostScriptError with the traceback if the topic's code raised."""
        answer = self._answers[name]
        if "error" in answer:
            raise HostScriptError(f"topic '{name}' in GIMP:\n{answer['error']}")
        return answer["told"]


def run_topics(console: GimpConsole, topics: Mapping[str, str]) -> Topics:
    """Run all topics in one gimp-console."""
    code = "import sys\n" + _RUN.strip()
    return Topics(console.evaluate(code, topics=dict(topics), timeout_s=TIMEOUT_S))


def pixels(data: str, shape: tuple[int, ...], kind: str = "u1") -> npt.NDArray[Any]:
    """What the driver's data() and selection() send, as an array."""
    return np.frombuffer(base64.b64decode(data), kind).reshape(shape)
