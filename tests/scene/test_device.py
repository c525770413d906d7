"""Which device computes: the same sentence wherever a card is asked for and there is none."""

import subprocess
import sys

import pytest
import torch

from geo3d.errors import InputError
from geo3d.learning.processes import make_fabric
from geo3d.pipelines.scan_to_mesh import ScanToMeshConfig, decided
from geo3d.scene.device import chosen_device, free_memory
from geo3d.scene.memory import available_memory
from geo3d.stages.fuse import FuseConfig
from geo3d.stages.mesh import MeshConfig

SAID = "device cuda needs a graphics card that torch can use, and there is none; cpu is allowed"


def cards(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    monkeypatch.setattr(torch.cuda, "device_count", lambda: count)


def test_auto_is_the_card_where_there_is_one(monkeypatch: pytest.MonkeyPatch):
    for count, auto in ((0, "cpu"), (1, "cuda")):
        cards(monkeypatch, count)
        assert chosen_device("auto") == auto
        assert chosen_device("cpu") == "cpu"
    assert chosen_device("cuda") == "cuda"


def test_a_card_that_is_not_there_is_one_sentence(monkeypatch: pytest.MonkeyPatch):
    cards(monkeypatch, 0)
    for ask in (
        lambda: chosen_device("cuda"),
        lambda: make_fabric("cuda", 1, "32-true"),
        lambda: decided(ScanToMeshConfig(fuse=FuseConfig(device="cuda")), views=True),
        lambda: decided(ScanToMeshConfig(mesh=MeshConfig(device="cuda")), views=True),
    ):
        with pytest.raises(InputError) as said:
            ask()
        assert str(said.value) == SAID


def test_what_a_run_is_stored_under_says_which_device_it_was(monkeypatch: pytest.MonkeyPatch):
    config = ScanToMeshConfig(fuse=FuseConfig(device="auto"), mesh=MeshConfig(device="auto"))
    for count, device in ((0, "cpu"), (1, "cuda")):
        cards(monkeypatch, count)
        found = decided(config, views=True)
        assert (found.fuse.device, found.mesh.device) == (device, device)


def test_torch_is_not_imported_for_the_cpu():
    ask = "from geo3d.scene.device import chosen_device, free_memory; chosen_device('cpu'); free_memory('cpu')"
    code = f"import sys; {ask}; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_a_card_has_its_own_memory(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda: (1000, 2000))
    assert free_memory("cuda") == 800
    assert free_memory("cpu") == pytest.approx(available_memory(), rel=0.2)
