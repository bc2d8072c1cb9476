"""The thread that answers for packs, and what no pack can be made to do on cue."""

from __future__ import annotations

import errno
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from dynamic_style.backend.protocol.codec import Address
from dynamic_style.backend.protocol.errors import BackendError, DeviceError, PackArchiveError
from dynamic_style.backend.protocol.messages import (
    Done,
    Failure,
    InstallPack,
    ListPacks,
    Packs,
    RemovePack,
    Reply,
    VerifyPack,
)
from dynamic_style.backend.server import pack_requests
from dynamic_style.backend.server.pack_requests import PackDesk
from dynamic_style.backend.server.transport.reply_queue import Answers, ReplyAddress

from ..servers import ticks

REPLY_TO = ReplyAddress(b"peer", Address(b"c" * 16, b"s" * 16, 1))


@pytest.fixture
def answers() -> Iterator[Answers]:
    answers = Answers()
    yield answers
    answers.close()


@pytest.fixture
def desk(answers: Answers) -> Iterator[PackDesk]:
    desk = PackDesk(answers)
    desk.start()
    yield desk
    assert desk.close(timeout_s=10)


def next_reply(answers: Answers) -> Reply:
    for _ in ticks(10):
        taken = answers.take()
        if taken is not None:
            return taken[1]
    raise AssertionError("no answer")


def test_packs_are_told_in_the_users_language(desk: PackDesk, answers: Answers) -> None:
    def ask(*languages: str) -> tuple[str, str]:
        desk.submit(REPLY_TO, ListPacks(languages))
        reply = next_reply(answers)
        assert isinstance(reply, Packs)
        (scream,) = [pack for pack in reply.packs if pack.id == "the-scream"]
        return scream.title, scream.dials[0].label_high

    assert ask() == ("The Scream", "strong")
    assert ask("tlh", "de_CH", "fr") == ("Der Schrei", "stark")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (OSError(22, "Invalid argument"), BackendError.code),
        (MemoryError(), DeviceError.code),
        (RuntimeError("could not create a primitive"), DeviceError.code),
        (SystemExit(1), BackendError.code),
    ],
)
def test_whatever_goes_wrong_is_answered_and_so_is_the_next_request(
    desk: PackDesk,
    answers: Answers,
    monkeypatch: pytest.MonkeyPatch,
    error: BaseException,
    code: str,
) -> None:
    threads = []

    def answer(request: VerifyPack | RemovePack) -> Reply:
        threads.append(threading.current_thread())
        if isinstance(request, VerifyPack):
            raise error
        return Done()

    monkeypatch.setattr(pack_requests, "answer", answer)
    desk.submit(REPLY_TO, VerifyPack("one"))
    reply = next_reply(answers)
    assert isinstance(reply, Failure)
    assert reply.code == code
    desk.submit(REPLY_TO, RemovePack("another"))
    assert isinstance(next_reply(answers), Done)
    # oneDNN makes no code any more in a thread that once had no memory for it
    assert (threads[0] is threads[1]) == (code != DeviceError.code)
    for _ in ticks(10):
        if not desk.is_busy:
            return
    raise AssertionError("it says that it is busy, so the backend would never end")


def test_too_many_open_files_are_told(
    desk: PackDesk, answers: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answer(request: VerifyPack) -> Reply:
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr(pack_requests, "answer", answer)
    desk.submit(REPLY_TO, VerifyPack("one"))
    reply = next_reply(answers)
    assert isinstance(reply, Failure)
    assert "too many files" in reply.message
    assert "close programs" in reply.message


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="a file of Linux")
def test_a_file_without_an_end_is_no_archive(desk: PackDesk, answers: Answers) -> None:
    desk.submit(REPLY_TO, InstallPack("/proc/self/mem", replace=False))
    reply = next_reply(answers)
    assert isinstance(reply, Failure)
    assert reply.code == PackArchiveError.code
    assert "cannot be read" in reply.message
