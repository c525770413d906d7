"""The one training loop: every model of the catalogue learns its task here, on a laptop or on several devices.

A task says what is owned by an optimiser of its own (its parts) and yields their losses; a source makes batches, each a
function of an index. Random numbers start anew from (seed, step, process) at each step, so that a killed run that goes
on from its last checkpoint ends with the same bits as one that was never killed.
"""

from __future__ import annotations

import copy
import hashlib
import math
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from geo3d.errors import InputError
from geo3d.learning.checkpoints import CHECKPOINT, Progress, read_checkpoint, refuse_other, write_checkpoint
from geo3d.learning.config import FREE, TrainConfig
from geo3d.learning.events import events_in
from geo3d.learning.optimisers import make_optimiser, rate_at
from geo3d.learning.prefetch import prefetched
from geo3d.learning.processes import average_buffers_, average_gradients_, in_processes, make_fabric, of_all
from geo3d.progress import steps

if TYPE_CHECKING:
    from lightning_fabric import Fabric
    from torch import Tensor, nn


class Task(Protocol):
    """What a model learns from."""

    def parts(self, model: nn.Module) -> dict[str, nn.Module]:
        """What each optimiser owns: modules of the model."""
        ...

    def losses(self, model: nn.Module, batch: Any) -> Iterator[tuple[str, Tensor]]:
        """Pairs of a part and its loss; what stands after a ``yield`` runs when that part's step has been taken."""
        ...

    def scores(self, model: nn.Module, batches: Iterable[Any]) -> dict[str, float]:
        """On validation; the first is what to choose by, higher is better."""
        ...


class Source(Protocol):
    """What batches come from."""

    def training(self, index: int) -> Any:
        """The batch of that index, and of nothing else: threads ask for it, so without global random numbers."""
        ...

    def validation(self) -> Iterable[Any]:
        """The batches to score on."""
        ...


@dataclass(frozen=True)
class Trained:
    """What a run has learned."""

    weights: dict[str, Tensor]
    """The best ones by score: the average's, buffers and all."""
    step: int
    """They are of."""
    scores: dict[str, float]
    """Theirs, on validation."""
    history: dict[str, Any]
    """losses of each part by step, scores with their step, seconds of all steps, and waiting_share of them."""


def train(model: nn.Module, task: Task, batches: Source, config: TrainConfig, folder: Path) -> Trained:
    """Let a model learn a task, going on from the checkpoint in `folder` where there is one; the model is left alone.

    Several processes are started anew, so that model, task and batches must be picklable then. Raises InputError for a
    checkpoint of something else, for validation without batches, and at a loss or gradient that is not finite.
    """
    folder.mkdir(parents=True, exist_ok=True)
    in_processes(config.processes, _learn, model, task, batches, config, folder)
    saved = read_checkpoint(folder / CHECKPOINT)
    progress = Progress(**saved["progress"])
    return Trained(saved["best"], progress.best_step, progress.best_scores, progress.history())


def _learn(model: nn.Module, task: Task, batches: Source, config: TrainConfig, folder: Path) -> None:
    """What each process does."""
    import torch

    fabric = make_fabric(config.device, config.processes, config.precision)
    cards = [fabric.device] if fabric.device.type == "cuda" else []
    with torch.random.fork_rng(cards):
        learner = _Learner(model, task, batches, config, fabric)
        learner.go_on_from(folder / CHECKPOINT)
        with events_in(folder, learner.progress.step, fabric.is_global_zero) as tell:
            learner.learn(folder / CHECKPOINT, tell)


class _Learner:
    """A model, its average and its optimisers, and how far they are."""

    def __init__(self, model: nn.Module, task: Task, batches: Source, config: TrainConfig, fabric: Fabric) -> None:
        self.task, self.batches, self.config, self.fabric = task, batches, config, fabric
        self.model = copy.deepcopy(model).to(fabric.device).train()
        self.average = copy.deepcopy(self.model).eval().requires_grad_(False)
        self.parts = task.parts(self.model)
        unknown = config.learning_rates.keys() - self.parts.keys()
        if unknown:
            raise InputError(f"learning_rates names {min(unknown)}; the parts of the task are {', '.join(self.parts)}")
        self.optimisers = {name: make_optimiser(part, config) for name, part in self.parts.items()}
        self.best: dict[str, Tensor] = {}
        self.progress = Progress(losses={name: [] for name in self.parts})

    def go_on_from(self, file: Path) -> None:
        """Take up a checkpoint; where there is none, see that there is something to score on."""
        if not file.exists():
            if next(iter(self.batches.validation()), None) is None:
                raise InputError("validation has no batch to score on; give more, or other, data for it")
            return
        saved = read_checkpoint(file)
        refuse_other(saved, self._state(), FREE, file)
        self.model.load_state_dict(saved["model"])
        self.average.load_state_dict(saved["average"])
        for name, optimiser in self.optimisers.items():
            optimiser.load_state_dict(saved["optimisers"][name])
        self.best = {name: value.to(self.fabric.device) for name, value in saved["best"].items()}
        self.progress = Progress(**saved["progress"])

    def learn(self, file: Path, tell: Callable[[int, dict[str, float]], None]) -> None:
        """Take the steps that are left, scoring and saving in between."""
        config, progress, fabric = self.config, self.progress, self.fabric
        indices = range(progress.step * fabric.world_size + fabric.global_rank, sys.maxsize, fabric.world_size)
        ahead = prefetched(self.batches.training, indices, config.threads)
        with closing(ahead), steps("learn", config.steps - progress.step, "steps") as done:
            while not self._is_over():
                losses = self._step(ahead)
                tell(progress.step, losses)
                last = progress.step == config.steps
                if last or progress.step % config.score_every == 0:
                    tell(progress.step, self._score())
                if progress.step % config.save_every == 0 or self._is_over():
                    self._save(file)
                done("learn, loss " + ", ".join(f"{value:.3g}" for value in losses.values()))

    def _save(self, file: Path) -> None:
        if self.fabric.is_global_zero:
            write_checkpoint(self._state(), file)

    def _step(self, ahead: Iterator[Any]) -> dict[str, float]:
        """Learn from one batch; gives the losses."""
        import torch

        from geo3d.ops.devices import on_device

        config, progress, fabric = self.config, self.progress, self.fabric
        began = time.monotonic()
        batch = next(ahead)
        waited = time.monotonic() - began
        batch = on_device(batch, fabric.device)
        torch.manual_seed(_seed_of(config.seed, progress.step, fabric.global_rank))
        found: dict[str, list[float]] = {}
        losses = self.task.losses(self.model, batch)
        while True:
            with fabric.autocast():
                part, loss = next(losses, (None, None))
            if part is None or loss is None:
                break
            found.setdefault(part, []).append(self._descend(part, loss))
        average_buffers_(self.model.buffers(), fabric)
        _average_(self.average, self.model, min(config.ema, (1 + progress.step) / (10 + progress.step)))
        progress.step += 1
        means = {part: sum(values) / len(values) for part, values in found.items()}
        for part, values in progress.losses.items():
            values.append(means.get(part))
        progress.seconds += time.monotonic() - began
        progress.waited += waited
        return {f"loss/{part}": value for part, value in means.items()}

    def _descend(self, part: str, loss: Tensor) -> float:
        """Take a part's step down its loss; gives the loss, averaged over processes."""
        import torch

        fabric, optimiser = self.fabric, self.optimisers[part]
        losses = of_all(loss.detach(), fabric)
        self._refuse_infinite(losses, f"the loss of {part} is {{}}")
        learned = [value for group in optimiser.param_groups for value in group["params"]]
        optimiser.zero_grad()
        fabric.backward(loss, inputs=learned)
        average_gradients_(learned, fabric)
        norm = torch.nn.utils.clip_grad_norm_(learned, self.config.clip or math.inf)
        self._refuse_infinite([float(norm)], f"the norm of the gradients of {part} is {{}}")
        height = self.config.learning_rates.get(part, self.config.learning_rate)
        for group in optimiser.param_groups:
            group["lr"] = height * rate_at(self.progress.step, self.config)
        optimiser.step()
        return sum(losses) / len(losses)

    def _refuse_infinite(self, values: list[float], sentence: str) -> None:
        step, several = self.progress.step, self.fabric.world_size
        for rank, value in enumerate(values):
            if not math.isfinite(value):
                raise InputError(
                    f"{sentence.format(value)} at step {step + 1} (batch {step * several + rank}), so learning stopped;"
                    " the last checkpoint is as it was, and a lower learning_rate or clip may do in another folder"
                )

    def _score(self) -> dict[str, float]:
        """Score the average, and keep it if it is the best."""
        import torch

        from geo3d.ops.devices import on_device

        scores, fabric, progress = {}, self.fabric, self.progress
        if fabric.is_global_zero:
            with torch.no_grad(), fabric.autocast():
                batches = (on_device(batch, fabric.device) for batch in self.batches.validation())
                scores = {name: float(value) for name, value in self.task.scores(self.average, batches).items()}
        scores = fabric.broadcast(scores)
        told = {name: value if math.isfinite(value) else None for name, value in scores.items()}  # as JSON has it
        progress.scores.append({"step": progress.step, **told})
        if not self.best or _first(scores) > _first(progress.best_scores):
            self.best = {name: value.clone() for name, value in self.average.state_dict().items()}
            progress.best_step, progress.best_scores = progress.step, scores
        return {f"score/{name}": value for name, value in scores.items() if math.isfinite(value)}

    def _is_over(self) -> bool:
        """Whether all steps are taken, or too many scores in a row were not the best."""
        progress, patience = self.progress, self.config.patience
        since = sum(row["step"] > progress.best_step for row in progress.scores)
        return progress.step >= self.config.steps or (patience is not None and since >= patience)

    def _state(self) -> dict[str, Any]:
        """What a checkpoint holds."""
        return {
            "config": asdict(self.config),
            "progress": asdict(self.progress),
            "model": self.model.state_dict(),
            "average": self.average.state_dict(),
            "best": self.best,
            "optimisers": {name: optimiser.state_dict() for name, optimiser in self.optimisers.items()},
        }


def _average_(average: nn.Module, model: nn.Module, kept: float) -> None:
    """Let the average forget all but the share that is kept of it."""
    for mean, value in zip(average.state_dict().values(), model.state_dict().values(), strict=True):
        if mean.is_floating_point():
            mean.lerp_(value, 1 - kept)
        else:
            mean.copy_(value)


def _first(scores: dict[str, float]) -> float:
    """The score to choose by; one that is no number is the worst."""
    value = next(iter(scores.values()))
    return -math.inf if math.isnan(value) else value


def _seed_of(*numbers: int) -> int:
    """A seed of its own for each row of whole numbers."""
    return int.from_bytes(hashlib.sha256(repr(numbers).encode()).digest()[:8], "little") >> 1
