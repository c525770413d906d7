"""The configs that ship are true."""

from pathlib import Path

import pytest

from geo3d.config import read_config
from geo3d.data_tools.benchmarks.choices import Choices
from geo3d.pipelines.make_rooms import MakeRoomsConfig
from geo3d.pipelines.render_config import RenderDatasetConfig
from geo3d.pipelines.scan_to_mesh import ScanToMeshConfig
from geo3d.stages.learn import LearnConfig

CONFIGS = Path(__file__).parents[1] / "configs"
KINDS = {
    "benchmark": Choices,
    "make_rooms": MakeRoomsConfig,
    "render_dataset": RenderDatasetConfig,
    "scan_to_mesh": ScanToMeshConfig,
    "train": LearnConfig,
}


@pytest.mark.parametrize("file", sorted(CONFIGS.rglob("*.toml")), ids=lambda file: file.stem)
def test_each_config_fills_its_pipelines_form_and_says_what_it_is(file: Path):
    read_config(KINDS[file.parent.name], file)
    lines = file.read_text().splitlines()
    assert lines[0].startswith("# ")
    assert len(lines) <= 40
