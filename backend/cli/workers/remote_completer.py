"""Filling holes in the backend's process, with the result that this process would have made."""

from __future__ import annotations

import secrets

import numpy as np

from ...compute.engine import StageDone
from ...images.color.icc_profile import Floats, to_srgb
from ...images.picture import as_floats, as_samples, visible_colors
from ...protocol.errors import MaskError
from ...protocol.messages import CompleteRun, Mask
from ...tasks.complete_run import Filled
from ...tasks.completion import check_mask
from ...tasks.inpainting.holes import find_blobs, grow_and_feather
from ..chosen_pack import ChosenPack
from ..options import CompleterOptions
from .backend_link import BackendLink
from .completer import CompleteJob
from .travel import fits, has_8_bits, to_pixels, to_values
from .worker import BACKEND

MOST_UNASKED_PX = 1 << 16  # of a hole: a few seconds on most CPUs


class RemoteCompleter:
    """A Completer of the backend's process."""

    computed_by = BACKEND

    def __init__(self, chosen: ChosenPack, options: CompleterOptions, link: BackendLink) -> None:
        self._chosen = chosen
        self._options = options
        self._link = link
        self.device = link.device
        self.pack_sha256 = link.pack_sha256

    def may_do_unasked(self, job: CompleteJob) -> bool:
        """Not with a mask of more than 8 bits, and not if the backend would see other colours where
        the picture is transparent.
        """
        hole = grow_and_feather(job.weights, grow_px=self._options.grow_px, feather_px=0) > 0
        if int(hole.sum()) > MOST_UNASKED_PX:
            return False
        if not fits(job.picture.size, 4, self._link.limits) or not has_8_bits(job.weights):
            return False
        sent = _open_values(job)
        if sent.shape[2] == 3:
            return True
        seen = visible_colors(sent[..., :3], job.picture.metadata.alpha)
        return bool((seen == job.picture.colors).all())

    def do(self, job: CompleteJob, on_stage: StageDone | None = None) -> Filled:
        """Errors as a LocalCompleter's, and ProtocolErrors."""
        picture, options = job.picture, self._options
        try:
            check_mask(job.weights, picture.size)
        except MaskError as error:
            raise MaskError(f"{job.name}: {error}") from error
        sent = _open_values(job)
        is_8_bits = picture.metadata.bit_depth == 8 and picture.metadata.profile is None
        weights = as_floats(as_samples(job.weights, 8))
        request = CompleteRun(
            job=secrets.token_hex(8),
            pack=self._chosen.manifest.id,
            pack_sha256=self.pack_sha256,
            dials=self._chosen.dials(),
            pixels=to_pixels(sent, in_8_bits=is_8_bits and sent.shape[2] == 3 and has_8_bits(sent)),
            mask=Mask(to_pixels(weights[..., None], in_8_bits=True), "selection"),
            grow_px=options.grow_px,
            feather_px=options.feather_px,
            seed=options.seed,
        )
        made = to_values(self._link.ask(request, on_stage, name=job.name))
        hole = grow_and_feather(weights, grow_px=options.grow_px, feather_px=options.feather_px)
        changed = hole > 0
        image = np.where(changed[..., None], made[..., :3], picture.colors)
        holes = sum(blob.count for blob in find_blobs(changed))
        return Filled(image, made[..., 3] if made.shape[2] == 4 else None, changed, holes)


def _open_values(job: CompleteJob) -> Floats:
    """What is sent: (H, W, 3), or with an alpha that hides something (H, W, 4) with the colours
    under it, since the backend covers them by itself.
    """
    picture = job.picture
    alpha = picture.metadata.alpha
    if alpha is None or bool((alpha == np.iinfo(alpha.dtype).max).all()):
        return picture.colors
    colors = picture.colors
    if job.samples is not None:
        colors = to_srgb(job.samples[..., :3], picture.metadata.profile)
    return np.concatenate([colors, as_floats(alpha)[..., None]], axis=2)
