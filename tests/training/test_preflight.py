"""What the manifest, the export or a later step would refuse is told before step 1, by one text."""

from __future__ import annotations

from pathlib import Path

import pytest

from dynamic_style.training.cli.main import main
from dynamic_style.training.errors import ConfigError
from dynamic_style.training.preflight import check_config

from .conftest import CONFIGS, TINY, TINY_FILL, draw_picture


class Desk:
    """A config to change, and the command that would train it."""

    def __init__(self, folder: Path, data: Path, network: Path) -> None:
        self.folder, self.data, self.network = folder, data, network
        self.run_folder, self.photo = folder / "run", data / "photos" / "val" / "0.png"
        self.more: list[str] = []

    def config(self, text: str | bytes) -> None:
        data = text.encode() if isinstance(text, str) else text
        (self.folder / "c.toml").write_bytes(data)

    def run(self) -> int:
        places = ["--data", str(self.data), "--loss-network", str(self.network)]
        folder = ["--run-folder", str(self.run_folder), "--photo", str(self.photo)]
        return main(["run", str(self.folder / "c.toml"), *places, *folder, *self.more])


@pytest.fixture
def desk(tmp_path: Path, data_root: Path, loss_network_file: Path) -> Desk:
    return Desk(tmp_path, data_root, loss_network_file)


STYLE, FILL = TINY.read_text(encoding="utf-8"), TINY_FILL.read_text(encoding="utf-8")
ID, TITLE = 'id = "tiny"', 'title = "Tiny"'
AUTHORS = 'authors = ["The Dynamic Style authors"]'
LICENCE = 'weights_licence = { spdx = "CC0-1.0" }'
MANIFEST = [
    (ID, 'id = "My Style"', "pack.id is 'My Style', expected an id of a-z"),
    (ID, 'id = "../../x"', "pack.id is '../../x', expected an id"),
    (ID, 'id = "con"', "pack.id is 'con', a name that Windows keeps for a device"),
    (TITLE, 'title = ""', "pack.title is empty"),
    (TITLE, 'title = "a\\u202Eb"', "pack.title holds a text-direction control character"),
    (TITLE, f'title = "{"x" * 101}"', "pack.title has 101 characters; at most 100"),
    (TITLE, TITLE + '\nversion = "1.0"', "pack.version is '1.0', expected a version such as"),
    (AUTHORS, 'authors = [""]', "pack.authors[0].text is empty"),
    ("working_size_px = 64", "working_size_px = 32", "pack.working_size_px is 32, outside 64"),
    ('spdx = "CC0-1.0"', 'spdx = "?"', "pack.weights_licence.spdx is '?'"),
    (AUTHORS, "", "it does not say who made the pack; write your name under [pack], as in authors"),
    (AUTHORS, "authors = []", "it does not say who made the pack; write your name under [pack]"),
    (LICENCE, "", "it does not say under which licence the pack's weights are; write it under"),
    ('spdx = "CC0-1.0"', "", "it does not say under which licence the pack's weights are"),
    (ID, 'id = "scream"', "pack.authors says 'The Dynamic Style authors', and 'scream' is none of"),
    ("[net]", f'[pack.data_licence]\nauthor = "{"x" * 501}"\n[net]', "pack.data_licence.author"),
    ("[pack]", "# \u202e\n[pack]", "the config's text holds a text-direction control"),
]
DIAL = [
    ("strength", 'id = "strength"', 'id = "Strength 1"', "dials[0].id is 'Strength 1', expected"),
    ("strength", 'id = "strength"', 'id = "main"', "dials[0].id is 'main', a name that the pack's"),
    ("strength", 'id = "strength"', 'id = "con"', "dials[0].id is 'con', a name that Windows"),
    ("strength", 'id = "strength"', 'id = "a.b"', "dials[0].id is 'a.b', expected"),
]
RANGES = [
    ("safe_range = [1.3, -0.3]", "dials[0].safe_range runs from 1.3 to -0.3"),
    ("safe_range = [-9.0, 1.0]", "dials[0].safe_range[0] is -9, outside -4 … 4"),
    ("default = 7.0", "dials[0].default is 7, outside -4 … 4"),
    ("default = 2.0", "dials[0].default is 2, outside its safe_range -0.3 … 1.3"),
    ('taps = ["up1", "res3"]', "the taps of dial 'strength' are 'up1, res3'; they must be among"),
]


def _refused(desk: Desk, said: str, capsys: pytest.CaptureFixture[str], code: int = 6) -> None:
    assert desk.run() == code
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1, "one sentence, and nothing was trained"
    assert not (desk.run_folder / "checkpoint.pt").exists()
    assert not (desk.run_folder / "pack").exists()


def _with(text: str, old: str, new: str) -> str:
    assert text.count(old) >= 1
    return text.replace(old, new, 1)


@pytest.mark.parametrize(("old", "new", "said"), MANIFEST)
def test_what_the_manifest_forbids_is_told_before_training(
    old: str, new: str, said: str, desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.config(_with(STYLE, old, new))
    _refused(desk, f"c.toml: {said}", capsys)
    fill = FILL.replace('id = "tiny-fill"', ID).replace('title = "Tiny Fill"', TITLE)
    desk.config(_with(fill, old, new))
    _refused(desk, f"c.toml: {said}", capsys)


@pytest.mark.parametrize(("name", "old", "new", "said"), DIAL)
def test_a_dial_s_impossible_id_is_told_before_training(
    name: str, old: str, new: str, said: str, desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.config(_with(STYLE, old, new))
    _refused(desk, said, capsys)
    desk.config(_with(FILL.replace("smoothness", name), old, new))
    _refused(desk, said, capsys)


@pytest.mark.parametrize(("line", "said"), RANGES)
def test_a_dial_s_impossible_range_is_told_before_training(
    line: str, said: str, desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.config(_with(STYLE, 'label_low = "gentler"', f'label_low = "gentler"\n{line}'))
    _refused(desk, said, capsys)
    if "taps" not in line:
        desk.config(_with(FILL, 'label_low = "sharp"', f'label_low = "sharp"\n{line}'))
        _refused(desk, said, capsys)


def test_lists_that_may_not_be_empty_are_named(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    layers = 'style_layers = ["relu1_2", "relu2_2"]'
    desk.config(_with(STYLE, layers, "style_layers = []"))
    _refused(desk, "loss.style_layers must name at least one layer", capsys)
    desk.config(_with(STYLE, layers, 'style_layers = ["relu9_9"]'))
    _refused(desk, "no layer 'relu9_9'; take one of relu1_1", capsys)
    desk.config(_with(FILL, "measured_holes_px = [8, 12]", "measured_holes_px = []"))
    _refused(desk, "data.measured_holes_px must hold at least one size", capsys)
    desk.config("dials = []\n" + STYLE[: STYLE.index("[[dials]]")])
    _refused(desk, "it has no dials; add a [[dials]] table", capsys)


@pytest.mark.parametrize("text", [STYLE, FILL], ids=["style", "fill"])
def test_photo_of_the_preview_is_looked_at_before_training(
    text: str, desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.config(text)
    desk.photo = desk.folder / "nothing.png"
    _refused(desk, "nothing.png' is not there or no file", capsys)
    desk.photo.write_bytes(b"no picture")
    _refused(desk, "nothing.png': not a picture that can be read", capsys)


@pytest.mark.parametrize("text", [STYLE, FILL], ids=["style", "fill"])
def test_folder_that_cannot_take_the_pack_is_told_before_training(
    text: str, desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.config(text)
    mine = desk.folder / "mine"
    mine.mkdir()
    (mine / "letter.txt").write_text("dear")
    desk.more = ["--pack", str(mine)]
    _refused(desk, "holds 'letter.txt', which belongs to no pack", capsys, code=3)
    desk.more = ["--pack", str(mine / "letter.txt" / "pack")]
    _refused(desk, "cannot write", capsys, code=3)
    desk.more = ["--pack", str(mine / "letter.txt")]
    _refused(desk, "is no folder; move it away", capsys, code=3)
    assert (mine / "letter.txt").read_text() == "dear"
    assert sorted(path.name for path in desk.folder.iterdir()) == ["c.toml", "mine"]


@pytest.mark.parametrize("text", [STYLE, FILL], ids=["style", "fill"])
@pytest.mark.parametrize("below", ["", "/below/it"])
def test_run_folder_that_cannot_be_made_is_named(
    text: str, below: str, desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.config(text)
    file = desk.folder / "c.toml"
    desk.run_folder = Path(f"{file}{below}")
    _refused(desk, f"run folder '{desk.run_folder}' cannot be used: '{file}' is no folder", capsys)
    desk.run_folder, desk.more = desk.folder / "run", ["--cache", f"{file}{below}"]
    _refused(desk, f"cache folder '{file}{below}' cannot be used: '{file}' is no folder", capsys)
    assert sorted(desk.folder.iterdir()) == [file]


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="Linux's folder that takes nothing")
def test_run_folder_in_a_place_that_takes_nothing_is_named(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.config(STYLE)
    desk.run_folder = Path("/proc/run")
    _refused(desk, "'/proc/run' cannot be used: no such folder can be made in '/proc'", capsys)


@pytest.mark.parametrize("text", [STYLE, FILL], ids=["style", "fill"])
def test_validation_photos_are_looked_at_before_training(
    text: str, desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.data = tmp_path / "data"
    draw_picture(desk.data / "photos" / "train" / "a.png", seed=1)
    draw_picture(desk.data / "styles" / "one.png", seed=2)
    draw_picture(desk.data / "styles" / "two.png", seed=3)
    desk.config(text.replace("fills = 6", "fills = 1"))
    assert desk.run() == 6
    assert "val' does not exist" in capsys.readouterr().err
    (desk.data / "photos" / "val").mkdir()
    (desk.data / "photos" / "val" / "a.png").write_bytes(b"damaged")
    assert desk.run() == 6
    assert "none of the 1 pictures in" in capsys.readouterr().err
    assert not (desk.run_folder / "losses.csv").exists()
    assert not (desk.run_folder / "samples").exists()


DIGITS, DEEP = "9" * 5000, "[" * 3000
UNREADABLE = [
    (STYLE.encode("utf-16"), "is UTF-16 or UTF-32 text"),
    (STYLE.encode("utf-16-le"), "is UTF-16 or UTF-32 text"),
    (STYLE.encode("utf-32"), "is UTF-16 or UTF-32 text"),
    ('title = "Café"\n'.encode("latin-1"), "is not UTF-8 text in line 1; save it as UTF-8"),
    (f"x = {DEEP}\n".encode(), "nests lists or tables too deeply"),
    (f"x = {DIGITS}\n".encode(), "holds a value out of range"),
    (STYLE.replace("seed = 7", f"seed = {'9' * 40}").encode(), "it must be at most 9.22337e+18"),
    (b"x = 1979-13-45\n", "c.toml"),
    (b"#" * 200_000, "is larger than 100000 bytes"),
    (b"task = 'painting'\n", "task is 'painting'; it must be one of style_transfer, completion"),
    (b"\0", "or no text; save it as UTF-8"),
    (b"\1", "is not valid TOML"),
]


@pytest.mark.parametrize(("data", "said"), UNREADABLE, ids=range(len(UNREADABLE)))
def test_config_that_is_no_such_text_is_named(
    data: bytes, said: str, desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.config(data)
    _refused(desk, said, capsys)


def test_help_says_which_exit_code_is_whose(capsys: pytest.CaptureFixture[str]) -> None:
    for command in ([], ["run"], ["export"], ["evaluate"]):
        with pytest.raises(SystemExit) as ended:
            main([*command, "--help"])
        assert ended.value.code == 0
        assert "8 the tables do not keep what packs promise" in capsys.readouterr().out


@pytest.mark.parametrize(
    "path",
    sorted(path for path in CONFIGS.rglob("*.toml") if CONFIGS / "reproduce" not in path.parents),
    ids=lambda path: path.stem,
)
def test_every_shipped_config_could_become_a_pack(path: Path) -> None:
    assert check_config(path).id == path.stem


def test_licences_of_several_sets_of_photos_are_all_in_the_manifest(tmp_path: Path) -> None:
    licences = '[[pack.data_licences]]\nspdx = "CC0-1.0"\n[[pack.data_licences]]\nspdx = "?"\n'
    config = tmp_path / "two.toml"
    config.write_text(TINY.read_text("utf-8").replace("[net]", f"{licences}[net]"), "utf-8")
    with pytest.raises(ConfigError, match=r"pack\.data_licences\[1\]\.spdx is '\?'"):
        check_config(config)
