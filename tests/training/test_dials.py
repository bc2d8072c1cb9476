"""What a dial's numbers mean once its training is over, and dials that there cannot be."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from dynamic_style.backend.nets.alpha import Alpha
from dynamic_style.backend.nets.style_transfer_net import style_transfer_net
from dynamic_style.training.dials import describe_dials, set_full
from dynamic_style.training.errors import ConfigError
from dynamic_style.training.settings import DialSettings
from dynamic_style.training.tasks import read_config

from .conftest import TINY, TINY_FACES, TINY_FILL


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


def test_a_dial_of_weights_is_full_where_its_config_says() -> None:
    net = style_transfer_net(2)
    net.add_weight_dial("halved", dual=False)
    for difference in net.dials["halved"].parameters():
        difference.data.copy_(0.1 * torch.randn_like(difference))
    photo = torch.rand(1, 3, 16, 16)
    with torch.no_grad():
        half_way = net(photo, {"halved": Alpha((0.5,))})
        set_full(
            net,
            [
                DialSettings(
                    id="halved",
                    by="weights",
                    title="T",
                    label_low="l",
                    label_high="h",
                    steps=1,
                    learning_rate=1e-3,
                    default=0.0,
                    full_at=0.5,
                )
            ],
        )
        assert torch.equal(net(photo, {"halved": Alpha((1.0,))}), half_way)


BY_WEIGHTS = 'by = "weights"\n'


@pytest.mark.parametrize(
    ("config", "before", "more", "says"),
    [
        (TINY, 'id = "second"\n', "", "'second' is by weights, so it has no blocks for taps"),
        (TINY, 'id = "strength"\n', "zero_init = false\n", "no blocks for zero_init to speak of"),
        (TINY_FACES, 'id = "hair"\n', "", "is by weights, which generation has no dials of"),
    ],
)
def test_settings_that_a_dial_of_weights_cannot_have_are_refused(
    tmp_path: Path, config: Path, before: str, more: str, says: str
) -> None:
    path = tmp_path / "config.toml"
    text = config.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, before + BY_WEIGHTS + more), encoding="utf-8")
    with pytest.raises(ConfigError, match=says):
        read_config(path)


def test_sides_that_no_file_could_hold_are_refused_before_they_are_trained(tmp_path: Path) -> None:
    text = TINY.read_text(encoding="utf-8")
    text = text.replace('id = "strength"\n', 'id = "strength"\n' + BY_WEIGHTS)
    path = tmp_path / "config.toml"
    path.write_text(text.replace("width = 4", "width = 100"), encoding="utf-8")
    read_config(path)
    path.write_text(text.replace("width = 4", "width = 101"), encoding="utf-8")
    with pytest.raises(ConfigError, match="would be too much for a file of a pack; take at most"):
        read_config(path)


def test_a_completion_dial_may_be_of_weights(tmp_path: Path) -> None:
    text = TINY_FILL.read_text(encoding="utf-8")
    path = tmp_path / "config.toml"
    path.write_text(text.replace("[[dials]]\n", "[[dials]]\n" + BY_WEIGHTS), encoding="utf-8")
    task, config, _ = read_config(path)
    (spec,) = describe_dials(config.dials, task.describe(config).taps)
    assert spec.kind == "weights"
    net = task.build_net(config)
    assert net.trained_side(spec.id, "higher").state_dict().keys() == net.main.state_dict().keys()
