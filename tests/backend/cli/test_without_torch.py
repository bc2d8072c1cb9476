"""On the CPU nothing of torch is loaded, and nothing of OpenVINO's telemetry either.

The commands run in a process of their own, which says in the end what it has loaded. Where torch
cannot be imported at all, they run as well.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from PIL import Image

from dynamic_style.backend.protocol.messages import CompleteRun, Result
from dynamic_style.backend.protocol.process.client import connect
from dynamic_style.backend.protocol.process.connection_file import read_connection

from ..servers import hole, picture, run, ticks
from ..tiny_fill import make_tiny_fill
from ..tiny_packs import gradient
from .running_cli import TIMEOUT_S, environment

TELLING = """
import json, sys
from dynamic_style.backend.cli.main import main
code = main(sys.argv[2:])
loaded = [name for name, module in sys.modules.items() if module is not None]
watched = ("torch", "openvino", "openvino_telemetry", "openvino.tools.ovc")
told = {name: name in loaded for name in watched}
open(sys.argv[1], "w").write(json.dumps({"code": code, **told}))
"""
WITHOUT = "import sys; sys.modules['torch'] = None\n"


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.png"
    gradient(40, 24).save(path)
    return path


def loaded_by(
    tmp_path: Path, *arguments: object, code: str = TELLING, env: dict[str, str] | None = None
) -> dict[str, object]:
    told = tmp_path / "told.json"
    command: Sequence[str] = [sys.executable, "-c", code, str(told), *map(str, arguments)]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        env={**environment(), **(env or {})},
        check=False,
    )
    assert told.exists(), done.stderr
    document: dict[str, object] = json.loads(told.read_text())
    return document


@pytest.mark.parametrize("command", ["stylize", "sweep"])
@pytest.mark.parametrize("code", [TELLING, WITHOUT + TELLING], ids=["beside torch", "without"])
def test_pictures_are_painted_without_torch(
    tmp_path: Path, photo: Path, tiny_pack: Path, command: str, code: str
) -> None:
    out = tmp_path / "out.png"
    options = ["--pack", tiny_pack, "--device", "cpu", "--preserve-color", "--scale", "30"]
    home = tmp_path / "home"
    home.mkdir()
    told = loaded_by(tmp_path, command, photo, out, *options, code=code, env={"HOME": str(home)})
    assert list(home.iterdir()) == []  # where the telemetry would keep an id of the user
    assert told == {
        "code": 0,
        "torch": False,
        "openvino": True,
        "openvino_telemetry": False,
        "openvino.tools.ovc": False,
    }
    with Image.open(out) as made:
        assert made.size[0] >= 40


@pytest.mark.parametrize("code", [TELLING, WITHOUT + TELLING], ids=["beside torch", "without"])
def test_holes_are_filled_without_torch(tmp_path: Path, photo: Path, code: str) -> None:
    make_tiny_fill(tmp_path / "tiny-fill")
    mask = tmp_path / "mask.png"
    Image.new("L", (40, 24)).save(mask)
    with Image.open(mask) as black:
        black.paste(255, (12, 8, 22, 16))
        black.save(mask)
    out = tmp_path / "out.png"
    options = ["--pack", tmp_path / "tiny-fill", "--device", "cpu"]
    told = loaded_by(tmp_path, "complete", photo, mask, out, *options, code=code)
    assert (told["code"], told["torch"], told["openvino"]) == (0, False, True)
    assert out.exists()


@pytest.mark.parametrize("code", [TELLING, WITHOUT + TELLING], ids=["beside torch", "without"])
def test_the_backend_serves_without_torch(tmp_path: Path, installed: Path, code: str) -> None:
    """Hosts start it: it lists and verifies packs, paints previews and pictures, fills holes."""
    make_tiny_fill(installed / "tiny-fill")
    told = tmp_path / "told.json"
    command = [sys.executable, "-c", code, str(told), "serve", "--quiet"]
    with subprocess.Popen(command, env=environment(), stdin=subprocess.DEVNULL) as process:
        try:
            for _ in ticks(TIMEOUT_S):
                connection = read_connection()
                if connection is not None and connection.pid == process.pid:
                    break
            assert connection is not None
            with connect(connection, host="test", version="1") as client:
                assert "openvino in" in client.hello().device
                assert "tiny" in [pack.id for pack in client.packs().packs]
                client.verify_pack("tiny")
                fill = CompleteRun("filled", "tiny-fill", {}, picture(), hole())
                for request in (run("shown", stream="a"), run("kept"), fill):
                    assert isinstance(list(client.run(request))[-1], Result)
                client.shutdown()
            assert process.wait(TIMEOUT_S) == 0
        finally:
            process.kill()
    loaded = json.loads(told.read_text())
    assert (loaded["code"], loaded["torch"], loaded["openvino_telemetry"]) == (0, False, False)


@pytest.mark.parametrize("action", ["verify", "install"])
def test_packs_are_verified_and_installed_without_torch(
    tmp_path: Path, tiny_pack: Path, action: str
) -> None:
    told = loaded_by(tmp_path, "packs", action, tiny_pack, code=WITHOUT + TELLING)
    assert (told["code"], told["torch"]) == (0, False)


@pytest.mark.parametrize(
    "arguments",
    [
        ("stylize", "photo.png", "out.png", "--pack", "p", "--engine", "torch"),
        ("bench", "--json"),
    ],
    ids=lambda words: str(words[0]),
)
def test_what_needs_torch_says_so_with_the_exit_code_of_the_device(
    tmp_path: Path, photo: Path, tiny_pack: Path, arguments: tuple[str, ...]
) -> None:
    made_up = {"photo.png": photo, "out.png": tmp_path / "out.png", "p": tiny_pack}
    words = [made_up.get(word, word) for word in arguments]
    assert loaded_by(tmp_path, *words, code=WITHOUT + TELLING)["code"] == 5


def test_the_engine_that_is_named_in_the_environment_runs(
    tmp_path: Path, photo: Path, tiny_pack: Path
) -> None:
    run = ["stylize", photo, tmp_path / "out.png", "--pack", tiny_pack]
    told = loaded_by(tmp_path, *run, env={"DYNAMIC_STYLE_ENGINE": "torch"})
    assert told["code"] == 0
    assert (told["torch"], told["openvino"]) == (True, False)


def test_only_one_module_imports_openvino() -> None:
    """The one that shuts its telemetry out first."""
    backend = Path(__file__).resolve().parents[3] / "backend"
    importing = {
        path.name
        for path in backend.rglob("*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.lstrip().startswith(("import openvino", "from openvino"))
    }
    assert importing == {"runtime.py"}
