import sys

import pytest
import torch

from geo3d.ops import implementations
from geo3d.ops.implementations import implementation


def test_a_device_has_its_implementation(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(implementations, "_importable", lambda module: module == "triton")
    found = [implementation(torch.device(kind)) for kind in ("cpu", "cuda", "cuda:1", "meta", "mps")]
    assert found == ["numba", "triton", "triton", "torch", "torch"]


def test_without_triton_a_gpu_runs_torch(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "triton", None)  # then its import raises ImportError
    implementations._importable.cache_clear()
    try:
        assert implementation(torch.device("cuda")) == "torch"
    finally:
        implementations._importable.cache_clear()
