"""The inner end of a channel: runs the requests that lie in a folder and writes the replies.

Runs in the hosts' own Pythons, in the thread of their user interface; standard library only.
See channel.py for the outer end.
"""

from __future__ import annotations

import ast
import json
import traceback
from pathlib import Path
from typing import Any


class Answering:
    """folder: where requests appear. names: what their code finds, and where its own names stay."""

    def __init__(self, folder: Path, names: dict[str, Any]) -> None:
        self.folder = folder
        self.names = names
        self.has_failed = False

    def answer_waiting(self) -> None:
        """Run what waits, oldest first. May be called again while a request's code runs an event
        loop of its own.
        """
        for path in sorted(self.folder.glob("*.request")):
            taken = path.with_suffix(".taken")
            try:
                path.replace(taken)
            except FileNotFoundError:  # withdrawn, or taken by a call inside this one
                continue
            request = json.loads(taken.read_text(encoding="utf-8"))
            taken.unlink()
            reply = self._run(request)
            if request["waits"]:
                self._write(path.with_suffix(".reply"), reply)
            elif "error" in reply:
                raise RuntimeError(f"posted code failed:\n{reply['error']}")

    def _run(self, request: dict[str, Any]) -> dict[str, Any]:
        self.names.update(request["values"])
        try:
            value = evaluate(request["code"], self.names)
            json.dumps(value)
        except Exception:
            self.has_failed = True
            return {"error": traceback.format_exc()}
        return {"value": value}

    def _write(self, path: Path, reply: dict[str, Any]) -> None:
        unfinished = path.with_suffix(".replying")
        unfinished.write_text(json.dumps(reply), encoding="utf-8")
        unfinished.replace(path)


def evaluate(code: str, names: dict[str, Any]) -> Any:
    """Run code; return the value of its last line when that is an expression, else None."""
    tree = ast.parse(code, "<test>")
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "<test>", "exec"), names)
    if last is None:
        return None
    assert isinstance(last, ast.Expr)
    return eval(compile(ast.Expression(last.value), "<test>", "eval"), names)
