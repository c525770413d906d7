from pathlib import Path

import pytest

from geo3d.errors import InputError
from geo3d.stages.weights import find_weights


def test_unknown_weights_are_named(tmp_path: Path):
    with pytest.raises(InputError, match=r"there are no weights nothing: give a \.safetensors file or one of"):
        find_weights("nothing", tmp_path / "hashes.json")
    (tmp_path / "a.safetensors").write_bytes(b"")
    with pytest.raises(InputError, match=r"a\.json, the card of a\.safetensors, is missing"):
        find_weights(str(tmp_path / "a.safetensors"), tmp_path / "hashes.json")
