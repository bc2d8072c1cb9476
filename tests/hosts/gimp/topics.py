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
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from ..channel import HostScriptError
from ..debian.inside import CHECKOUT, INNER_EXCHANGE, InsideError, Session
from ..debian.roots import Root
from ..desk import open_session
from .host import GimpConsole

PHOTO = CHECKOUT / "installer/assets/mountain-path.jpg"
SIZE = WIDTH, HEIGHT = 96, 72  # of small.png

_RUN = """
sys.path.insert(0, "/checkout/tests/hosts/driver")
import gimp_calls
gimp_calls.run_topics(topics, "/exchange/topics-told")
"""
_COMMANDS = """
import json, sys
from dynamic_style.backend.cli.main import main
sys.exit(any([main(line) for line in json.loads(sys.argv[1])]))
"""
_TRIES = 2
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


def run_commands(session: Session, *lines: Sequence[str]) -> None:
    """Run command lines of the installed backend in the exchange folder, in one process, for each
    would take seconds to load torch. Raises InsideError if one fails.
    """
    command = (interpreter(session), "-c", _COMMANDS, json.dumps(lines))
    session.run(*command, cwd=INNER_EXCHANGE, timeout_s=TIMEOUT_S)


class Topics:
    """What each topic's code has left in `told`."""

    def __init__(self, answers: Mapping[str, Any]) -> None:
        self._answers = answers

    def __getitem__(self, name: str) -> Any:
        """Raises HostScriptError with the traceback if the topic's code raised."""
        answer = self._answers.get(name, {"error": "GIMP has ended twice before it came to this"})
        if "error" in answer:
            raise HostScriptError(f"topic '{name}' in GIMP:\n{answer['error']}")
        return answer["told"]


def run_topics(console: GimpConsole, topics: Mapping[str, str]) -> Topics:
    """Run all topics in one gimp-console. Where that ends too soon, the topic that it was at has
    failed, and those after it are run in another one.
    """
    code = "import sys\n" + _RUN.strip()
    told = console.session.exchange / "topics-told"
    answers: dict[str, Any] = {}
    for _ in range(_TRIES):
        left = {name: topic for name, topic in topics.items() if name not in answers}
        told.unlink(missing_ok=True)
        try:
            console.evaluate(code, topics=left, timeout_s=TIMEOUT_S)
        except InsideError as error:
            answers |= _answers(told)
            at = next((name for name in topics if name not in answers), list(left)[-1])
            answers[at] = {"error": str(error)}
            if len(answers) == len(topics):
                break
        else:
            return Topics(answers | _answers(told))
    return Topics(answers)


def _answers(told: Path) -> dict[str, Any]:
    lines = told.read_text("utf-8").splitlines() if told.exists() else []
    return dict(json.loads(line) for line in lines)


def pixels(data: str, shape: tuple[int, ...], kind: str = "u1") -> npt.NDArray[Any]:
    """What the driver's data() and selection() send, as an array."""
    return np.frombuffer(base64.b64decode(data), kind).reshape(shape)
