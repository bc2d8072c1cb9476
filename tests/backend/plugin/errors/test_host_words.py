"""No message that a panel shows asks for a command line."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest

from dynamic_style.backend.images.limits import check_picture_fits
from dynamic_style.backend.packs import find_pack
from dynamic_style.backend.plugin.errors.error_actions import message_for
from dynamic_style.backend.plugin.errors.host_words import in_host_words
from dynamic_style.backend.plugin.new_style.run_process import check_can_train
from dynamic_style.backend.protocol import errors
from dynamic_style.backend.protocol.process.launch import read_record
from dynamic_style.backend.protocol.process.missing_packages import RECORD_NAME
from dynamic_style.backend.tasks.memory_budget import out_of_memory_advice

BACKEND = Path(__file__).resolve().parents[4] / "backend"
COMMAND_LINE = re.compile(r"(?<![\w-])--[a-z]|'dynamic-style |python3? -m ")


def test_a_missing_pack_is_told_with_what_a_panel_can_do(user_packs: Path) -> None:
    with pytest.raises(errors.PackNotFoundError) as raised:
        find_pack("sunflowers")
    assert COMMAND_LINE.search(str(raised.value))
    assert message_for(raised.value) == (
        "no pack 'sunflowers' is installed, and there is no such path; install it, or choose "
        "another"
    )


def test_what_does_not_fit_is_told_by_working_size() -> None:
    advice = in_host_words(errors.DeviceError(out_of_memory_advice((2048, 1024))))
    assert advice.startswith("use a working size of 1024 px (the result")
    with pytest.raises(errors.ImageSizeError) as raised:
        check_picture_fits((30000, 30000), 1)
    assert "the working size cannot help here: scale the picture" in message_for(raised.value)


def test_a_missing_backend_is_told_without_a_command(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DYNAMIC_STYLE_CONFIG", str(tmp_path))
    with pytest.raises(errors.BackendError) as raised:
        read_record()
    assert message_for(raised.value).endswith("is not set up yet.")
    assert not COMMAND_LINE.search(message_for(raised.value))


@pytest.mark.parametrize(
    ("kind", "command"),
    [
        ("copy", '/bin/python" -m dynamic_style.backend setup --training'),
        ("editable", "python3 -m installer demo --training"),
        ("system", "sudo apt install python3-torch"),
        ("", '/bin/python" -m dynamic_style.backend setup --training'),
    ],
)
def test_what_adds_pytorch_is_told_with_its_command(
    tmp_path: Path, kind: str, command: str
) -> None:
    """Nothing else does it, and without the command the message would end at a colon."""
    if kind:
        record = {"kind": kind, "root": str(tmp_path)}
        (tmp_path / RECORD_NAME).write_text(json.dumps(record), encoding="utf-8")
    python = tmp_path / "bin/python"
    python.parent.mkdir()
    python.write_text("#!/bin/sh\necho '[\"torch\"]'\n", encoding="utf-8")
    python.chmod(0o755)
    with pytest.raises(errors.BackendError) as raised:
        check_can_train(python)
    assert command in message_for(raised.value)


def test_a_pack_that_is_there_already_is_told_as_the_button_says() -> None:
    error = errors.PackInstallError("pack 'x' is installed already; replace it with '--replace'")
    assert message_for(error) == "pack 'x' is installed already; replace it"


@pytest.mark.parametrize("text", ["memory ran out; try again", "α 3.0: beyond -0.3 to 1.3; turn"])
def test_all_else_stays_in_its_own_words(text: str) -> None:
    assert message_for(errors.DeviceError(text)) == text


def test_no_text_of_the_backends_says_how_to_type_it() -> None:
    """Every text outside of the command line's own room, as it is written there."""
    sources = [path for path in BACKEND.rglob("*.py") if BACKEND / "cli" not in path.parents]
    told = [text for path in sources for text in _texts(path) if COMMAND_LINE.search(text)]
    assert told, "nothing was looked at"
    assert [text for text in told if COMMAND_LINE.search(in_host_words(Exception(text)))] == []


def _texts(path: Path) -> list[str]:
    """What the module's error calls say, with a word in place of each value."""
    texts = []
    for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(call, ast.Call) or not ast.unparse(call.func).endswith("Error"):
            continue
        for argument in call.args:
            parts = argument.values if isinstance(argument, ast.JoinedStr) else [argument]
            words = [
                part.value
                if isinstance(part, ast.Constant) and isinstance(part.value, str)
                else "5"
                for part in parts
            ]
            texts.append("".join(words))
    return texts
