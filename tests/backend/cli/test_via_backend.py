"""stylize --via-backend: the backend does it, and the file is the same as without."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from dynamic_style.backend.cli.main import main
from dynamic_style.backend.compute.engine_wish import EngineWish
from dynamic_style.backend.protocol.process.connection_file import write_connection
from dynamic_style.backend.server.compute_stack import ComputeSettings
from dynamic_style.backend.server.server import ServerSettings

from ..pictures import shown
from ..servers import ServerThread


@pytest.fixture
def photo_file(tmp_path: Path) -> Path:
    samples = np.random.default_rng(2).integers(0, 256, (30, 44, 4), np.uint8)
    path = tmp_path / "photo.png"
    Image.fromarray(samples).save(path)
    return path


@pytest.fixture(autouse=True)
def found_server(server: ServerThread) -> ServerThread:
    """The backend that runs."""
    write_connection(server.connection)
    return server


@pytest.mark.parametrize(
    "options",
    [
        ["--alpha", "0.6"],
        ["--alpha", "strength=-0.3,0.2,1", "--alpha", "towards-waves=0.5", "--scale", "24"],
        ["--scale", "70%", "--preserve-color"],
        ["--bit-depth", "16", "--scale", "full"],
    ],
)
def test_the_file_equals_the_direct_one(
    photo_file: Path, tmp_path: Path, options: list[str], found_server: ServerThread
) -> None:
    direct, via = tmp_path / "direct.png", tmp_path / "via.png"
    command = ["stylize", str(photo_file), "--pack", "tiny", "--device", "cpu", *options]
    assert main([*command, str(direct)]) == 0
    command = ["stylize", str(photo_file), "--pack", "tiny", *options, "--via-backend"]
    assert main([*command, str(via)]) == 0
    assert via.read_bytes() == direct.read_bytes()
    assert found_server.stack.jobs.finished == 1


@pytest.mark.parametrize("options", [[], ["--preserve-color", "--scale", "20"]])
@pytest.mark.parametrize("profile", [None, "sRGB"])
def test_a_photo_of_8_bits_is_painted_in_the_precision_that_the_direct_one_is(
    tmp_path: Path, options: list[str], profile: str | None
) -> None:
    photo = tmp_path / "opaque.png"
    samples = np.random.default_rng(3).integers(0, 256, (30, 44, 3), np.uint8)
    icc = None
    if profile is not None:
        icc = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    Image.fromarray(samples).save(photo, icc_profile=icc)
    made = []
    for name, more in (("direct", ["--device", "cpu"]), ("via", ["--via-backend"])):
        output = tmp_path / f"{name}.png"
        command = ["stylize", str(photo), str(output), "--pack", "tiny", "--alpha", "0.6"]
        assert main([*command, *options, *more]) == 0
        made.append(output.read_bytes())
    assert made[0] == made[1]


@pytest.mark.parametrize("size", [(44, 30), (88, 60), (22, 15)])
def test_an_alpha_map_goes_along(photo_file: Path, tmp_path: Path, size: tuple[int, int]) -> None:
    mask = Image.fromarray(np.tile(np.arange(44, dtype=np.uint8) * 5, (30, 1)))
    mask.resize(size, Image.Resampling.BILINEAR).save(tmp_path / "mask.png")
    outputs = []
    for name, more in (("direct", ["--device", "cpu"]), ("via", ["--via-backend"])):
        output = tmp_path / f"{name}.png"
        command = ["stylize", str(photo_file), str(output), "--pack", "tiny", "--alpha", "1"]
        assert main([*command, "--alpha-map", str(tmp_path / "mask.png"), *more]) == 0
        outputs.append(np.asarray(Image.open(output)).astype(int))
    assert np.abs(outputs[0] - outputs[1]).max() <= (1 if size == (44, 30) else 8)


ALONE = """
import sys
from dynamic_style.backend.cli.main import main
from dynamic_style.backend.cli.workers import backend_link
backend_link.FIND_S = backend_link.SHORT_SILENCE_S = 60  # however busy this computer is
code = main(sys.argv[1:])
sys.exit(code or 90 * ("torch" in sys.modules or "openvino" in sys.modules))
"""


def run_alone(*arguments: object) -> subprocess.CompletedProcess[str]:
    """The command in an interpreter of its own, which ends with 90 if it has loaded an engine."""
    command = [sys.executable, "-c", ALONE, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)


def test_the_command_itself_loads_no_engine(photo_file: Path, tmp_path: Path) -> None:
    Image.new("L", (9, 9), 200).save(tmp_path / "mask.png")
    options = ["--pack", "tiny", "--alpha", "0.6", "--alpha-map", tmp_path / "mask.png"]
    output = tmp_path / "out.png"
    done = run_alone("stylize", photo_file, output, *options, "--preserve-color", "--via-backend")
    assert (done.returncode, done.stderr.count("error")) == (0, 0), done.stderr
    assert shown(output).size == (44, 30)


def test_nor_does_it_where_a_backend_runs_and_is_not_asked_for(
    photo_file: Path, tmp_path: Path, installed: Path
) -> None:
    like_the_command = ServerThread(ServerSettings(), ComputeSettings(EngineWish()))
    try:
        write_connection(like_the_command.connection)
        done = run_alone("stylize", photo_file, tmp_path / "out.png", "--pack", "tiny")
        finished = like_the_command.stack.jobs.finished
    finally:
        like_the_command.close()
    assert (done.returncode, finished) == (0, 1), done.stderr


def test_nor_does_it_where_it_has_to_start_the_backend(
    photo_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DYNAMIC_STYLE_RUNTIME", str(tmp_path / "nobody"))
    try:
        done = run_alone(
            "stylize", photo_file, tmp_path / "o.png", "--pack", "tiny", "--via-backend"
        )
    finally:
        stopped = main(["stop"])
    assert (done.returncode, stopped) == (0, 0), done.stderr
    assert shown(tmp_path / "o.png").size == (44, 30)


def test_what_the_backend_cannot_do_is_a_usage_error(
    photo_file: Path, tmp_path: Path, tiny_pack: Path
) -> None:
    command = ["stylize", str(photo_file), str(tmp_path / "out.png"), "--via-backend"]
    assert main([*command, "--pack", str(tiny_pack)]) == 2
    assert main([*command, "--pack", "tiny", "--device", "cpu"]) == 2
    assert not (tmp_path / "out.png").exists()
