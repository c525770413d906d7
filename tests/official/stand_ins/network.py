"""PointNet's and PointNet++'s networks, whose answers are given."""


def placeholder_inputs(*sizes):
    return object(), object()


def get_model(*inputs, cat_num=None, **settings):
    return ("logits", {}) if cat_num is None else ("shape", "logits", {})


def get_loss(*inputs):
    return "loss"
