"""Many equal jobs over Ray's workers: each opens what it needs once, and does one job after the
other. What a worker that dies was at is done anew by another.

Ray reports nothing home: its usage statistics are off, as is its dashboard.
"""

from __future__ import annotations

import importlib
import logging
import os
import pickle
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from ...protocol.errors import BackendError, UsageError
from .options import ClusterOptions

_Item = TypeVar("_Item")
_Outcome = TypeVar("_Outcome")

CONNECT_S = 10.0
BLOCK_ITEMS = 100  # at most in one piece of work, which is what is done anew
BLOCKS_PER_WORKER = 16  # at least, where there are as many items, so that all end together
_QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_DATA_DISABLE_PROGRESS_BARS": "1",
    "RAY_DATA_LOG_LEVEL": "ERROR",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",  # workers without a GPU keep their variables
    "RAY_BACKEND_LOG_LEVEL": "fatal",  # of its processes, which keep logs of their own
}

Do = Callable[[_Item], _Outcome]


def over_workers(
    open_worker: Callable[[int], Callable[[_Item], _Outcome]],
    items: Sequence[_Item],
    options: ClusterOptions,
) -> Iterator[tuple[int, _Outcome]]:
    """Position and outcome of each item, in the order in which they are done. open_worker: called
    once in each worker, with the number of processors that it has; what it returns does an item,
    and must not raise for what is wrong with one. All of it has to be picklable.

    Raises UsageError without Ray, BackendError where the cluster cannot be had or gives up.
    """
    ray = _import_ray()
    with _cluster(ray, options) as (workers, resources):
        blocks = min(len(items), max(BLOCKS_PER_WORKER * workers, len(items) // BLOCK_ITEMS))
        rows = [{"index": i, "item": pickle.dumps(item)} for i, item in enumerate(items)]
        data = ray.data.from_items(rows, override_num_blocks=max(1, blocks)).map_batches(
            _RayWorker,
            fn_constructor_args=(pickle.dumps(open_worker), int(resources.get("num_cpus", 1))),
            batch_size=1,
            compute=ray.data.ActorPoolStrategy(size=workers),
            **resources,
        )
        try:
            for row in data.iter_rows():
                yield int(row["index"]), pickle.loads(row["outcome"])
        except ray.exceptions.RayError as error:
            raise BackendError(
                f"Ray's workers could not go on: {_last_line(error)}; see that each machine has "
                "this version of Dynamic Style and the pack, and reads and writes the same folders"
            ) from error


class _RayWorker:
    """Ray makes one in each worker."""

    def __init__(self, open_worker: bytes, processors: int) -> None:
        self._do = pickle.loads(open_worker)(processors)

    def __call__(self, batch: dict[str, Any]) -> dict[str, Any]:
        outcomes = [pickle.dumps(self._do(pickle.loads(item))) for item in batch["item"]]
        return {"index": batch["index"], "outcome": outcomes}


def _import_ray() -> Any:
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"  # whatever else is set
    logging.getLogger("ray").setLevel(logging.ERROR)
    try:
        ray = importlib.import_module("ray")
        importlib.import_module("ray.data")
    except ImportError as error:
        raise UsageError(
            "--on ray needs Ray, which is not installed; pip install 'dynamic-style[ray]'"
        ) from error
    return ray


@contextmanager
def _cluster(ray: Any, options: ClusterOptions) -> Iterator[tuple[int, dict[str, float]]]:
    """How many workers there are to be, and what each of them takes."""
    if options.address is not None:
        _check_address(options.address)
    try:
        ray.init(
            address=options.address,
            logging_level=logging.ERROR,
            log_to_driver=False,
            configure_logging=False,
            **({} if options.address else {"include_dashboard": False}),
        )
    except (ConnectionError, RuntimeError, ValueError, OSError) as error:
        raise _no_cluster(options.address or "of this machine", _last_line(error)) from error
    try:
        context = ray.data.DataContext.get_current()
        context.enable_progress_bars = False
        context.print_on_execution_start = False
        nodes = [node["Resources"] for node in ray.nodes() if node["Alive"]]
        yield _share(nodes, options.workers)
    finally:
        ray.shutdown()


def _check_address(address: str) -> None:
    """Ray itself would wait for minutes. Raises UsageError, BackendError."""
    host, _, port = address.rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) < 1 << 16:
        raise UsageError(f"--address {address!r}: give HOST:PORT, such as 10.0.0.5:6379")
    try:
        socket.create_connection((host.strip("[]"), int(port)), CONNECT_S).close()
    except OSError as error:
        raise _no_cluster(address, str(error.strerror or error)) from error


def _no_cluster(where: str, why: str) -> BackendError:
    return BackendError(
        f"Ray's cluster {where} cannot be had ({why}); start it by `ray start --head`, and name "
        "its address"
    )


def _share(nodes: Sequence[dict[str, float]], wanted: int | None) -> tuple[int, dict[str, float]]:
    """A GPU for each worker where there are some; else the machines' processors, evenly."""
    gpus = int(sum(node.get("GPU", 0) for node in nodes))
    if gpus:
        workers = wanted or gpus
        return workers, {"num_gpus": min(1.0, gpus / workers)}
    machines = [int(node.get("CPU", 0)) for node in nodes if node.get("CPU", 0) >= 1]
    workers = wanted or max(1, len(machines))
    on_each = -(-workers // max(1, len(machines)))
    return workers, {"num_cpus": max(1, min(machines, default=1) // on_each)}


def _last_line(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1] if lines else type(error).__name__
