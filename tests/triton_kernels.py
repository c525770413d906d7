"""Triton's kernels in tests: on the GPU where there is one, else in Triton's interpreter, on the CPU's tensors.

The interpreter stands in for the compiler only if TRITON_INTERPRET is set before triton is first imported: the tests'
conftest.py does it, where there is no GPU. A kernel that was compiled all the same refuses the CPU's tensors.
"""

from importlib.util import find_spec

import pytest
import torch

DEVICE = torch.device("cuda" if torch.cuda.is_available() else "cpu")
needs_triton = pytest.mark.skipif(find_spec("triton") is None, reason="triton is not installed")
needs_cuda = pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU")
