"""The `photos` command: freely licensed photos to train on."""

from __future__ import annotations

import argparse

from ..photos.free_photos import gather_free_photos, list_free_photos
from .messages import print_note, print_result


def gather(options: argparse.Namespace) -> int:
    """Gather the photos of unpacked packages in a data root, or list them; the exit code."""
    if options.unpacked is None:
        for package in list_free_photos():
            count = len(package.train) + len(package.val)
            print_result(f"{package.name}: {count} photos, {package.licence}, {package.author}")
        return 0
    count = gather_free_photos(options.unpacked, options.data, note=print_note)
    print_result(f"{count} photos in {options.data / 'photos'}")
    return 0
