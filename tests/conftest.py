"""What every test shares."""

import os
from pathlib import Path

import pytest
import torch

torch.set_num_threads(1)  # two threads on two shared cores can be 20 times slower than one
if not torch.cuda.is_available():
    os.environ["TRITON_INTERPRET"] = "1"  # must be set before anything imports triton


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real data beside the checkout; its tests are skipped where it is not."""
    folder = Path(os.environ.get("GEO3D_DATA", Path(__file__).parents[2] / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no real data at {folder}; set GEO3D_DATA")
    return folder
