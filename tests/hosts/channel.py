"""The outer end of a channel into a host's user interface: runs Python there and gets the value.

    channel.evaluate("a = 2\nb * a", b=21)       # -> 42: the last line's value, as in a notebook

The inner end is `driver/answering.py`, which the test drivers of Krita and GIMP call from a timer:
the code runs in the user interface's thread, between two events, and also while a dialog is open.
Names that the code sets stay for the next call. Values travel as JSON; pixels go through files in
/exchange. Code that opens a modal dialog returns only when the dialog closes: use `post` for it.
"""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .debian.inside import InsideError, wait_for

_ALIVE_EVERY_S = 0.2


class HostScriptError(AssertionError):
    """Python code raised in the host; the message has its traceback."""


class Channel:
    """folder: empty, outside; the driver inside looks into the same one. is_alive: whether anybody
    can still answer. what: who that is, for messages.
    """

    def __init__(self, folder: Path, *, what: str, is_alive: Callable[[], bool]) -> None:
        self._folder = folder
        self._what = what
        self._is_alive = is_alive
        self._numbers = itertools.count()

    def evaluate(self, code: str, *, timeout_s: float = 30.0, **values: Any) -> Any:
        """Run code with these names set; return its last expression's value, None if it has none.

        Raises HostScriptError when the code raised, InsideError when there is no answer in time.
        """
        number = self._send(code, values, waits=True)
        reply = self._folder / f"{number}.reply"
        start_s = asked_s = time.monotonic()
        while not reply.exists():
            time.sleep(0.005)
            now_s, problem = time.monotonic(), ""
            if now_s > start_s + timeout_s:
                problem = f"has not answered in {timeout_s} s to"
            elif now_s > asked_s + _ALIVE_EVERY_S:
                asked_s = now_s
                if not self._is_alive() and not reply.exists():
                    problem = "ended while it was to run"
            if problem:
                # so that a later dialog or process does not run what nobody waits for
                (self._folder / f"{number}.request").unlink(missing_ok=True)
                raise InsideError(f"{self._what} {problem}:\n{code}")
        answer = json.loads(reply.read_text(encoding="utf-8"))
        reply.unlink()
        if "error" in answer:
            raise HostScriptError(f"in {self._what}:\n{answer['error']}\nthe code was:\n{code}")
        return answer["value"]

    def post(self, code: str, **values: Any) -> None:
        """Have code run without waiting for its end: for what opens a modal dialog."""
        self._send(code, values, waits=False)

    def wait_until(self, expression: str, *, timeout_s: float = 30.0, **values: Any) -> Any:
        """Evaluate an expression until it is true; return its value. Raises InsideError."""
        return wait_for(
            f"{self._what}: {expression}",
            lambda: self.evaluate(expression, timeout_s=timeout_s, **values),
            timeout_s=timeout_s,
        )

    def _send(self, code: str, values: dict[str, Any], *, waits: bool) -> str:
        number = f"{next(self._numbers):06d}"
        text = json.dumps({"code": code, "values": values, "waits": waits})
        unfinished = self._folder / f"{number}.writing"
        unfinished.write_text(text, encoding="utf-8")
        unfinished.replace(self._folder / f"{number}.request")
        return number
