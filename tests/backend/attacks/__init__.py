"""Hostile and broken packs, made by code so that no such file has to be stored."""

from __future__ import annotations

from .archives import ARCHIVES
from .attack import Attack
from .folders import FOLDERS
from .manifests import MANIFESTS
from .payloads import PAYLOADS

ATTACKS = (*ARCHIVES, *FOLDERS, *MANIFESTS, *PAYLOADS)

__all__ = ["ATTACKS", "Attack"]
