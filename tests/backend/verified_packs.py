"""Packs verified and installed as the program does it, with the engine that runs here."""

from __future__ import annotations

from functools import partial

from dynamic_style.backend.compute.golden_run import make_golden_run
from dynamic_style.backend.packs import install, reader

verify_pack = partial(reader.verify_pack, make_run=make_golden_run)
install_pack = partial(install.install_pack, make_run=make_golden_run)
