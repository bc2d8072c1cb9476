"""How the threads that nets and pictures are computed on wait for each other: asleep, not spinning.

A net or a fill is thousands of short parallel steps, and after each the threads meet. OpenMP's own
choice is to spin meanwhile. That saves microseconds on an idle computer; where another program is
busy, a thread spins on the very processor that the one it waits for needs, and a fill of ten
seconds takes minutes. The variable is the OpenMP specification's, so it serves GNU's, LLVM's and
Intel's runtimes alike (https://www.openmp.org/spec-html/5.0/openmpse55.html); whichever PyTorch
brings reads it while it is loaded. OpenBLAS, which multiplies NumPy's matrices, has threads of its
own that know no such choice: there it is one thread, which is enough for the small matrices here.
"""

from __future__ import annotations

import os

WAIT_POLICY_VARIABLE = "OMP_WAIT_POLICY"
OPENBLAS_VARIABLE = "OPENBLAS_NUM_THREADS"


def wait_asleep() -> None:
    """Let waiting threads sleep, unless the user has chosen. Works only before torch and NumPy are
    imported; GOMP_SPINCOUNT and KMP_BLOCKTIME, where a user has set them, overrule it.
    """
    os.environ.setdefault(WAIT_POLICY_VARIABLE, "PASSIVE")
    os.environ.setdefault(OPENBLAS_VARIABLE, "1")
