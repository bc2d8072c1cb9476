"""Marks for tests that one root is enough for; all others run in both.

    pytestmark = ON_TORCH                  # needs what the light backend has not
    @IN_FORKY                              # the same in any Debian, or with any GIMP 3

What depends on a host's version runs in both roots. What does not is shared out between them, so
that the two, which CI runs side by side, take about as long.
"""

from __future__ import annotations

import pytest

from .debian.roots import LIGHT_SUITES, SUITES

TRIXIE, FORKY = SUITES
IN_TRIXIE, IN_FORKY = (pytest.mark.one_root(suite) for suite in SUITES)
(ON_LIGHT,) = (pytest.mark.one_root(suite) for suite in LIGHT_SUITES)
(ON_TORCH,) = (pytest.mark.one_root(suite) for suite in SUITES if suite not in LIGHT_SUITES)


def is_wanted(item: pytest.Item) -> bool:
    """Whether a test that is to run in a root is meant for that one."""
    mark = item.get_closest_marker("one_root")
    callspec = getattr(item, "callspec", None)
    return mark is None or callspec is None or callspec.params["root"] in mark.args
