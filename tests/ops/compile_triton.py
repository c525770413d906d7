"""Compile every Triton kernel of ours to machine code of GPUs that need not be there; print how many.

    python -m tests.ops.compile_triton

What the interpreter lets through, a compiler may refuse: types that change in a loop, sizes of products.
"""

from typing import Any

import triton  # pyright: ignore[reportMissingImports]
from triton.backends.compiler import GPUTarget  # pyright: ignore[reportMissingImports]
from triton.compiler import ASTSource  # pyright: ignore[reportMissingImports]

from geo3d.kernels import joins_triton, sparse_convolution_triton

SINGLES = ("count", "inner", "outer", "offsets", "step", "down", "across", "size", "bits")
CASES = ((80, ()), (80, SINGLES), (90, ()))
"""Compute capabilities, A100's and H100's, and which arguments are 1."""
KEYS = dict.fromkeys(("keys", "targets", "steps", "slots", "parts", "starts", "order"), "*i64")
ROWS = dict.fromkeys(("rows", "found", "takes", "gives", "neighbours"), "*i32")


def compiled(kernel: Any, architecture: int, element: str, ones: tuple[str, ...], sizes: dict[str, Any]) -> bool:
    """Whether there is machine code for pointers to an element; arguments in `ones` are 1, of which Triton makes code
    of its own, other whole numbers any.
    """
    features = dict.fromkeys(("source", "weights", "target", "slope", "gradient"), f"*{element}")
    types = KEYS | ROWS | features | {"sums": "*fp32"}
    known = sizes | {name: 1 for name in ones if name in kernel.arg_names}
    signature = {name: "constexpr" if name in known else types.get(name, "i32") for name in kernel.arg_names}
    fixed = {(kernel.arg_names.index(name),): value for name, value in known.items()}
    source = ASTSource(kernel, signature, fixed)
    return bool(triton.compile(source, target=GPUTarget("cuda", architecture, 32)).asm["cubin"])


def main() -> None:
    """Every kernel for every case and type of features."""
    convolution, made = sparse_convolution_triton, 0
    for architecture, ones in CASES:
        for kernel in (joins_triton._insert, joins_triton._find):
            made += compiled(kernel, architecture, "fp32", ones, {"BLOCK": joins_triton.BLOCK})
        for element, precision in (("fp16", "ieee"), ("bf16", "ieee"), ("fp32", "ieee"), ("fp32", "tf32")):
            width = 16 if ones else 64
            sizes = {"ROWS": convolution.ROWS, "COLUMNS": width, "INNER": 16 if ones else convolution.INNER}
            made += compiled(convolution._convolve, architecture, element, ones, sizes | {"PRECISION": precision})
            sizes = {"ROWS": width, "COLUMNS": width, "PAIRS": convolution.PAIRS, "PRECISION": precision}
            made += compiled(convolution._correlate, architecture, element, ones, sizes)
            made += compiled(convolution._add, architecture, element, ones, {"ELEMENTS": convolution.ELEMENTS})
    print(made, "kernels compiled")


if __name__ == "__main__":
    main()
