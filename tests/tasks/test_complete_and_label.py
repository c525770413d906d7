"""What completing and labelling learns from and is scored by, against loops and models that know the truth."""

import math
from dataclasses import replace

import pytest
import torch
from torch import nn

from geo3d.batches.room_blocks import VolumeBatch
from geo3d.models.volume.unet3d import UNet3d
from geo3d.tasks.complete_and_label import CompleteAndLabel

SIDES = (5, 4, 6)


def made(seed: int = 0) -> VolumeBatch:
    """Numbers at random, of which one slice is beyond the room."""
    random = torch.Generator().manual_seed(seed)
    labels = torch.randint(0, 4, (2, *SIDES), generator=random).to(torch.uint8)
    return VolumeBatch(
        inputs=torch.rand(2, 2, *SIDES, generator=random),
        distance=2 * torch.rand(2, *SIDES, generator=random) - 1,
        labels=torch.where(labels == 3, 255, labels),
        known=torch.randint(0, 2, (2, *SIDES), generator=random).to(torch.uint8),
        truncation=3.0,
        class_weights=torch.tensor([0.5, 2.0, 1.0]),
        inside=(4, 4, 6),
    )


class Fixed(nn.Module):
    """Says the same whatever it is given."""

    def __init__(self, distance: torch.Tensor, logits: torch.Tensor) -> None:
        super().__init__()
        self.distance, self.logits = nn.Parameter(distance), nn.Parameter(logits)

    def forward(self, volume: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return self.distance, self.logits


def guess() -> Fixed:
    random = torch.Generator().manual_seed(5)
    distance = 2.4 * torch.rand(2, *SIDES, generator=random) - 1.2
    return Fixed(distance, torch.randn(2, 3, *SIDES, generator=random))


def oracle(batch: VolumeBatch) -> Fixed:
    right = nn.functional.one_hot(batch.labels.long().clamp(max=2), 3).movedim(-1, 1)
    return Fixed(batch.distance.clone(), 50 * right.float())


def loss_of(task: CompleteAndLabel, model: nn.Module, batch: VolumeBatch) -> torch.Tensor:
    ((part, loss),) = task.losses(model, batch)
    assert part in task.parts(model)
    return loss


def voxels(batch: VolumeBatch) -> list[tuple[int, ...]]:
    return [tuple(place.tolist()) for place in (batch.known >= 0).nonzero()]


@pytest.mark.parametrize("scale", ["log", "truncation"])
def test_the_distances_loss_is_what_a_loop_finds(scale):
    batch, model = made(), guess()
    total = weights = 0.0
    for place in voxels(batch):
        found, true = float(model.distance[place].detach()), float(batch.distance[place])
        if scale == "log":
            found, true = (math.copysign(math.log(3 * abs(value) + 1), value) for value in (found, true))
        weight = 1.0 if batch.known[place] else 5.0
        total, weights = total + weight * abs(found - true), weights + weight
    task = CompleteAndLabel(complete=2.0, label=0, unknown_weight=5.0, scale=scale)
    assert float(loss_of(task, model, batch).detach()) == pytest.approx(2 * total / weights, rel=1e-5)


def test_the_labels_loss_is_what_a_loop_finds():
    batch, model = made(), guess()
    total = weights = 0.0
    for one, *place in voxels(batch):
        label = int(batch.labels[(one, *place)])
        if label != 255:
            likely = model.logits[(one, slice(None), *place)].detach().softmax(dim=0)
            weight = float(batch.class_weights[label])
            total, weights = total - weight * math.log(float(likely[label])), weights + weight
    loss = loss_of(CompleteAndLabel(complete=0, label=3.0), model, batch)
    assert float(loss.detach()) == pytest.approx(3 * total / weights, rel=1e-5)


@pytest.mark.parametrize(("complete", "label"), [(0.0, 1.0), (1.0, 0.0), (1.0, 1.0)])
def test_a_part_that_is_switched_off_teaches_nothing(complete: float, label: float):
    model = guess()
    loss_of(CompleteAndLabel(complete, label), model, made()).backward()
    assert (model.distance.grad is not None) == (complete > 0)
    assert (model.logits.grad is not None) == (label > 0)


def test_blocks_without_labels_teach_distances_alone():
    batch = made()
    batch = replace(batch, labels=torch.full_like(batch.labels, 255))
    model = guess()
    loss_of(CompleteAndLabel(), model, batch).backward()
    assert model.logits.grad is not None
    assert not model.logits.grad.any()
    alone, both = (loss_of(CompleteAndLabel(label=label), model, batch).detach() for label in (0, 1))
    assert float(alone) == float(both)


def test_who_knows_the_truth_has_full_scores():
    batch = made()
    scores = CompleteAndLabel().scores(oracle(batch), [batch])
    perfect = ("miou", "accuracy", "miou seen", "accuracy seen", "iou 0", "iou 1", "iou 2", "iou unknown")
    assert {name: scores[name] for name in perfect} == dict.fromkeys(perfect, 1.0)
    assert scores["l1 unknown"] == 0
    assert scores["ece"] == pytest.approx(0, abs=1e-6)


def test_scores_are_what_a_loop_finds_within_the_room():
    batches, model = [made(0), made(1)], guess().requires_grad_(False)
    hits = given = true = both = either = unknown = 0
    error = of_the_scan = 0.0
    for batch in batches:
        for place in voxels(batch):
            if place[1] >= 4:
                continue
            one, *where = place
            label, best = int(batch.labels[place]), int(model.logits[(one, slice(None), *where)].argmax())
            hits += label == best == 1
            given += label != 255 and best == 1
            true += label == 1
            if not batch.known[place]:
                found, right = max(-1, min(1, float(model.distance[place]))), float(batch.distance[place])
                unknown += 1
                error, of_the_scan = error + 3 * abs(found - right), of_the_scan + 3 * abs(1 - right)
                near = abs(found) < 1 / 3, abs(right) < 1 / 3
                both, either = both + all(near), either + any(near)
    scores = CompleteAndLabel().scores(model, batches)
    assert scores["iou 1"] == pytest.approx(hits / (given + true - hits))
    assert scores["miou"] == pytest.approx(sum(scores[f"iou {place}"] for place in range(3)) / 3)
    assert scores["l1 unknown"] == pytest.approx(error / unknown, rel=1e-5)
    assert scores["l1 unknown of the scan"] == pytest.approx(of_the_scan / unknown, rel=1e-5)
    assert scores["iou unknown"] == pytest.approx(both / either)


def test_what_is_not_learned_is_not_scored_and_the_first_score_is_one_to_choose_by():
    batch = made()
    assert next(iter(CompleteAndLabel().scores(guess(), [batch]))) == "miou"
    alone = CompleteAndLabel(label=0).scores(guess(), [batch])
    assert next(iter(alone)) == "iou unknown"
    assert "miou" not in alone
    assert "iou unknown" not in CompleteAndLabel(complete=0).scores(guess(), [batch])


def test_a_network_learns_a_volume_by_heart():
    torch.manual_seed(0)
    grid = torch.arange(8.0) - 3.5
    distance = (grid / 3).clamp(-1, 1).expand(1, 8, 8, 8).contiguous()
    known = (torch.rand(1, 8, 8, 8) < 0.5).to(torch.uint8)
    labels = torch.where(distance.abs() < 1, (grid[:, None, None] > 0).long().expand(8, 8, 8), 255).to(torch.uint8)
    inputs = torch.stack([torch.where(known > 0, distance, 0), known.float()], dim=1)
    batch = VolumeBatch(inputs, distance, labels, known, 3.0, torch.ones(2), (8, 8, 8))
    model, task = UNet3d(2, 2, widths=(8, 8, 8)), CompleteAndLabel()
    before = float(loss_of(task, model, batch).detach())
    for _ in range(40):
        model.zero_grad()
        loss_of(task, model, batch).backward()
        with torch.no_grad():
            for parameter in model.parameters():
                assert parameter.grad is not None
                parameter -= 0.1 * parameter.grad
    assert float(loss_of(task, model, batch).detach()) < 0.2 * before
    scores = task.scores(model, [batch])
    assert scores["l1 unknown"] < 0.3 * scores["l1 unknown of the scan"]


def test_losses_in_bfloat16_are_summed_in_single_precision():
    torch.manual_seed(0)
    batch, model = made(), UNet3d(2, 3, widths=(4, 4))
    batch = replace(
        batch,
        inputs=batch.inputs[..., :4, :4, :4],
        distance=batch.distance[:, :4, :4, :4],
        labels=batch.labels[:, :4, :4, :4],
        known=batch.known[:, :4, :4, :4],
    )
    with torch.autocast("cpu", torch.bfloat16):
        loss = loss_of(CompleteAndLabel(), model, batch)
    assert loss.dtype == torch.float32
    assert float(loss.detach()) == pytest.approx(float(loss_of(CompleteAndLabel(), model, batch).detach()), rel=0.03)
    loss.backward()
