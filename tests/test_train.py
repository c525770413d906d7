"""The loop: what it does to weights, step by step, and that a killed run is as good as one that was not."""

import logging
import math
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from geo3d.errors import InputError
from geo3d.learning.checkpoints import CHECKPOINT
from geo3d.learning.optimisers import rate_at
from geo3d.learning.prefetch import prefetched
from geo3d.learning.processes import in_processes
from geo3d.train import TrainConfig, _learn, train

Pair = tuple[Tensor, Tensor]


class Sums:
    """Points and the sums of their coordinates."""

    def training(self, index: int) -> Pair:
        points = torch.randn(6, 3, generator=torch.Generator().manual_seed(index))
        return points, points.sum(dim=1, keepdim=True)

    def validation(self) -> Iterable[Pair]:
        return [self.training(1000), self.training(1001)]


class Fit:
    """Squared errors."""

    def parts(self, model: nn.Module) -> dict[str, nn.Module]:
        return {"model": model}

    def losses(self, model: nn.Module, batch: Pair) -> Iterator[tuple[str, Tensor]]:
        yield "model", functional.mse_loss(model(batch[0]), batch[1])

    def scores(self, model: nn.Module, batches: Iterable[Pair]) -> dict[str, float]:
        return {"closeness": -float(sum(functional.mse_loss(model(points), sums) for points, sums in batches))}


def small() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(3, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Dropout(0.2), nn.Linear(8, 1))


def saved(folder: Path) -> dict[str, Any]:
    return torch.load(folder / CHECKPOINT, weights_only=True)


def same(one: Any, other: Any) -> bool:
    if isinstance(one, Tensor):
        return torch.equal(one, other)
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[name], other[name]) for name in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    return one == other


class KilledError(Exception):
    pass


class KilledAt(Sums):
    def __init__(self, index: int) -> None:
        self.index = index

    def training(self, index: int) -> Pair:
        if index == self.index:
            raise KilledError
        return super().training(index)


@pytest.mark.parametrize("at", [2, 7, 11])
def test_a_run_that_was_killed_and_goes_on_ends_with_the_same_bits(at: int, tmp_path: Path):
    config = TrainConfig(steps=12, save_every=4, score_every=3, warmup=2, learning_rate=0.05, threads=2)
    whole = train(small(), Fit(), Sums(), config, tmp_path / "whole")
    with pytest.raises(KilledError):
        train(small(), Fit(), KilledAt(at), config, tmp_path / "killed")
    train(small(), Fit(), Sums(), config, tmp_path / "killed")
    one, other = saved(tmp_path / "whole"), saved(tmp_path / "killed")
    for state in (one, other):
        del state["progress"]["seconds"], state["progress"]["waited"]
    assert same(one, other)
    assert len(whole.history["losses"]["model"]) == 12
    assert [row["step"] for row in whole.history["scores"]] == [3, 6, 9, 12]


def test_a_model_learns_and_the_one_that_was_given_does_not(tmp_path: Path):
    model = nn.Linear(3, 1)
    before = model.weight.clone()
    config = TrainConfig(steps=150, learning_rate=0.05, weight_decay=0, score_every=50, ema=0.9)
    found = train(model, Fit(), Sums(), config, tmp_path)
    assert torch.equal(model.weight, before)
    torch.testing.assert_close(found.weights["weight"], torch.ones(1, 3), atol=0.01, rtol=0)
    assert found.history["losses"]["model"][-1] < 0.01 * found.history["losses"]["model"][0]
    assert found.scores == {"closeness": max(row["closeness"] for row in found.history["scores"])}
    again = train(model, Fit(), KilledAt(0), config, tmp_path)
    assert same(again.weights, found.weights)  # a finished run asks for no batch


class Watched(Fit):
    """Keeps the weights that each step begins with, those that are scored, and the norm of each step's gradients."""

    def __init__(self) -> None:
        self.steps: list[Tensor] = []
        self.scored: list[Tensor] = []
        self.norms: list[float] = []

    def losses(self, model: Any, batch: Pair) -> Iterator[tuple[str, Tensor]]:
        self.steps.append(model.weight.detach().clone())
        yield from super().losses(model, batch)
        self.steps.append(model.weight.detach().clone())
        self.norms.append(float(torch.cat([value.grad.flatten() for value in model.parameters()]).norm()))

    def scores(self, model: Any, batches: Iterable[Pair]) -> dict[str, float]:
        assert not model.training
        self.scored.append(model.weight.clone())
        return super().scores(model, batches)


def test_what_is_scored_is_the_moving_average_of_the_weights(tmp_path: Path):
    task = Watched()
    train(nn.Linear(3, 1), task, Sums(), TrainConfig(steps=9, score_every=1, ema=0.5), tmp_path)
    average = task.steps[0].clone()
    for step, (weights, scored) in enumerate(zip(task.steps[1::2], task.scored, strict=True)):
        kept = min(0.5, (1 + step) / (10 + step))
        average = kept * average + (1 - kept) * weights
        torch.testing.assert_close(scored, average)


def test_gradients_are_clipped_and_buffers_are_averaged_too(tmp_path: Path):
    task = Watched()
    train(nn.Linear(3, 1), task, Sums(), TrainConfig(steps=5, clip=0.01), tmp_path / "clipped")
    assert max(task.norms) <= 0.01 + 1e-6
    free = Watched()
    train(nn.Linear(3, 1), free, Sums(), TrainConfig(steps=5, clip=None), tmp_path / "free")
    assert max(free.norms) > 0.1
    found = train(small(), Fit(), Sums(), TrainConfig(steps=5, ema=0), tmp_path / "buffers")
    assert same(found.weights, saved(tmp_path / "buffers")["model"])
    assert found.weights["1.num_batches_tracked"] == 5


def test_the_first_step_is_that_of_adamw_with_the_rate_of_its_part_and_weight_decay_for_matrices_only(tmp_path: Path):
    model = nn.Linear(3, 1)
    config = TrainConfig(
        steps=1, schedule="constant", clip=None, ema=0, weight_decay=0.5, learning_rates={"model": 0.1}
    )
    found = train(model, Fit(), Sums(), config, tmp_path)
    points, sums = Sums().training(0)
    functional.mse_loss(model(points), sums).backward()
    with torch.no_grad():
        for name, value in model.named_parameters():
            assert value.grad is not None
            decayed = value * (1 - 0.1 * 0.5) if name == "weight" else value
            expected = decayed - 0.1 * value.grad / (value.grad.abs() + 1e-8)
            torch.testing.assert_close(found.weights[name], expected)


def test_the_learning_rate_grows_to_its_height_and_falls_as_a_cosine():
    config = TrainConfig(steps=110, warmup=10)
    assert [rate_at(step, config) for step in (0, 4, 9)] == pytest.approx([1 / 11, 5 / 11, 10 / 11])
    shares = torch.arange(100) / 100
    expected = (0.5 + 0.5 * torch.cos(math.pi * shares)).tolist()
    assert [rate_at(step, config) for step in range(10, 110)] == pytest.approx(expected, abs=1e-6)
    assert rate_at(109, TrainConfig(steps=110, warmup=10, schedule="constant")) == 1


class Falling(Fit):
    """Scores 1, 5, 4, 3, ...: the second is the best."""

    def __init__(self) -> None:
        self.asked = 0
        self.kept: list[Tensor] = []

    def scores(self, model: Any, batches: Iterable[Pair]) -> dict[str, float]:
        self.asked += 1
        self.kept.append(model.weight.clone())
        return {"first": 1.0 if self.asked == 1 else 7.0 - self.asked, "other": math.nan}


def test_learning_stops_when_scores_get_no_better_and_the_best_weights_are_kept(tmp_path: Path):
    task = Falling()
    found = train(nn.Linear(3, 1), task, Sums(), TrainConfig(steps=100, score_every=2, patience=3), tmp_path)
    assert task.asked == 5
    assert len(found.history["losses"]["model"]) == 10
    assert found.step == 4
    assert found.scores["first"] == 5
    assert torch.equal(found.weights["weight"], task.kept[1])
    assert [row["other"] for row in found.history["scores"]] == [None] * 5


class InfiniteAt(Sums):
    def __init__(self, index: int) -> None:
        self.index = index

    def training(self, index: int) -> Pair:
        points, sums = super().training(index)
        return points, sums * (math.nan if index == self.index else 1)


class InfiniteGradient(Fit):
    def losses(self, model: Any, batch: Pair) -> Iterator[tuple[str, Tensor]]:
        yield "model", (model.weight * 0).abs().sqrt().sum()


def test_a_loss_that_is_no_number_stops_with_its_step_and_batch_and_leaves_the_checkpoint(tmp_path: Path):
    config = TrainConfig(steps=12, save_every=3)
    with pytest.raises(InputError, match=r"the loss of model is nan at step 9 \(batch 8\)"):
        train(small(), Fit(), InfiniteAt(8), config, tmp_path)
    state = saved(tmp_path)
    assert state["progress"]["step"] == 6
    assert all(value.isfinite().all() for value in state["model"].values())


def test_gradients_that_are_no_numbers_stop_before_they_reach_the_weights(tmp_path: Path):
    with pytest.raises(InputError, match=r"the norm of the gradients of model is nan at step 1 \(batch 0\)"):
        train(nn.Linear(3, 1), InfiniteGradient(), Sums(), TrainConfig(steps=3), tmp_path)


class NothingToScore(Sums):
    def validation(self) -> Iterable[Pair]:
        return []


def test_what_cannot_be_learned_is_refused_with_a_sentence(tmp_path: Path):
    config = TrainConfig(steps=2)
    with pytest.raises(InputError, match="validation has no batch"):
        train(small(), Fit(), NothingToScore(), config, tmp_path / "a")
    with pytest.raises(InputError, match="learning_rates names head; the parts of the task are model"):
        train(small(), Fit(), Sums(), TrainConfig(steps=2, learning_rates={"head": 1.0}), tmp_path / "b")
    train(small(), Fit(), Sums(), config, tmp_path / "c")
    with pytest.raises(InputError, match=r"made with other settings \(ema, steps\)"):
        train(small(), Fit(), Sums(), TrainConfig(steps=3, ema=0.5, threads=2), tmp_path / "c")
    with pytest.raises(InputError, match="another model"):
        train(nn.Linear(3, 1), Fit(), Sums(), config, tmp_path / "c")
    (tmp_path / "c" / CHECKPOINT).write_bytes((tmp_path / "c" / CHECKPOINT).read_bytes()[:-100])
    with pytest.raises(InputError, match="is damaged; remove it"):
        train(small(), Fit(), Sums(), config, tmp_path / "c")
    with pytest.raises(InputError, match="steps = 0 is not allowed"):
        TrainConfig(steps=0)


class Slow(Sums):
    def training(self, index: int) -> Pair:
        time.sleep(0.03)
        return super().training(index)


def test_the_time_spent_waiting_for_batches_is_told(tmp_path: Path):
    found = train(small(), Fit(), Slow(), TrainConfig(steps=10), tmp_path)
    assert 0.3 < found.history["waiting_share"] <= 1
    assert found.history["seconds"] > 0.2


def test_batches_are_made_ahead_in_order_and_no_farther_than_asked():
    made: list[int] = []

    def make(index: int) -> int:
        made.append(index)
        return index * index

    ahead = prefetched(make, range(100), 2)
    assert [next(ahead) for _ in range(3)] == [0, 1, 4]
    ahead.close()
    assert len(made) <= 3 + 4
    assert list(prefetched(make, range(7), 3)) == [index**2 for index in range(7)]


class Chances:
    """Real numbers around 3, and numbers to make others from; `share` of what each index stands for."""

    def __init__(self, joined: int) -> None:
        self.joined = joined

    def training(self, index: int) -> Pair:
        indices = range(index * self.joined, (index + 1) * self.joined)
        drawn = [torch.randn(2, 16, 1, generator=torch.Generator().manual_seed(one)) for one in indices]
        real, noise = torch.cat(drawn, dim=1)
        return 3 + 0.5 * real, noise

    def validation(self) -> Iterable[Pair]:
        return [Chances(16).training(1000)]


class Rivals(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.generator = nn.Linear(1, 1)
        self.discriminator = nn.Sequential(nn.Linear(1, 16), nn.LeakyReLU(0.2), nn.Linear(16, 1))


class Deceive:
    """A generator and a discriminator (Goodfellow et al. 2014, with the loss that does not saturate)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.dtypes: set[torch.dtype] = set()

    def parts(self, model: Any) -> dict[str, nn.Module]:
        return {"discriminator": model.discriminator, "generator": model.generator}

    def losses(self, model: Any, batch: Pair) -> Iterator[tuple[str, Tensor]]:
        real, noise = batch
        made = model.generator(noise)
        logits = model.discriminator(torch.cat([real, made.detach()]))
        self.dtypes |= {made.dtype, logits.dtype}
        truth = torch.cat([torch.ones_like(real), torch.zeros_like(real)])
        before = {name: value.clone() for name, value in model.state_dict().items()}
        yield "discriminator", functional.binary_cross_entropy_with_logits(logits.float(), truth)
        assert self._changed(before, model) == {"discriminator"}
        before = {name: value.clone() for name, value in model.state_dict().items()}
        logits = model.discriminator(made)
        self.dtypes.add(logits.dtype)
        yield "generator", functional.softplus(-logits.float()).mean()
        assert self._changed(before, model) == {"generator"}
        rank = torch.distributed.get_rank() if torch.distributed.is_initialized() else 0
        torch.save(model.state_dict(), self.folder / f"rank{rank}.pt")

    def _changed(self, before: dict[str, Tensor], model: nn.Module) -> set[str]:
        return {
            name.split(".")[0] for name, value in model.state_dict().items() if not torch.equal(value, before[name])
        }

    def scores(self, model: Any, batches: Iterable[Pair]) -> dict[str, float]:
        real, noise = next(iter(batches))
        return {"closeness": -abs(float(model.generator(noise).float().mean() - real.mean()))}


def rivals(steps: int, **options: Any) -> TrainConfig:
    return TrainConfig(
        steps=steps, learning_rate=0.02, betas=(0.5, 0.9), schedule="constant", ema=0.9, score_every=steps, **options
    )


@pytest.mark.parametrize("precision", ["32-true", "bf16-mixed"])
def test_a_generator_and_a_discriminator_learn_in_turn(precision: Any, tmp_path: Path):
    torch.manual_seed(0)
    task = Deceive(tmp_path)
    found = train(Rivals(), task, Chances(2), rivals(400, precision=precision), tmp_path)
    assert found.scores["closeness"] > -0.5
    assert task.dtypes == {torch.float32 if precision == "32-true" else torch.bfloat16}
    assert {len(values) for values in found.history["losses"].values()} == {400}


def learn_both(folder: Path, model: nn.Module) -> None:
    for precision in ("32-true", "bf16-mixed"):
        (folder / precision).mkdir(exist_ok=True)
        task = Deceive(folder / precision)
        _learn(model, task, Chances(1), rivals(20, precision=precision, processes=2), folder / precision)
        assert task.dtypes == {torch.float32 if precision == "32-true" else torch.bfloat16}


def test_two_processes_with_half_of_each_batch_are_one_with_all_of_it(tmp_path: Path):
    torch.manual_seed(0)
    model = Rivals()
    in_processes(2, learn_both, tmp_path, model)
    for precision, tolerance in (("32-true", 1e-4), ("bf16-mixed", 0.1)):
        alone = tmp_path / f"alone {precision}"
        alone.mkdir()
        train(model, Deceive(alone), Chances(2), rivals(20, precision=precision), alone)
        one, first, second = (
            torch.load(tmp_path / name / f"rank{rank}.pt", weights_only=True)
            for name, rank in ((f"alone {precision}", 0), (precision, 0), (precision, 1))
        )
        assert same(first, second)
        for name, value in one.items():
            torch.testing.assert_close(first[name], value, atol=tolerance, rtol=0)
        assert max(float((value - model.state_dict()[name]).abs().max()) for name, value in one.items()) > 0.2
    one, other = saved(tmp_path / "alone 32-true")["progress"], saved(tmp_path / "32-true")["progress"]
    assert other["losses"]["generator"] == pytest.approx(one["losses"]["generator"], abs=1e-4)


def complain() -> None:
    raise InputError("there is nothing to do")


def test_what_a_process_complains_of_is_raised_here(capfd: pytest.CaptureFixture[str]):
    with pytest.raises(InputError, match="there is nothing to do"):
        in_processes(2, complain)
    assert capfd.readouterr().err == ""


def test_learning_prints_nothing(tmp_path: Path, capfd: pytest.CaptureFixture[str]):
    train(small(), Fit(), Sums(), TrainConfig(steps=2), tmp_path)
    assert capfd.readouterr() == ("", "")
    assert logging.getLogger("lightning_fabric").level == logging.ERROR
    assert list((tmp_path / "events").iterdir())
