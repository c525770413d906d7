"""Weights of MinkowskiEngine's networks in ours: its names, and kernels whose first axis runs fastest."""

import re

from torch import Tensor

from geo3d.models.sparse.minkunet import MinkUNet

_PARTS = (
    (r"^conv0p1s1\.", "stem.0."),
    (r"^bn0\.bn\.", "stem.1.layer."),
    (r"^conv([1-4])p\d+s2\.", lambda found: f"down.{int(found[1]) - 1}.0."),
    (r"^bn([1-4])\.bn\.", lambda found: f"down.{int(found[1]) - 1}.1.layer."),
    (r"^block([1-4])\.", lambda found: f"down_blocks.{int(found[1]) - 1}."),
    (r"^convtr([4-7])p\d+s2\.", lambda found: f"up.{int(found[1]) - 4}.0."),
    (r"^bntr([4-7])\.bn\.", lambda found: f"up.{int(found[1]) - 4}.1.layer."),
    (r"^block([5-8])\.", lambda found: f"up_blocks.{int(found[1]) - 5}."),
    (r"^final\.", "head.layer."),
    (r"\.conv1\.", ".first.0."),
    (r"\.norm1\.bn\.", ".first.1.layer."),
    (r"\.conv2\.", ".second.0."),
    (r"\.norm2\.bn\.", ".second.1.layer."),
    (r"\.downsample\.0\.", ".around.0."),
    (r"\.downsample\.1\.bn\.", ".around.1.layer."),
    (r"\.kernel$", ".weight"),
)
"""What a name is made of there, and here."""
_OURS = ("stem.", "down.", "down_blocks.", "up.", "up_blocks.", "head.")


def minkunet_weights(state: dict[str, Tensor], dimensions: int = 3) -> dict[str, Tensor]:
    """A state of MinkowskiEngine's ``MinkUNet*`` as one of :class:`MinkUNet`; raises ValueError naming what is unknown.

    Names that all begin with ``module.``, as several processes leave them, are taken without it.
    """
    made = {}
    for name, value in state.items():
        ours = name.removeprefix("module.")
        for there, here in _PARTS:
            ours = re.sub(there, here, ours)
        if not ours.startswith(_OURS):
            raise ValueError(f"{name} is no weight of MinkowskiEngine's MinkUNet")
        made[ours] = value if value.ndim < 2 else _turned(ours, value, dimensions)
    return made


def load_minkunet(model: MinkUNet, state: dict[str, Tensor], dimensions: int = 3) -> None:
    """Fill a model with MinkowskiEngine's weights; raises ValueError where names or shapes do not fit."""
    made = minkunet_weights(state, dimensions)
    wanted = model.state_dict()
    for name, value in wanted.items():
        if name not in made or made[name].shape != value.shape:
            shape = tuple(made[name].shape) if name in made else "nothing"
            raise ValueError(f"the weights have {shape} for {name}, which is {tuple(value.shape)} in this variant")
    extra = made.keys() - wanted.keys()
    if extra:
        raise ValueError(f"the weights have {min(extra)}, which this variant does not")
    model.load_state_dict(made)


def kernel_of_minkowski(value: Tensor, dimensions: int) -> Tensor:
    """A convolution's kernel [offset, channel, outchannel] as ours has it: the last axis fastest, not the first."""
    if value.ndim == 2:
        return value[None]  # a kernel of one cell has no axis for cells
    size = round(len(value) ** (1 / dimensions))
    axes = (*range(dimensions - 1, -1, -1), dimensions, dimensions + 1)
    return value.reshape(*[size] * dimensions, *value.shape[1:]).permute(axes).reshape(value.shape).contiguous()


def _turned(name: str, value: Tensor, dimensions: int) -> Tensor:
    if name.startswith("head."):
        return value.flatten() if name.endswith("bias") else value.reshape(value.shape[-2:]).T.contiguous()
    return kernel_of_minkowski(value, dimensions)
