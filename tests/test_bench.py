"""Benches that no machine of ours can run as they are meant to run at all."""

import pytest
import torch

from tests.bench import sparse, sparse_gpu
from tests.ops.test_sparse_maps import scattered


def test_the_bench_of_gpus_measures_what_it_says(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sparse, "ROUNDS", 1)
    monkeypatch.setattr(sparse_gpu, "KINDS", sparse_gpu.KINDS[1:])  # a CPU multiplies float16 slowly
    found = sparse_gpu.measure(torch.device("cpu"), scattered(60, 3), scattered(30, 20)[:10])
    assert all(row["ours"] > 0 for row in found)
    assert [row["peer"] is None for row in found] == [True, True, False, True, False, False]  # no spconv on a CPU
    assert torch.backends.cuda.matmul.allow_tf32 is False


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device")
def test_without_a_gpu_there_is_a_line(capsys: pytest.CaptureFixture[str]):
    assert sparse_gpu.rows() == []
    assert capsys.readouterr().out == "there is no CUDA device: sparse convolution is not timed on one\n"
