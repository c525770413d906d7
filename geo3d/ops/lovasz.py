"""A loss that follows the mean IoU: Berman, Rannen Triki and Blaschko 2018, The Lovász-Softmax loss."""

import torch
from jaxtyping import Float, Int
from torch import Tensor


def lovasz_softmax(probabilities: Float[Tensor, "sample class"], labels: Int[Tensor, " sample"]) -> Float[Tensor, ""]:
    """The mean over the classes that occur of the Lovász extension of 1 - IoU, at each sample's error (equation 11).

    Of probabilities that are all 0 or 1 it is 1 - IoU itself. Without samples it is 0.
    """
    classes = probabilities.shape[1]
    truth = torch.nn.functional.one_hot(labels.long(), classes).T.to(probabilities.dtype)
    errors, order = (truth - probabilities.T).abs().sort(dim=1, descending=True)
    there = truth.gather(1, order)
    total = there.sum(dim=1, keepdim=True)
    left, joined = total - there.cumsum(dim=1), total + (1 - there).cumsum(dim=1)
    lost = 1 - left / joined  # 1 - IoU if all samples up to here are wrong
    steps = torch.diff(lost, dim=1, prepend=lost.new_zeros(classes, 1))
    occurs = total[:, 0] > 0
    return (errors * steps.detach()).sum(dim=1)[occurs].sum() / occurs.sum().clamp(min=1)
