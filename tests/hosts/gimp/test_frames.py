"""Layers as frames in the real GIMP without a display: a script gets the command line's frames."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from ..debian.inside import INNER_EXCHANGE, Session
from .host import GimpConsole
from .topics import HEIGHT, TIMEOUT_S, WIDTH, Topics, interpreter, pixels, run_topics

pytestmark = pytest.mark.timeout(2 * TIMEOUT_S)

ALPHA = "strength=0=0.1,2=0.9,wave=0.2"
FRAMES_OF = """
def frames_of(image):
    return [data(layer, "R'G'B' u8") for layer in reversed(image.get_layers())]
def names_of(image):
    return [layer.get_name() for layer in reversed(image.get_layers())]
"""
TOPICS = {
    "clip": f"""
{FRAMES_OF}
image = load("clip/f0.png")
for number in (1, 2):
    file = Gio.File.new_for_path(f"/exchange/clip/f{{number}}.png")
    image.insert_layer(Gimp.file_load_layer(BATCH, image, file), None, 0)
for number, layer in enumerate(reversed(image.get_layers())):
    layer.set_name(f"Frame {{number + 1}} (100ms)")
told = [call(FRAMES, image, pack_id="starry-night", alpha="{ALPHA}"), names_of(image)]
told += [frames_of(image), json.loads(recipe(image.get_layers()[0]))["dials"]]
""",
    "one of three": f"""
{FRAMES_OF}
image = load("clip.gif")
told = {{"indexed": call(FRAMES, image, pack_id="starry-night")}}
image.convert_rgb()
before = frames_of(image)
middle = image.get_layers()[1]
told["done"] = call(
    FRAMES, image, [middle], pack_id="starry-night", alpha="0=0,2=1", layers="selected")
told["changed"] = [a != b for a, b in zip(before, frames_of(image), strict=True)]
told["alpha"] = json.loads(recipe(middle))["dials"]["strength"]
told["names"] = names_of(image)
""",
    "refused": f"""
{FRAMES_OF}
image = load("clip/f0.png")
font = Gimp.context_get_font()
text = Gimp.TextLayer.new(image, "words", font, 20.0, Gimp.Unit.pixel())
image.insert_layer(text, None, 0)
before = frames_of(image)
told = {{"text": call(FRAMES, image, pack_id="starry-night")}}
image.remove_layer(text)
told["dial"] = call(FRAMES, image, pack_id="starry-night", alpha="wind=0=1")
told["keys"] = call(FRAMES, image, pack_id="starry-night", alpha="0=0.1,24")
told["same"] = before[:1] == frames_of(image)
""",
}


@pytest.fixture(scope="module")
def topics(session: Session) -> Topics:
    folder = session.exchange / "clip"
    folder.mkdir()
    frames = []
    with Image.open(session.exchange / "small.png") as picture:
        for number in range(3):
            frames.append(picture.convert("RGB").rotate(10 * number))
            frames[-1].save(folder / f"f{number}.png")
    palette = frames[0].quantize(16)  # with one of each frame's own, GIMP opens it as RGB
    flat = [frame.quantize(palette=palette) for frame in frames]
    flat[0].save(
        session.exchange / "clip.gif", save_all=True, append_images=flat[1:], duration=100, loop=0
    )
    for path in (session.exchange, folder, *folder.iterdir(), session.exchange / "clip.gif"):
        path.chmod(0o777 if path.is_dir() else 0o666)
    return run_topics(GimpConsole(session), TOPICS)


def test_frames_are_those_of_the_command_line(topics: Topics, session: Session) -> None:
    done, names, frames, dials = topics["clip"]
    assert done == {"status": "success", "value": 3}
    assert names == [f"Frame {number} (100ms)" for number in (1, 2, 3)]
    assert (dials["strength"], dials["wave"]) == ([0.9], [0.2])
    session.run(
        *(interpreter(session), "-m", "dynamic_style.backend", "frames", "clip", "painted"),
        *("--pack", "starry-night", "--alpha", ALPHA),
        cwd=INNER_EXCHANGE,
        timeout_s=200,
    )
    for number, frame in enumerate(frames):
        with Image.open(session.exchange / f"painted/f{number}.png") as picture:
            expected = np.asarray(picture.convert("RGB"))
        assert np.array_equal(pixels(frame, (HEIGHT, WIDTH, 3)), expected), number


def test_a_part_of_a_gif_keeps_its_frame_numbers_and_delays(topics: Topics) -> None:
    told = topics["one of three"]
    assert told["indexed"]["status"] == "calling error"
    assert "Mode ▸ RGB" in told["indexed"]["error"]
    assert told["done"] == {"status": "success", "value": 1}
    assert told["changed"] == [False, True, False] and told["alpha"] == [0.5]
    assert all("(100ms)" in name for name in told["names"])


def test_what_cannot_be_done_is_told_and_changes_nothing(topics: Topics) -> None:
    told = topics["refused"]
    assert told["same"]
    for kind, words in (
        ("text", "is a text layer"),
        ("dial", "its dials are: strength, wave"),
        ("keys", "no frame beside it"),
    ):
        assert told[kind]["status"] == "calling error", kind
        assert words in told[kind]["error"], kind
