"""The doctor finds each thing that is wrong, says how to mend it, and tells by its exit code."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from installer.doctor.examine import examine
from installer.doctor.findings import Finding
from installer.user_folders import Computer

from . import made_up_home, mini_checkout, stand_in_backend
from .plugins import plugin_checkout

pytestmark = pytest.mark.timeout(mini_checkout.TEST_TIMEOUT_S)

CONFIG = ".config/dynamic-style"
KRITA_PLUGIN = ".local/share/krita/pykrita/dynamic_style_krita"
GIMP_SCRIPT = ".config/GIMP/3.0/plug-ins/dynamic-style/dynamic-style.py"


class Patient:
    """A home with everything installed, and the doctor's words on it."""

    def __init__(self, project: Path, home: Path, environment: Path) -> None:
        self.project = project
        self.home = home
        self.backend = stand_in_backend.backend_folder(environment)
        self.environment = environment

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return made_up_home.run(self.project, self.home, "doctor", *arguments)

    def findings(self) -> dict[str, Finding]:
        computer = Computer(sys.platform, self.home, {}, system=self.home / "no-system")
        findings = examine(computer)
        for finding in findings:
            assert finding.what
            assert finding.state == "ok" or (finding.why and finding.mend)
        return {finding.check: finding for finding in findings}


@pytest.fixture(scope="module")
def one_patient(tmp_path_factory: pytest.TempPathFactory) -> Patient:
    folder = tmp_path_factory.mktemp("patient")
    project = plugin_checkout.make(folder / "checkout")
    home = made_up_home.make(folder / "home")
    python = stand_in_backend.make(folder / "environment", version=plugin_checkout.VERSION)
    done = made_up_home.run(project, home, "install", "--backend", str(python))
    assert done.returncode == 0, done.stderr
    return Patient(project, home, folder / "environment")


@pytest.fixture
def patient(one_patient: Patient, tmp_path: Path) -> Patient:
    """A copy of the installed home: the paths in its receipt and record are made its own."""
    home = tmp_path / "home"
    shutil.copytree(one_patient.home, home)
    receipt = home / CONFIG / "installed.json"
    receipt.write_text(receipt.read_text().replace(str(one_patient.home), str(home)))
    environment = tmp_path / "environment"
    shutil.copytree(one_patient.environment, environment, symlinks=True)
    for name in ("installed.json", "backend.json"):
        path = home / CONFIG / name
        path.write_text(path.read_text().replace(str(one_patient.environment), str(environment)))
    return Patient(one_patient.project, home, environment)


def test_sound_installation_has_no_problem(patient: Patient) -> None:
    findings = patient.findings()
    sound = {name for name, finding in findings.items() if finding.state == "ok"}
    assert sound >= {
        "receipt",
        "record",
        "backend",
        "krita.files",
        "krita.enabled",
        "gimp.files",
        "running",
        "packs",
    }
    done = patient.command()
    assert done.returncode == 0
    assert "backend 0.7.0 runs in Python 3." in done.stdout


def test_exit_code_and_json_tell_of_a_problem(patient: Patient) -> None:
    assert json.loads(patient.command("--json").stdout)["ok"] is True
    remove_a_file(patient)
    done = patient.command("--json")
    document = json.loads(done.stdout)
    assert (done.returncode, document["ok"]) == (1, False)
    (problem,) = [each for each in document["findings"] if each["state"] == "problem"]
    assert problem.keys() == {"check", "state", "what", "why", "mend"}


def test_nothing_installed_is_a_problem_that_names_the_command(
    patient: Patient, tmp_path: Path
) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    done = made_up_home.run(patient.project, empty, "doctor")
    assert done.returncode == 1
    assert "run `python3 -m installer install`" in done.stdout
    assert "neither Krita nor GIMP 3 was found" in done.stdout
    assert list(empty.iterdir()) == []


def remove_a_file(patient: Patient) -> None:
    (patient.home / KRITA_PLUGIN / "plugin" / "worker.py").unlink()


def edit_a_file(patient: Patient) -> None:
    with (patient.home / KRITA_PLUGIN / "__init__.py").open("a") as file:
        file.write("# edited\n")


def add_a_file(patient: Patient) -> None:
    (patient.home / KRITA_PLUGIN / "worker.py").touch()


def switch_off(patient: Patient) -> None:
    path = patient.home / ".config/kritarc"
    path.write_text(path.read_text().replace("krita=true", "krita=false"))


def take_the_bit(patient: Patient) -> None:
    (patient.home / GIMP_SCRIPT).chmod(0o644)


def remove_the_record(patient: Patient) -> None:
    (patient.home / CONFIG / "backend.json").unlink()


def remove_the_environment(patient: Patient) -> None:
    shutil.rmtree(patient.environment)


def break_an_import(patient: Patient) -> None:
    site = stand_in_backend.site_packages(patient.environment)
    (site / "torch.py").write_text("raise ImportError('libtorch.so is not there')")


def interrupt_the_install(patient: Patient) -> None:
    path = patient.home / CONFIG / "installed.json"
    path.write_text(path.read_text().replace('"complete"', '"unfinished"'))


def update_the_backend(patient: Patient) -> None:
    site = stand_in_backend.site_packages(patient.environment)
    old = site / f"dynamic_style-{plugin_checkout.VERSION}.dist-info"
    text = (old / "METADATA").read_text().replace(plugin_checkout.VERSION, "0.9.0")
    (old / "METADATA").write_text(text)


def start_a_newer_gimp(patient: Patient) -> None:
    (patient.home / ".config/GIMP/3.2").mkdir()


def leave_a_connection_file(patient: Patient) -> None:
    path = patient.home / ".local/share/dynamic-style/run/backend.json"
    path.parent.mkdir(parents=True)
    path.touch(mode=0o600)


def open_the_connection_file(patient: Patient) -> None:
    leave_a_connection_file(patient)
    (patient.home / ".local/share/dynamic-style/run/backend.json").chmod(0o644)


def leave_an_older_backend_running(patient: Patient) -> None:
    leave_a_connection_file(patient)
    answer = {"ok": True, "version": "0.6.0", "device": "cpu"}
    (patient.backend / "status.json").write_text(json.dumps(answer))


def damage_a_pack(patient: Patient) -> None:
    broken = {"id": "mine", "ok": False, "error": {"message": "main.safetensors is missing"}}
    packs = {"ok": True, "packs": [{"id": "starry-night", "ok": True}, broken]}
    (patient.backend / "packs-list.json").write_text(json.dumps(packs))


def lose_the_engine(patient: Patient) -> None:
    (patient.backend / "info.json").unlink()


def add_a_gpu(patient: Patient) -> None:
    (patient.home / "no-system/proc/driver/nvidia").mkdir(parents=True)


def add_a_gpu_of_amd(patient: Patient) -> None:
    (patient.home / "no-system/dev/kfd").mkdir(parents=True)


def lose_all_packs(patient: Patient) -> None:
    (patient.backend / "packs-list.json").write_text('{"ok": true, "packs": []}')


@pytest.mark.parametrize(
    ("harm", "check", "state", "says"),
    [
        (remove_a_file, "krita.files", "problem", "plugin/worker.py"),
        (edit_a_file, "krita.files", "warning", "__init__.py"),
        (add_a_file, "krita.extra", "warning", "worker.py"),
        (switch_off, "krita.enabled", "problem", "Python Plugin Manager"),
        (take_the_bit, "gimp.script", "problem", "chmod 755"),
        (remove_the_record, "record", "problem", "does not exist"),
        (remove_the_environment, "record", "problem", "does not exist"),
        (break_an_import, "backend", "problem", "libtorch.so is not there"),
        (break_an_import, "backend", "problem", "sudo apt install python3-torch"),
        (interrupt_the_install, "receipt", "problem", "interrupted"),
        (update_the_backend, "krita.version", "warning", "0.9.0"),
        (start_a_newer_gimp, "gimp.missing", "warning", "GIMP 3.2"),
        (leave_a_connection_file, "running", "warning", "no backend answers"),
        (open_the_connection_file, "running", "problem", "other users"),
        (leave_an_older_backend_running, "running", "warning", "dynamic-style stop"),
        (damage_a_pack, "packs", "ok", "1 packs can be used"),
        (damage_a_pack, "engine", "ok", "nets run on cpu by openvino in float32"),
        (lose_the_engine, "engine", "warning", "dynamic_style.backend info"),
        (add_a_gpu, "gpu", "warning", "NVIDIA GPU, and the backend has no PyTorch"),
        (add_a_gpu, "gpu", "warning", "python3 -m installer install --torch"),
        (add_a_gpu_of_amd, "gpu", "warning", "AMD GPU (it takes some GB on the disk, and uv"),
        (lose_all_packs, "packs", "problem", "no pack can be used"),
    ],
)
def test_each_harm_is_found(
    patient: Patient, harm: Callable[[Patient], None], check: str, state: str, says: str
) -> None:
    harm(patient)
    finding = patient.findings()[check]
    assert finding.state == state, finding
    assert says in f"{finding.what} {finding.why} {finding.mend}", finding


def test_a_gpu_that_torch_uses_is_nothing_to_tell_of(patient: Patient) -> None:
    add_a_gpu(patient)
    (stand_in_backend.site_packages(patient.environment) / "torch.py").touch()
    assert "gpu" not in patient.findings()


def test_broken_pack_is_named_with_its_reason(patient: Patient) -> None:
    damage_a_pack(patient)
    said = patient.command().stdout
    assert "warning  the pack mine cannot be used" in said
    assert "main.safetensors is missing" in said


def test_install_mends_what_the_doctor_found(patient: Patient) -> None:
    for harm in (remove_a_file, edit_a_file, switch_off, take_the_bit, remove_the_record):
        harm(patient)
    python = patient.environment / "bin" / "python"
    made_up_home.run(patient.project, patient.home, "install", "--backend", str(python))
    states = {name: finding.state for name, finding in patient.findings().items()}
    for check in ("krita.files", "krita.enabled", "gimp.files", "record", "backend"):
        assert states[check] == "ok"
