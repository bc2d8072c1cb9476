"""What a session promises: nothing gets out, nothing is left, and waits end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ..display import Display
from ..one_root import IN_TRIXIE
from .inside import InsideError, Session, wait_for
from .roots import Root

pytestmark = IN_TRIXIE


@pytest.fixture
def session(root: Root, tmp_path: Path) -> Iterator[Session]:
    with Session(root, home=tmp_path / "home", exchange=tmp_path / "exchange") as opened:
        yield opened


def test_a_person_sits_there_with_a_home_of_their_own(session: Session) -> None:
    told = session.run("sh", "-c", 'id -un; pwd; echo "$HOME"; echo hello > greeting').stdout
    assert told.split() == ["artist", "/home/artist", "/home/artist"]
    assert (session.home / "greeting").read_text() == "hello\n"


@pytest.mark.parametrize("folder", ["/", "/usr", "/etc", "/checkout", "/checkout/tests"])
def test_root_and_checkout_cannot_be_changed(session: Session, folder: str) -> None:
    assert session.run("touch", f"{folder}/new", check=False).returncode != 0


def test_files_go_both_ways(session: Session) -> None:
    (session.exchange / "question").write_text("6 * 7")
    session.run("sh", "-c", "echo $(($(cat /exchange/question))) > /exchange/answer")
    assert (session.exchange / "answer").read_text() == "42\n"


def test_there_is_no_network_but_the_machines_own(session: Session) -> None:
    code = (
        "import socket\n"
        "here = socket.create_server(('127.0.0.1', 0))\n"
        "socket.create_connection(here.getsockname()).close()\n"
        "try:\n"
        "    socket.create_connection(('192.0.2.1', 80), 5)\n"
        "except OSError as error:\n"
        "    print(error.strerror)\n"
    )
    assert session.run("python3", "-c", code).stdout == "Network is unreachable\n"


def test_what_fails_or_lasts_too_long_is_an_error_with_its_output(session: Session) -> None:
    with pytest.raises(InsideError, match=r"exit code 3\nout\nerr"):
        session.run("sh", "-c", "echo out; echo err >&2; exit 3")
    with pytest.raises(InsideError, match=r"stopped after 0.2 s\nbefore"):
        session.run("sh", "-c", "echo before; sleep 100", timeout_s=0.2)


def test_nobody_waits_for_what_has_ended(session: Session) -> None:
    started = session.start("sh", "-c", "echo no display; exit 4", log="openbox.log")
    with pytest.raises(InsideError, match=r"windows: .*exit code 4\nno display"):
        wait_for("it manages the windows", lambda: False, timeout_s=100, by=started)


def test_a_screen_takes_whoever_comes_while_another_lets_go(session: Session) -> None:
    """An X server that nobody uses any more starts anew, unless it is told not to."""
    Display(session, output=session.exchange)
    for started in session.processes("openbox"):
        started.kill()
    ask = "for i in $(seq 100); do xprop -root _NET_WM_NAME >/dev/null || exit 1; done"
    session.run("sh", "-c", f"({ask}) & first=$!; {ask}; wait $first")


def test_there_are_terminals_and_ctrl_c_works(session: Session) -> None:
    code = (
        "import os, signal, tty\n"
        "print(os.isatty(os.openpty()[1]))\n"
        "print(signal.getsignal(signal.SIGINT) is signal.default_int_handler)\n"
    )
    assert session.run("python3", "-c", code).stdout == "True\nTrue\n"


def test_closing_ends_even_what_has_detached_itself(root: Root, tmp_path: Path) -> None:
    mounted = Path("/proc/self/mounts").read_text()
    with Session(root, home=tmp_path / "home", exchange=tmp_path / "exchange") as session:
        started = session.start("sleep", "1000", log="sleep.log")
        session.run("sh", "-c", "setsid sleep 2000 >/dev/null 2>&1 &")
        wait_for("both run", lambda: len(session.processes("sleep")) == 2, timeout_s=10)
        left = [Path(f"/proc/{each.outer_pid}") for each in session.processes("sleep")]
    assert [path for path in left if path.exists()] == []
    assert started.exit_code is not None
    assert Path("/proc/self/mounts").read_text() == mounted


def test_a_killed_process_is_gone_and_not_a_zombie(session: Session) -> None:
    session.run("sh", "-c", "setsid sleep 2000 >/dev/null 2>&1 &")
    wait_for("it runs", lambda: session.processes("sleep 2000"), timeout_s=10)
    (process,) = session.processes("sleep 2000")
    process.kill()
    wait_for("it is gone", lambda: not session.processes("sleep"), timeout_s=10)
    assert session.run("test", "-e", f"/proc/{process.pid}", check=False).returncode == 1
