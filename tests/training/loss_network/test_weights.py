"""Where the loss network's weights come from, what is kept of them, what is said without them."""

from __future__ import annotations

import hashlib
import socketserver
import threading
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from dynamic_style.training.cli.main import main
from dynamic_style.training.errors import LossNetworkError
from dynamic_style.training.loss_network import (
    ENVIRONMENT_VARIABLE,
    LossNetwork,
    check_layers,
    kept_file,
    load_loss_network,
    weights,
)


def test_environment_variable_names_the_file(
    loss_network: LossNetwork, loss_network_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ENVIRONMENT_VARIABLE, str(loss_network_file))
    assert load_loss_network(None, activation_scale=60.0).sha256 == loss_network.sha256


def test_what_is_not_there_is_downloaded_and_its_hash_is_checked(
    loss_network: LossNetwork,
    loss_network_file: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """From a folder in place of a server: the address alone is another."""
    monkeypatch.delenv(ENVIRONMENT_VARIABLE, raising=False)
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "home"))
    path = tmp_path / "weights.pth"
    torch.save(load_file(loss_network_file), path)
    named = path.with_name(f"weights-{hashlib.sha256(path.read_bytes()).hexdigest()[:8]}.pth")
    path.rename(named)
    monkeypatch.setattr(weights, "DOWNLOAD_URL", named.as_uri())
    assert load_loss_network(None, activation_scale=60.0).sha256 == loss_network.sha256

    other = named.rename(tmp_path / "weights-00000000.pth")
    for url, why in ((other.as_uri(), "invalid hash"), (named.as_uri() + "x", "No such file")):
        monkeypatch.setattr(weights, "DOWNLOAD_URL", url)
        told = rf"the download of {url} failed \(.*{why}.*--loss-network or DYNAMIC_STYLE"
        with pytest.raises(LossNetworkError, match=told):
            load_loss_network(None, activation_scale=60.0)


def test_an_answer_that_is_none_of_a_web_server_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv(ENVIRONMENT_VARIABLE, raising=False)
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setenv("no_proxy", "*")

    class Answer(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.recv(4096)
            self.request.sendall(b"welcome to this hotel\r\n\r\n")

    with socketserver.TCPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.handle_request, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_address[1]}/weights-00000000.pth"
        monkeypatch.setattr(weights, "DOWNLOAD_URL", url)
        with pytest.raises(
            LossNetworkError, match=r"failed \(welcome to this hotel.*be online once"
        ):
            load_loss_network(None, activation_scale=60.0)


def test_broken_files_are_refused(tmp_path: Path, loss_network_file: Path) -> None:
    (tmp_path / "text.safetensors").write_text("not weights")
    with pytest.raises(LossNetworkError, match=r"text\.safetensors' cannot be read"):
        load_loss_network(tmp_path / "text.safetensors", activation_scale=60.0)
    weights = load_file(loss_network_file)
    weights["features.5.weight"] = weights["features.5.weight"][:, :3].contiguous()
    save_file(weights, tmp_path / "wrong.safetensors")
    with pytest.raises(LossNetworkError, match=r"'features.5.weight' should have shape"):
        load_loss_network(tmp_path / "wrong.safetensors", activation_scale=60.0)
    with pytest.raises(LossNetworkError, match="no layer 'relu9_9'; take one of relu1_1"):
        check_layers(("relu9_9",))


def test_loss_network_is_kept_for_the_other_commands(
    loss_network: LossNetwork,
    loss_network_file: Path,
    user_folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.delenv(ENVIRONMENT_VARIABLE, raising=False)
    more = {key: value.float() for key, value in load_file(loss_network_file).items()}
    more["classifier.0.weight"] = torch.zeros(64, 64)
    save_file(more, tmp_path / "all.safetensors")
    assert main(["loss-network", str(tmp_path / "all.safetensors")]) == 0
    said = capsys.readouterr()
    assert str(kept_file()) in said.out and loss_network.sha256 in said.out
    assert "not the weights that the published packs" in said.err
    assert kept_file().parent == user_folder
    kept = load_file(kept_file())
    assert kept.keys() == load_file(loss_network_file).keys()
    assert {value.dtype for value in kept.values()} == {torch.float16}
    assert load_loss_network(None, activation_scale=60.0).sha256 == loss_network.sha256


def test_kept_loss_network_that_was_altered_is_refused(
    loss_network_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(ENVIRONMENT_VARIABLE, raising=False)
    assert main(["loss-network", str(loss_network_file)]) == 0
    whole = kept_file().read_bytes()
    kept_file().write_bytes(whole[:-1] + bytes([whole[-1] ^ 64]))
    with pytest.raises(LossNetworkError, match="is damaged: its weights are not those that were"):
        load_loss_network(None, activation_scale=60.0)
    kept_file().write_bytes(whole[:-1])
    with pytest.raises(
        LossNetworkError, match=r"cannot be read.*`dynamic-style-train loss-network`"
    ):
        load_loss_network(None, activation_scale=60.0)
    with monkeypatch.context() as patch:  # a file that is named comes first
        patch.setenv(ENVIRONMENT_VARIABLE, str(loss_network_file))
        load_loss_network(None, activation_scale=60.0)
    assert main(["loss-network", str(tmp_path / "none.safetensors")]) == 6
    assert kept_file().read_bytes() == whole[:-1], "a failure leaves what was kept"


def test_weights_that_float16_cannot_hold_are_not_kept(
    loss_network_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    weights = {key: value.float() for key, value in load_file(loss_network_file).items()}
    weights["features.5.bias"][3] = 1e6
    save_file(weights, tmp_path / "large.safetensors")
    assert main(["loss-network", str(tmp_path / "large.safetensors")]) == 6
    assert "'features.5.bias' holds numbers that are not finite" in capsys.readouterr().err
    assert not kept_file().exists()
