"""What pictures show, by name: the attributes that a task asks for or wants none of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..errors import DatasetError

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Labels:
    """where: they come from, for messages. columns: for each attribute, whether each picture has
    it, (N,).
    """

    where: str
    columns: Mapping[str, Flags]

    def column(self, name: str) -> Flags:
        """Raises DatasetError for an attribute that is not there."""
        if name not in self.columns:
            raise DatasetError(
                f"'{self.where}' has no attribute '{name}'; it has {', '.join(self.columns)}"
            )
        return self.columns[name]

    def choose(self, required: Sequence[str], excluded: Sequence[str]) -> Flags:
        """(N,): which pictures have all of the required attributes and none of the excluded ones.
        Raises DatasetError for one that is not there.
        """
        found: Flags = np.ones(len(next(iter(self.columns.values()))), np.bool_)
        for name in required:
            found = found & self.column(name)
        for name in excluded:
            found = found & ~self.column(name)
        return found
