"""What commands see of whoever computes: a picture in, a picture out. No engine here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from ...compute.engine import StageDone

BACKEND = "backend"
THIS_PROCESS = "this process"

Job = TypeVar("Job", contravariant=True)
Made = TypeVar("Made", covariant=True)


class Worker(Protocol[Job, Made]):
    """A pack with its dials set, ready for pictures from its creation on."""

    @property
    def device(self) -> str:
        """What computes, for people."""

    @property
    def pack_sha256(self) -> str:
        """Of the pack's pack.json."""

    @property
    def computed_by(self) -> str:
        """BACKEND or THIS_PROCESS: of the last picture, and before the first of that one."""

    def do(self, job: Job, on_stage: StageDone | None = None) -> Made:
        """One picture. on_stage(done, total) may raise to stop. Raises DynamicStyleErrors."""


class RemoteWorker(Worker[Job, Made], Protocol[Job, Made]):
    """A Worker of the backend's process."""

    def may_do_unasked(self, job: Job) -> bool:
        """Whether all of a job reaches the backend as it is here, so that the result is the one
        that this process would make, bit for bit; and whether it is short: the previews of Krita
        and GIMP wait for it, and beside a long one the start that is saved is nothing.
        """
