"""GIMP without a display, when things go wrong around it: no backend, a killed backend, a killed
plug-in. The image stays whole, the call says what happened, and the next call works.
"""

from __future__ import annotations

import json
import re
import shutil
import signal
import subprocess
from pathlib import Path

from PIL import Image

from ..debian.inside import CHECKOUT, Session, wait_for
from ..installed import long_px
from ..one_root import IN_TRIXIE
from .host import GimpConsole
from .topics import interpreter, run_topics

SCRIPT = """
import json, sys
sys.path.insert(0, "/checkout/tests/hosts/driver")
from gimp_calls import *

image = load("photo.jpg")
layer = image.get_layers()[0]
before = data(layer, "R'G'B' u8")
told = []
for step in ("backend", "plug-in"):
    open(f"/exchange/{step}.now", "w").close()
    long = stylize(image, pack_id="composition-vii", scale="LONG")
    whole = len(image.get_layers()) == 1 and data(layer, "R'G'B' u8") == before
    small = load("small.png")
    told.append([long, whole, stylize(small), len(small.get_layers())])
open("/exchange/told.json", "w").write(json.dumps(told))
"""
# Waits, as another client of the backend, until as many jobs are running, and have told their
# client so: what a backend has not begun with is asked of the next one, and nothing fails. Then
# tells how many have failed.
WAIT = """
import sys, time
from dynamic_style.backend.protocol.process.launch import running_backend
end, client = time.monotonic() + 200, None
while time.monotonic() < end:
    client = client or running_backend(host="test", version="1")
    if client is not None:
        stats = client.stats()
        wanted = int(sys.argv[1])
        if stats.running == wanted and (not wanted or "composition-vii" in stats.loaded_packs):
            time.sleep(1.5 * wanted)  # several times as long as from one progress to the next
            print(stats.failed)
            client.close()
            sys.exit()
    time.sleep(0.02)
sys.exit("no such state of the backend")
"""


def test_killed_in_the_middle(session: Session) -> None:
    script = SCRIPT.replace("LONG", str(long_px(session.root)))
    (session.exchange / "script.py").write_text(script, encoding="utf-8")
    code = 'exec(open("/exchange/script.py").read())'
    console = session.start(
        *("gimp-console", "-i", "-d", "--batch-interpreter", "python-fu-eval", "-b", code),
        "--quit",
        log="killed.log",
    )
    try:
        _wait_for_step(session, "backend")
        _wait_for_running(session, 1)
        (backend,) = session.processes("dynamic_style.backend serve")
        backend.kill(signal.SIGKILL)
        _wait_for_step(session, "plug-in")
        failed = _wait_for_running(session, 1)
        plugins = session.processes("dynamic-style.py")
        assert len(plugins) == 1
        plugins[0].kill(signal.SIGKILL)  # what Cancel in GIMP's status bar does
        assert _wait_for_running(session, 0) == failed + 1  # stopped, not carried to its end
        assert console.wait(200) == 0, console.output
    finally:
        console.stop()
    killed_backend, killed_plugin = json.loads((session.exchange / "told.json").read_text())
    done, is_whole, next_call, layers = killed_backend
    assert done["status"] == "execution error" and "backend" in done["error"]
    assert is_whole and next_call["status"] == "success" and layers == 2
    done, is_whole, next_call, layers = killed_plugin
    assert done["status"] != "success"
    assert is_whole and next_call["status"] == "success" and layers == 2


def test_the_readmes_lines_for_shell_scripts(session: Session) -> None:
    for line, made in zip(documented_lines(), ("painted.png", "filled.png"), strict=True):
        done, folder = _run_line(session, line)
        assert done.returncode == 0, done.stdout + done.stderr
        with Image.open(folder / made) as painted, Image.open(folder / "photo.jpg") as photo:
            assert painted.size == photo.size
            assert painted.tobytes() != photo.tobytes()


@IN_TRIXIE
def test_a_shell_script_learns_that_its_line_has_failed(session: Session) -> None:
    for line, pack in zip(documented_lines(), ("starry-night", "photo-fill"), strict=True):
        done, folder = _run_line(session, line.replace(f'"{pack}"', '"no-such-pack"'))
        assert done.returncode != 0
        assert [path.name for path in folder.iterdir()] == ["photo.jpg"]


@IN_TRIXIE
def test_without_a_backend_the_call_says_what_to_do(session: Session) -> None:
    nowhere = {
        "DYNAMIC_STYLE_CONFIG": "/exchange/nowhere",
        "DYNAMIC_STYLE_RUNTIME": "/exchange/nowhere/run",
    }
    code = 'image = load("small.png")\ntold = [stylize(image), len(image.get_layers())]'
    console = GimpConsole(session, env=nowhere)
    done, count = run_topics(console, {"not installed": code})["not installed"]
    assert done["status"] == "execution error"
    assert "is not set up yet" in done["error"] and "Open Stylize…" in done["error"]
    assert count == 1


def documented_lines() -> list[str]:
    """The commands for gimp-console, as the documentation prints them."""
    text = (CHECKOUT / "docs/gimp.md").read_text(encoding="utf-8")
    return re.findall(r"^```[a-z]*\n(gimp-console .*?)^```", text, re.DOTALL | re.MULTILINE)


def _run_line(session: Session, line: str) -> tuple[subprocess.CompletedProcess[str], Path]:
    """In a folder with a photo.jpg, as a line of a person's script; and that folder."""
    folder, inner = session.add_folder("batch")
    shutil.copyfile(session.exchange / "photo.jpg", folder / "photo.jpg")
    return session.run("sh", "-c", line, cwd=inner, timeout_s=200, check=False), folder


def _wait_for_step(session: Session, step: str) -> None:
    marker = session.exchange / f"{step}.now"
    wait_for(f"GIMP comes to the step '{step}'", marker.exists, timeout_s=200)


def _wait_for_running(session: Session, count: int) -> int:
    """Until the backend runs as many jobs; how many have failed so far."""
    return int(session.run(interpreter(session), "-c", WAIT, str(count), timeout_s=220).stdout)
