"""The bounded cache of activations."""

from __future__ import annotations

import torch

from dynamic_style.backend.nets.alpha import Alpha
from dynamic_style.backend.nets.dynamic_net import DynamicNet
from dynamic_style.backend.nets.incremental_run import IncrementalRun
from dynamic_style.backend.server.preview_cache import ActivationCache, CacheKey


def fill(cache: ActivationCache, net: DynamicNet, name: str, *, pack: str = "p") -> IncrementalRun:
    """Run the picture `name` through the cache, as a preview does."""
    key = CacheKey(pack, name.encode(), (16, 16))
    replay = cache.get(key, lambda: IncrementalRun(net, torch.rand(1, 3, 16, 16)))
    with torch.inference_mode():
        replay.run({"strength": Alpha((0.5,))})
    cache.settle()
    return replay


def test_the_least_recently_used_go_first_and_the_bound_is_kept(tiny_net: DynamicNet) -> None:
    cache = ActivationCache(budget_bytes=1 << 30)
    size = fill(cache, tiny_net, "a").bytes
    assert cache.bytes == size
    cache.budget_bytes = 2 * size
    fill(cache, tiny_net, "b")
    a = fill(cache, tiny_net, "a")
    fill(cache, tiny_net, "c")  # drops b
    assert cache.bytes == 2 * size
    assert fill(cache, tiny_net, "a") is a
    assert (cache.hits, cache.misses) == (2, 3)
    fill(cache, tiny_net, "b")
    assert cache.misses == 4


def test_what_is_larger_than_the_bound_is_not_kept(tiny_net: DynamicNet) -> None:
    cache = ActivationCache(budget_bytes=100)
    fill(cache, tiny_net, "a")
    assert (len(cache), cache.bytes) == (0, 0)


def test_a_packs_pictures_are_forgotten_with_it(tiny_net: DynamicNet) -> None:
    cache = ActivationCache(budget_bytes=1 << 30)
    fill(cache, tiny_net, "a", pack="p")
    kept = fill(cache, tiny_net, "a", pack="q")
    cache.drop_pack("p")
    assert cache.bytes == kept.bytes
    cache.clear()
    assert (len(cache), cache.bytes) == (0, 0)
