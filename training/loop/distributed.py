"""Processes of one run: alone, or one of several started by torchrun."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import torch
import torch.distributed as dist

from dynamic_style.backend.protocol.errors import DeviceError

TIMEOUT = timedelta(minutes=10)  # a rank that hangs ends the run instead of waiting for ever


@dataclass(frozen=True)
class Process:
    """This process's place in the run and its device."""

    rank: int
    world: int
    device: torch.device

    @property
    def is_first(self) -> bool:
        return self.rank == 0

    @property
    def is_distributed(self) -> bool:
        return self.world > 1


def choose_device(name: str) -> torch.device:
    """name: auto, cpu or cuda. Raises DeviceError for cuda without a GPU."""
    cuda = torch.cuda.is_available()
    if name == "cuda" and not cuda:
        raise DeviceError("device 'cuda' asked for, but no usable GPU was found; use --device cpu")
    return torch.device("cuda" if cuda and name != "cpu" else "cpu")


@contextmanager
def join_run(device_name: str) -> Iterator[Process]:
    """device_name: auto, cpu or cuda. Under torchrun, joins its process group, then leaves it.

    Raises DeviceError for cuda without a GPU, and where torchrun's variables are none of its own.
    """
    on_gpu = choose_device(device_name).type == "cuda"
    world, rank, local = _place("WORLD_SIZE", 1), _place("RANK", 0), _place("LOCAL_RANK", 0)
    device = torch.device("cuda", local) if on_gpu else torch.device("cpu")
    if world == 1:
        yield Process(0, 1, device)
        return
    if on_gpu:
        torch.cuda.set_device(device)
    dist.init_process_group("nccl" if on_gpu else "gloo", timeout=TIMEOUT)
    try:
        yield Process(rank, world, device)
    finally:
        dist.destroy_process_group()


def all_agree(process: Process, verdict: bool) -> bool:
    """Whether all processes say yes. To be called by each of them."""
    if not process.is_distributed:
        return verdict
    votes = torch.tensor(float(verdict), device=process.device)
    dist.all_reduce(votes, dist.ReduceOp.MIN)
    return bool(votes)


def share_buffers(net: torch.nn.Module) -> None:
    """Give the net the first process's buffers: running statistics of batch norms differ by what
    each process has seen. To be called by each of them.
    """
    if dist.is_available() and dist.is_initialized():
        for buffer in net.buffers():
            dist.broadcast(buffer, 0)


def average_gradients(parameters: Iterable[torch.nn.Parameter]) -> None:
    """Replace each gradient by its mean over the run's processes. To be called by each of them.

    Not DistributedDataParallel: its reducer keeps the process group for ever, so gloo's threads
    outlive destroy_process_group, and now and then one aborts the process at the interpreter's end.
    """
    if not (dist.is_available() and dist.is_initialized()):
        return
    gradients = [parameter.grad for parameter in parameters if parameter.grad is not None]
    together = torch.cat([gradient.flatten() for gradient in gradients])
    dist.all_reduce(together)
    together /= dist.get_world_size()
    means = torch.split(together, [gradient.numel() for gradient in gradients])
    for gradient, mean in zip(gradients, means, strict=True):
        gradient.copy_(mean.view(gradient.shape))


def _place(variable: str, alone: int) -> int:
    """alone: where torchrun has started nothing."""
    said = os.environ.get(variable, "")
    if said and not (said.isascii() and said.isdecimal()):
        raise DeviceError(
            f"{variable} is {said!r}, which is no number of torchrun's; unset it, or start this by "
            "torchrun"
        )
    return int(said or alone)
