"""What PointNet's evaluations ask of TensorFlow 1, for a network whose answers are given.

Lies beside an official script when it runs, with a module ``given`` that knows the scores of the points that are fed.
"""

import contextlib
import types

import given  # pyright: ignore[reportMissingImports]
import numpy as np

float32 = int32 = bool = None


def device(name):
    return contextlib.nullcontext()


def placeholder(kind, shape=None):
    return object()


def ConfigProto(**settings):  # noqa: N802 - its name there
    return types.SimpleNamespace(gpu_options=types.SimpleNamespace())


class Graph:
    def as_default(self):
        return contextlib.nullcontext()


class train:  # noqa: N801 - a module there
    class Saver:
        def restore(self, session, path):
            pass


class Session:
    def __init__(self, config=None):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *error):
        pass

    def run(self, wanted, feed_dict):
        points = next(value for value in feed_dict.values() if getattr(value, "ndim", 0) == 3)
        found = {"loss": 0.0, "shape": [[0.0] * 16], "logits": given.logits(points)}
        return [np.asarray(found[one]) for one in wanted]
