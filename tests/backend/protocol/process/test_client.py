"""What a host's worker sees of the backend: results, progress, cancelling, and every failure."""

from __future__ import annotations

import socket
from collections.abc import Iterable
from contextlib import closing

import pytest

from dynamic_style.backend.protocol.errors import (
    BusyError,
    DynamicStyleError,
    JobCancelledError,
    MalformedError,
    PackNotFoundError,
    SessionError,
)
from dynamic_style.backend.protocol.messages import (
    Cancel,
    Done,
    Failure,
    Hello,
    InstallPack,
    Lease,
    PackInstalled,
    Packs,
    Progress,
    Reply,
    Request,
    Result,
    Stats,
    StylizeRun,
    VerifyPack,
)
from dynamic_style.backend.protocol.process.client import Client
from dynamic_style.backend.protocol.replies import failure_of

from ..answering import MakeBackend, MakeClient, negative, stylize, wait_for
from ..samples import ALL_REPLIES, full_run, pack_entry, run
from ..transport.routers import Handler


def test_a_run_gives_progress_and_then_the_result(
    make_backend: MakeBackend, make_client: MakeClient
) -> None:
    backend = make_backend(stylize)
    *progress, result = make_client(backend.endpoint).run(full_run())
    assert [event.fraction for event in progress if isinstance(event, Progress)] == [0.0, 0.5]
    assert result == negative(full_run())
    assert backend.requests == [Hello("test 1.0", "0.1.0"), full_run()]
    assert backend.dropped == []


def test_one_client_makes_many_requests_in_one_session(
    make_backend: MakeBackend, make_client: MakeClient
) -> None:
    backend = make_backend(stylize)
    client = make_client(backend.endpoint)
    for i in range(5):
        assert isinstance(list(client.run(run(f"job-{i}")))[-1], Result)
    assert len(backend.requests_of(Hello)) == 1


def test_every_other_request_gives_its_reply(
    make_backend: MakeBackend, make_client: MakeClient
) -> None:
    samples = {type(reply): reply for reply in ALL_REPLIES}
    answers = {
        "list_packs": samples[Packs],
        "get_stats": samples[Stats],
        "install_pack": PackInstalled(pack_entry()),
    }
    backend = make_backend(lambda request: [answers.get(request.type, Done())])
    client = make_client(backend.endpoint)
    assert client.hello().device == "cpu"
    assert client.packs() == samples[Packs]
    assert client.stats() == samples[Stats]
    assert client.install_pack("/tmp/wave.dynpack", replace=True) == pack_entry()
    client.verify_pack("wave")
    client.remove_pack("wave")
    client.cancel("job-1")
    client.keep_alive()
    client.shutdown()
    assert backend.requests_of(InstallPack) == [InstallPack("/tmp/wave.dynpack", True)]
    assert backend.requests_of(VerifyPack) == [VerifyPack("wave")]
    assert backend.requests_of(Lease) == [Lease(60.0)]


@pytest.mark.parametrize(
    ("failure", "error"),
    [
        (Failure("job-1", "pack.not_found", "pack 'x': not here"), PackNotFoundError),
        (Failure(None, "protocol.busy", "the queue is full"), BusyError),
        (Failure("job-1", "device.of.tomorrow", "no such thing yet"), DynamicStyleError),
        (Failure("job-1", "never.heard.of", "odd"), DynamicStyleError),
    ],
)
def test_a_failure_is_raised_as_the_error_it_names(
    make_backend: MakeBackend,
    make_client: MakeClient,
    failure: Failure,
    error: type[DynamicStyleError],
) -> None:
    backend = make_backend(lambda _: [failure])
    client = make_client(backend.endpoint)
    with pytest.raises(error, match=failure.message):
        list(client.run(run()))
    with pytest.raises(error, match=failure.message):
        client.packs()


def until_cancelled(request: Request) -> Iterable[Reply]:
    """What a backend does whose jobs never end by themselves."""
    if isinstance(request, StylizeRun):
        yield Progress(request.job, 0.1, "painting")
    elif isinstance(request, Cancel):
        yield failure_of(JobCancelledError("taken back"), job=request.job)
        yield Done()


def test_a_flag_cancels_a_run(make_backend: MakeBackend, make_client: MakeClient) -> None:
    backend = make_backend(until_cancelled)
    client = make_client(backend.endpoint)
    is_cancelled: list[bool] = []
    events = client.run(run(), should_cancel=lambda: bool(is_cancelled))
    assert next(events) == Progress("job-1", 0.1, "painting")
    assert backend.requests_of(Cancel) == []
    is_cancelled.append(True)
    with pytest.raises(JobCancelledError, match="taken back"):
        next(events)
    assert backend.requests_of(Cancel) == [Cancel("job-1")]


def test_cancelling_in_the_loop_ends_the_run(
    make_backend: MakeBackend, make_client: MakeClient
) -> None:
    client = make_client(make_backend(until_cancelled).endpoint)
    events = client.run(run())
    next(events)
    client.cancel("job-1")
    with pytest.raises(JobCancelledError):
        next(events)


def test_cancel_between_two_events_keeps_the_events(
    make_backend: MakeBackend, make_client: MakeClient
) -> None:
    backend = make_backend(stylize)
    client = make_client(backend.endpoint)
    events = client.run(run())
    assert isinstance(next(events), Progress)
    client.cancel("job-1")  # its answer comes after those to the run, which must not be lost
    assert [type(event) for event in events] == [Progress, Result]
    assert backend.requests[-1] == Cancel("job-1")


def test_leaving_the_loop_takes_the_job_back(
    make_backend: MakeBackend, make_client: MakeClient
) -> None:
    backend = make_backend(stylize)
    client = make_client(backend.endpoint)
    for _event in client.run(run("left")):
        break
    wait_for(lambda: Cancel("left") in backend.requests)
    assert isinstance(list(client.run(run("next")))[-1], Result)


def test_a_finished_job_is_not_taken_back(
    make_backend: MakeBackend, make_client: MakeClient
) -> None:
    backend = make_backend(stylize)
    client = make_client(backend.endpoint)
    for event in client.run(run(), should_cancel=lambda: False):
        if isinstance(event, Result):
            break
    assert client.preview(run("p", preview_stream="doc")) is not None
    client.keep_alive()
    assert backend.requests_of(Cancel) == []


def test_a_preview_gives_its_result(make_backend: MakeBackend, make_client: MakeClient) -> None:
    client = make_client(make_backend(stylize).endpoint)
    request = run(preview_stream="doc")
    assert client.preview(request) == negative(request)


def test_a_stale_preview_is_left_for_the_newer_one(
    make_backend: MakeBackend, make_client: MakeClient
) -> None:
    def handler(request: Request) -> Iterable[Reply]:
        if isinstance(request, StylizeRun):
            return [negative(request)] if request.job == "new" else []
        return [Done()]

    backend = make_backend(handler)
    client = make_client(backend.endpoint)
    assert client.preview(run("old", preview_stream="doc"), is_stale=lambda: True) is None
    newer = run("new", preview_stream="doc")
    assert client.preview(newer) == negative(newer)
    assert Cancel("old") in backend.requests


def test_a_preview_needs_a_stream(pure_client: MakeClient) -> None:
    with pytest.raises(MalformedError, match="preview_stream"):
        pure_client("tcp://127.0.0.1:9").preview(run())


def ending(error: DynamicStyleError, *first: str) -> Handler:
    """A backend that is told to end when a request arrives, after progress in these stages."""

    def handler(request: Request) -> Iterable[Reply]:
        job = request.job if isinstance(request, StylizeRun) else None
        for stage in first:
            yield Progress(str(job), 0.0, stage)
        yield failure_of(error, job=job)

    return handler


ENDED = JobCancelledError("the backend was told to shut down")


@pytest.mark.parametrize("error", [ENDED, SessionError("say hello")], ids=["cancelled", "session"])
def test_what_an_ending_backend_has_not_begun_is_asked_of_the_next(
    error: DynamicStyleError, make_backend: MakeBackend, make_client: MakeClient
) -> None:
    old, new = make_backend(ending(error, "waiting")), make_backend(stylize)
    client = make_client(old.endpoint)
    client.find_again = lambda: make_client(new.endpoint)
    assert list(client.run(run("one")))[-1] == negative(run("one"))
    client.preview(run("two", preview_stream="s"))
    assert [request.job for request in new.requests_of(StylizeRun)] == ["one", "two"]


def test_a_connection_that_breaks_before_an_answer_is_found_again(
    make_backend: MakeBackend, pure_client: MakeClient
) -> None:
    new = make_backend(stylize)
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        port = server.getsockname()[1]
    client = pure_client(f"tcp://127.0.0.1:{port}")
    client.find_again = lambda: pure_client(new.endpoint)
    assert isinstance(list(client.run(run("one")))[-1], Result)


def test_what_was_begun_taken_back_or_changes_something_is_not_asked_twice(
    make_backend: MakeBackend, make_client: MakeClient
) -> None:
    new = make_backend(stylize)

    def client_of(handler: Handler) -> Client:
        client = make_client(make_backend(handler).endpoint)
        client.find_again = lambda: make_client(new.endpoint)
        return client

    with pytest.raises(JobCancelledError):
        list(client_of(ending(ENDED, "painting")).run(run()))
    with pytest.raises(JobCancelledError):
        client_of(ending(ENDED)).install_pack("/a.dynpack")
    with pytest.raises(JobCancelledError):
        events = client_of(until_cancelled).run(run(), should_cancel=lambda: True)
        list(events)
    assert new.requests == []
