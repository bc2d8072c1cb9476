"""Stands for the interpreter that trains: an executable that writes progress.json as the command
does, and waits where a test wants it to.
"""

from __future__ import annotations

import stat
import sys
import time
from pathlib import Path

from dynamic_style.backend.plugin.new_style.style_runs import StyleEvent, StyleRuns

SCRIPT = """#!{python} -I
import json, os, signal, sys, time
from pathlib import Path
if sys.argv[2] == "-c":
    print(json.dumps({lacks}))
    sys.exit()
sys.path += {paths}
from dynamic_style.backend.protocol.process.process_age import process_began
assert sys.argv[1:5] == ["-I", "-m", "dynamic_style.training", "new"]
folder = Path(sys.argv[sys.argv.index("--run-folder") + 1])
(folder / "words.json").write_text(json.dumps(sys.argv[5:]))
mode = "{mode}"
if mode == "crash":
    sys.exit("RuntimeError: no such device")
me = dict(pid=os.getpid(), pid_started=process_began(os.getpid()), sheet=None, pack=None, code=None)

def tell(state, fraction, **more):
    members = dict(state=state, phase="main", fraction=fraction, eta_s=700.0, message="", **me)
    (folder / "part").write_text(json.dumps(members | more))
    os.replace(folder / "part", folder / "progress.json")

def cancel(*_):
    tell("cancelled", 0.25)
    os._exit(130)

signal.signal(signal.SIGTERM, cancel)
tell("running", 0.25, sheet=str(folder / "sheet.jpg"))
if mode == "wait":
    time.sleep(60)
elif mode == "fail":
    tell("failed", 0.25, message="the disk is full; free some space")
else:
    tell("done", 1.0, pack=str(folder / "pack" / "harbour"))
"""


def write_interpreter(path: Path, mode: str = "done", *, lacks: tuple[str, ...] = ()) -> Path:
    """mode: done, wait (to be cancelled), fail or crash. lacks: what a probe finds missing."""
    text = SCRIPT.format(python=sys.executable, mode=mode, lacks=list(lacks), paths=sys.path)
    path.write_text(text, encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def wait_for(
    runs: StyleRuns, kind: type[StyleEvent], *, state: str = "", timeout_s: float = 60
) -> StyleEvent:
    """The next event of a kind; of RunsSeen the next whose latest run is in this state."""
    end_s = time.monotonic() + timeout_s
    told: list[StyleEvent] = []
    while time.monotonic() < end_s:
        for event in runs.drain():
            told.append(event)
            if isinstance(event, kind) and state in ("", *(r.state for r in _first(event))):
                return event
        time.sleep(0.01)
    raise AssertionError(f"no {kind.__name__} {state}, but {told}")


def _first(event: StyleEvent) -> tuple[object, ...]:
    return getattr(event, "runs", ())[:1]
