"""Depth and triangle ids by OpenGL, a peer of the rasteriser; on the processor where there is only Mesa's llvmpipe."""

from collections.abc import Callable
from typing import Any

import moderngl
import numpy as np

NEAR, FAR = 0.01, 100.0
VERTEX = """
#version 330
uniform mat4 clip_from_world;
in vec3 position;
void main() { gl_Position = clip_from_world * vec4(position, 1.0); }
"""
FRAGMENT = """
#version 330
layout(location = 0) out int number;
layout(location = 1) out float depth;
void main() { number = gl_PrimitiveID + 1; depth = 1.0 / gl_FragCoord.w; }
"""


def renderer(
    vertices: np.ndarray,
    faces: np.ndarray,
    camera_from_world: np.ndarray,
    intrinsics: np.ndarray,
    size: tuple[int, int],
) -> tuple[str, Callable[[], tuple[np.ndarray, np.ndarray]]]:
    """The renderer's name, and a function that draws and reads back depth (0 = none) and triangles (-1 = none).

    The triangles lie in its buffers before. Raises an exception of its own where there is no EGL.
    """
    how: Any = {"standalone": True, "backend": "egl", "require": 330}
    context = moderngl.create_context(**how)
    context.enable(moderngl.DEPTH_TEST)
    program = context.program(VERTEX, FRAGMENT)
    matrix = projection(intrinsics, size) @ camera_from_world
    uniform: Any = program["clip_from_world"]
    uniform.write(matrix.T.astype(np.float32).tobytes())
    corners, order = context.buffer(vertices.astype(np.float32)), context.buffer(faces.astype(np.int32))
    mesh = context.vertex_array(program, [(corners, "3f", "position")], index_buffer=order)
    height, width = size
    images = context.texture((width, height), 1, dtype="i4"), context.texture((width, height), 1, dtype="f4")
    target = context.framebuffer(images, context.depth_renderbuffer((width, height)))

    def draw() -> tuple[np.ndarray, np.ndarray]:
        target.use()
        target.clear()
        mesh.render()
        number, depth = (np.frombuffer(image.read(), kind) for image, kind in zip(images, "if", strict=True))
        return depth.reshape(size), number.reshape(size) - 1

    return context.info["GL_RENDERER"], draw


def projection(intrinsics: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """From camera to clip space; the first row read back is the image's first; pixel centres at whole numbers."""
    height, width = size
    (fx, _, cx), (_, fy, cy), _ = intrinsics
    across = [2 * fx / width, 0, (2 * cx + 1) / width - 1, 0]
    down = [0, 2 * fy / height, (2 * cy + 1) / height - 1, 0]
    along = [0, 0, (FAR + NEAR) / (FAR - NEAR), -2 * FAR * NEAR / (FAR - NEAR)]
    return np.array([across, down, along, [0, 0, 1, 0]])
