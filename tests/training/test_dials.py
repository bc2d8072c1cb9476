"""What a dial's numbers mean once its training is over."""

from __future__ import annotations

import torch

from dynamic_style.backend.nets.alpha import Alpha
from dynamic_style.backend.nets.style_transfer_net import style_transfer_net
from dynamic_style.training.dials import set_full
from dynamic_style.training.settings import DialSettings


def test_a_dial_is_full_where_its_config_says() -> None:
    torch.manual_seed(1)
    net = style_transfer_net(2)
    for dial in ("whole", "halved"):
        net.add_dial(dial, taps=(), dual=False, zero_init=False)
    photo = torch.rand(1, 3, 16, 16)

    def paint(dial: str, alpha: float) -> torch.Tensor:
        with torch.no_grad():
            painted: torch.Tensor = net(photo, {dial: Alpha((alpha,))})
        return painted

    plain, half_way, whole = paint("halved", 0.0), paint("halved", 0.5), paint("whole", 1.0)
    words = {"title": "T", "label_low": "l", "label_high": "h", "learning_rate": 1e-3}
    settings = [
        DialSettings(id="whole", steps=1, default=0.0, **words),
        DialSettings(id="halved", steps=1, default=0.0, full_at=0.5, **words),
    ]

    set_full(net, settings)

    assert torch.allclose(paint("halved", 1.0), half_way, atol=1e-5)
    assert not torch.allclose(half_way, plain, atol=1e-3)
    assert torch.equal(paint("whole", 1.0), whole)
