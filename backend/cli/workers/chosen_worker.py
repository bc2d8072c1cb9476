"""Whether this process or the backend does a command's pictures.

A command that names no engine is to give the same file and the same success whatever else runs on
the computer. So a backend that runs is used unasked only where its result is the one of this
process and soon there, and this process takes over whenever something goes wrong with it. With
--via-backend, what was asked for is never replaced: the backend alone does the work, with what it
computes on, and its errors are the command's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, TypeVar

from ...compute.engine_wish import wished
from ...protocol.errors import ProtocolError
from ...protocol.process.connection_file import connection_file
from ..chosen_pack import ChosenPack
from ..console import Console
from ..options import BackendUse, CompleterOptions, PackOptions, StylistOptions
from .generation.generator import GenerateJob, Generator
from .stylist import Stylist, Stylized, StylizeJob
from .worker import RemoteWorker, Worker

if TYPE_CHECKING:
    from ...images.color.icc_profile import Floats
    from ...tasks.complete_run import Filled
    from .backend_link import BackendLink
    from .completer import CompleteJob, Completer

_Job = TypeVar("_Job")
_Made = TypeVar("_Made")


def choose_stylist(
    chosen: ChosenPack, options: StylistOptions, use: BackendUse, console: Console
) -> AbstractContextManager[Stylist]:
    """A Stylist for as long as it is needed. Raises DynamicStyleErrors."""

    def local() -> Stylist:
        from .local_stylist import LocalStylist

        return LocalStylist(chosen, options)

    def remote(link: BackendLink) -> RemoteWorker[StylizeJob, Stylized]:
        from .remote_stylist import RemoteStylist

        return RemoteStylist(chosen, options, link)

    if use is BackendUse.IF_RUNNING and options.alpha_map is not None:
        use = BackendUse.NEVER  # a map would travel in 8 bits
    return _worker(chosen, options.pack, use, console, local=local, remote=remote)


def choose_completer(
    chosen: ChosenPack, options: CompleterOptions, use: BackendUse, console: Console
) -> AbstractContextManager[Completer]:
    """A Completer, as choose_stylist."""

    def local() -> Completer:
        from .local_completer import LocalCompleter

        return LocalCompleter(chosen, options)

    def remote(link: BackendLink) -> RemoteWorker[CompleteJob, Filled]:
        from .remote_completer import RemoteCompleter

        return RemoteCompleter(chosen, options, link)

    return _worker(chosen, options.pack, use, console, local=local, remote=remote)


def choose_generator(
    chosen: ChosenPack, options: PackOptions, use: BackendUse, console: Console
) -> AbstractContextManager[Generator]:
    """A Generator, as choose_stylist."""

    def local() -> Generator:
        from .generation.local_generator import LocalGenerator

        return LocalGenerator(chosen, options)

    def remote(link: BackendLink) -> RemoteWorker[GenerateJob, Floats]:
        from .generation.remote_generator import RemoteGenerator

        return RemoteGenerator(chosen, link)

    return _worker(chosen, options, use, console, local=local, remote=remote)


@contextmanager
def _worker(
    chosen: ChosenPack,
    options: PackOptions,
    use: BackendUse,
    console: Console,
    *,
    local: Callable[[], Worker[_Job, _Made]],
    remote: Callable[[BackendLink], RemoteWorker[_Job, _Made]],
) -> Iterator[Worker[_Job, _Made]]:
    if use is BackendUse.NEVER or (use is BackendUse.IF_RUNNING and not _may_be_running()):
        yield local()
        return

    from .backend_first import BackendFirst
    from .backend_link import (
        BackendLink,
        check_startable,
        find_backend,
        is_installed,
        start_backend,
    )

    if use is BackendUse.ALWAYS:
        check_startable(chosen, options)
        with start_backend(options.wish, console) as started:
            yield remote(BackendLink(started, chosen, is_patient=True))
        return
    client = None
    if options.wish == wished(None, None) and is_installed(chosen):
        client = find_backend(options.wish, console)
    if client is None:
        yield local()
        return
    with client:
        link = BackendLink(client, chosen, is_patient=False)
        yield BackendFirst(remote(link), local, console)


def _may_be_running() -> bool:
    """Whether a backend has left word of itself; what speaks to one is loaded only then."""
    try:
        return connection_file().exists()
    except (ProtocolError, OSError):  # there is no folder for it, or none that may be looked into
        return False
