"""What the backend says in English reaches a user in their own language."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dynamic_style.backend.compute.torch_engine import TorchNet
from dynamic_style.backend.images.limits import check_picture_fits
from dynamic_style.backend.nets.style_transfer_net import style_transfer_net
from dynamic_style.backend.packs import find_pack
from dynamic_style.backend.packs.remote import known_catalogs
from dynamic_style.backend.packs.remote.download import download
from dynamic_style.backend.plugin import translations
from dynamic_style.backend.plugin.errors.error_actions import message_for
from dynamic_style.backend.plugin.texts import number_texts
from dynamic_style.backend.protocol import errors
from dynamic_style.backend.protocol.deadline import Deadline
from dynamic_style.backend.protocol.process import launch, sandbox
from dynamic_style.backend.server.faults import name_error
from dynamic_style.backend.tasks.memory_budget import needs_strips, out_of_memory_advice

MEMORY = 2_000_000_000


@pytest.fixture(autouse=True)
def german(user_packs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("DYNAMIC_STYLE_CONFIG", str(tmp_path))
    translations.use_languages(["de"])
    number_texts.use_decimal_sign(",")
    yield
    translations.use_languages([])
    number_texts.use_decimal_sign("")


def work_large() -> None:
    net = TorchNet(style_transfer_net(16))
    needs_strips(net, working=(60_000, 90_000), full=(2000, 3000), memory=MEMORY)


def run_out_of_memory() -> None:
    advice = out_of_memory_advice((2048, 1024))
    raise errors.DeviceError(f"memory ran out while stylizing 40 x 30 pixels; {advice}")


def start_nothing(tmp_path: Path) -> None:
    """A Python that has no backend."""
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\necho 'No module named dynamic_style'\nexit 3\n")
    python.chmod(0o755)
    launch.connect_or_start(host="test", version="1", interpreter=python, timeout_s=20)


def go_wrong() -> None:
    raise name_error(KeyError("wave"), doing="stylizing")


def wait_in_vain() -> None:
    raise Deadline(10).error("no answer to list_packs from the backend")


@pytest.mark.parametrize(
    ("cause", "says"),
    [
        (work_large, "Mit 90000 x 60000 Pixeln zu arbeiten braucht etwa 436,1 GB"),
        (lambda: check_picture_fits((30_000, 20_000), MEMORY), "Ein Bild von 20000 x 30000"),
        (run_out_of_memory, "Der Arbeitsspeicher reichte nicht. Wählen Sie eine Arbeitsgröße"),
        (lambda: find_pack("sunflowers"), "das Paket „sunflowers“ ist nicht installiert; install"),
        (lambda: download("https://127.0.0.1:9/a.dynpack", limit=9), "https://127.0.0.1:9/a.dynpa"),
        (known_catalogs.open_all, "Es ist kein Paketkatalog bekannt"),
        (go_wrong, "Im Backend ist etwas Unerwartetes passiert (KeyError"),
        (wait_in_vain, "Das Backend antwortet nicht."),
    ],
    ids=["large", "picture", "memory", "pack", "network", "catalog", "fault", "silence"],
)
def test_what_is_shown_often_is_said_whole(cause: Callable[[], object], says: str) -> None:
    with pytest.raises(errors.DynamicStyleError) as raised:
        cause()
    told = message_for(raised.value)
    assert told.startswith(says)
    for english in (" takes ", " at hand", "not installed", "cannot be", " is known", " while "):
        assert english not in told


def test_sizes_are_written_as_the_locale_has_them() -> None:
    with pytest.raises(errors.ImageSizeError) as raised:
        work_large()
    told = message_for(raised.value)
    assert re.search(r"\d,\d GB", told) and not re.search(r"\d\.\d", told)


def test_a_backend_that_cannot_start_says_so_with_its_last_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DYNAMIC_STYLE_RUNTIME", str(tmp_path / "run"))
    with pytest.raises(errors.BackendError) as raised:
        start_nothing(tmp_path)
    assert message_for(raised.value) == (
        "Das Backend konnte nicht starten (exit code 3): No module named dynamic_style"
    )


def test_a_sandboxed_host_says_what_to_type(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    info = tmp_path / "flatpak-info"
    info.touch()
    monkeypatch.setattr(sandbox, "FLATPAK_INFO", info)
    monkeypatch.setenv("DYNAMIC_STYLE_RUNTIME", str(tmp_path / "run"))
    with pytest.raises(errors.SandboxError) as raised:
        launch.connect_or_start(host="test", version="1", timeout_s=20)
    told = message_for(raised.value)
    assert told.startswith("Dieses Programm läuft als Flatpak und darf das Backend nicht starten.")
    assert told.endswith(f"={tmp_path}/run dynamic-style serve")


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        (errors.PackFormatError, "Das ist kein Stilpaket"),
        (errors.PackIntegrityError, "beschädigt oder wurde verändert"),
        (errors.CatalogSignatureError, "mit keinem Schlüssel unterschrieben"),
        (errors.CatalogError, "Der Katalog kann nicht verwendet werden"),
        (errors.BusyError, "beschäftigt"),
    ],
)
def test_of_all_else_the_kind_is_said_and_its_own_words_stand_behind_that(
    kind: type[errors.DynamicStyleError], says: str
) -> None:
    told = message_for(kind("something of its own"))
    assert says in told and told.endswith(" (something of its own)")


@pytest.mark.parametrize("kind", [errors.UsageError, errors.AlphaError, errors.ImageWriteError])
def test_what_a_plug_in_says_itself_is_left_as_it_is(kind: type[errors.UsageError]) -> None:
    assert message_for(kind("Wählen Sie weniger aus.")) == "Wählen Sie weniger aus."


def test_english_stays_as_it_is() -> None:
    translations.use_languages(["en_GB", "de"])
    assert message_for(errors.BusyError("too many jobs; wait")) == "too many jobs; wait"
