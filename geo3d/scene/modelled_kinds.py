"""What is rendered."""

from dataclasses import dataclass

from jaxtyping import Float, Int, UInt8
from torch import Tensor


@dataclass(frozen=True)
class ModelledScene:
    """A scene of which everything is known: made by a program, or a mesh with its materials."""

    vertices: Float[Tensor, "vertex 3"]
    """World positions, in metres."""
    faces: Int[Tensor, "face 3"]
    """Rows of ``vertices``, counter-clockwise seen from free space; of closed solids, which may overlap, where made."""
    uv: Float[Tensor, "face 3 2"]
    """Where in its texture each corner lies; a texture is 1 wide and repeats."""
    face_materials: Int[Tensor, " face"]
    """Rows of ``colours``."""
    face_objects: Int[Tensor, " face"]
    """Rows of ``object_labels``."""
    object_labels: UInt8[Tensor, " object"]
    """Places in ``classes``."""
    object_names: tuple[str, ...]
    """What made each object."""
    classes: tuple[str, ...]
    """The label set."""
    colours: UInt8[Tensor, "material 3"]
    """RGB."""
    seconds: UInt8[Tensor, "material 3"]
    """RGB of a pattern's other colour."""
    patterns: Int[Tensor, " material"]
    """Rows of ``masks``."""
    masks: UInt8[Tensor, "pattern 256 256"]
    """How much of the other colour a pattern shows, from 0 to 255; rows run along v, columns along u."""
    pictures: Int[Tensor, " material"]
    """Rows of ``picture_sizes``: a picture that the material's colour is multiplied with; -1 is none."""
    picture_sizes: Int[Tensor, "picture 2"]
    """Height and width of each picture, in texels."""
    texels: UInt8[Tensor, "texel 3"]
    """RGB of all pictures, one after the other; the rows of one run along v, from v = 0, its columns along u."""
    vertex_colours: UInt8[Tensor, "vertex 3"] | None
    """RGB that the material's colour is multiplied with; None is white."""
    lights: Float[Tensor, "light 3"]
    """World positions of lamps, in metres."""
    light_colours: Float[Tensor, "light 3"]
    """RGB, times strength."""
    ambient: float
    """Light from everywhere, beside that of the lamps; at 1, and without lamps, colours are shown as they are."""
    up: Float[Tensor, "3"]
    """Unit vector in world space."""
