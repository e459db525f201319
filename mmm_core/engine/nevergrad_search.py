"""Nevergrad's optimisers, told about two losses or three exactly as Robyn does it, only faster."""

import warnings
from typing import Any, Protocol

import numpy as np

from mmm_core.engine.search import HOPELESS, guide_losses
from mmm_core.entities.design import FloatArray
from mmm_core.kernels.dominance import first_front, first_front_of_many
from mmm_core.kernels.hypervolume import swept_area, swept_volume

BATCH_SIZE = 10
REFERENCE = 1.0
"""Of every loss; those beyond it are punished by their distance. Robyn 3.12.1, R/model.R, ``MultiobjectiveReference``."""


class Candidate(Protocol):
    """The part of ``nevergrad.p.Parameter`` that is needed to compare candidates."""

    losses: FloatArray


class NevergradSearch:
    """One nevergrad optimiser over ``Array(shape=(n,), lower=0, upper=1)``, with Robyn's reference point and weights.

    Points are asked in batches and told in the order they were asked. Differential evolution handles several objectives
    itself and takes the weights; the other optimisers see one number, the growth of the hypervolume, and get the weights
    by :func:`guide_losses`.
    """

    def __init__(
        self,
        algorithm: str,
        n_parameters: int,
        budget: int,
        seed: np.random.SeedSequence,
        weights: tuple[float, ...] = (1.0, 1.0),
        *,
        batch_size: int = BATCH_SIZE,
        fast_losses: bool = True,
    ) -> None:
        import nevergrad

        cube = nevergrad.p.Array(shape=(n_parameters,), lower=0.0, upper=1.0)
        cube.random_state = np.random.RandomState(np.random.MT19937(seed))
        factory = nevergrad.optimizers.registry[algorithm]
        self.batch_size = 1 if factory.no_parallelization else min(batch_size, budget)
        self._optimizer = factory(cube, budget=budget, num_workers=self.batch_size)
        self._asked: list[Any] = []
        self._guiding = weights
        self._optimizer.tell(nevergrad.p.MultiobjectiveReference(), [REFERENCE] * len(weights))
        if hasattr(self._optimizer, "set_objective_weights"):
            equal = (1.0,) * len(weights)
            self._optimizer.set_objective_weights(np.asarray(weights if max(weights) > 0 else equal))
            self._guiding = equal
        if fast_losses:
            own = self._optimizer._hypervolume_pareto
            self._optimizer._hypervolume_pareto = ParetoLosses(
                cube.random_state, len(weights), ignore_volume=own._no_hypervolume
            )

    def ask(self, n: int) -> FloatArray:
        """Points to try next, shape (n, n_parameters)."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # advice on settings that nobody can act on here
            self._asked = [self._optimizer.ask() for _ in range(n)]
        return np.array([candidate.value for candidate in self._asked])

    def tell(self, points: FloatArray, losses: FloatArray) -> None:
        """Answer the last question in the order of asking: points of shape (n, n_parameters), losses of shape (n,)."""
        assert len(points) == len(self._asked), "every point asked for is answered, at once"
        finite = guide_losses(np.where(np.isfinite(losses), losses, HOPELESS), self._guiding)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for candidate, pair in zip(self._asked, finite, strict=True):
                self._optimizer.tell(candidate, pair)
        self._asked = []


class ParetoLosses:
    """Stands in for ``nevergrad.optimization.multiobjective.HypervolumePareto``: the same answers, compiled.

    For two losses they are the same to the last bit; the volume of three is added up in another order.

    The loss of a candidate is minus the hypervolume when it enlarges it; otherwise the distance to the front is added;
    beyond the reference it is the distance to that. Nevergrad computes this with linked lists in Python, at up to a
    millisecond per candidate.

    Source:
        nevergrad 1.0.12, optimization/multiobjective/core.py.
    """

    def __init__(self, random_state: np.random.RandomState, n_objectives: int, *, ignore_volume: bool) -> None:
        self.num_objectives = n_objectives
        self.best_volume = -np.inf
        self._random = random_state
        self._ignore_volume = ignore_volume
        self._members: list[Candidate] = []
        self._is_front = True

    def add(self, parameter: Candidate) -> float:
        """One number for the losses of a candidate; remembers it if it belongs to the front.

        Args:
            parameter: With ``losses`` of shape (n_objectives,), finite.

        Returns:
            Loss, the smaller the better.
        """
        losses = parameter.losses
        beyond = losses - REFERENCE
        if (beyond > 0).any():
            loss = -float(np.sum(np.maximum(0, beyond)))
            self.best_volume = max(self.best_volume, loss)
            if self.best_volume < 0:
                self._append(parameter)
            return -loss
        if self._ignore_volume:
            self._append(parameter)
            return 0.0
        shifted = np.array([*(member.losses for member in self._members), losses]) - REFERENCE
        is_plane = self.num_objectives == 2
        volume = float(swept_area(shifted[:, 0].copy(), shifted[:, 1].copy()) if is_plane else swept_volume(shifted))
        if volume > self.best_volume:
            self.best_volume = volume
            self._append(parameter)
            return -volume
        return -volume + self._distance(losses)

    def pareto_front(
        self,
        size: int | None = None,
        subset: str = "random",
        subset_tentatives: int = 12,
    ) -> list[Candidate]:
        """Candidates on the front in the order they were told, or ``size`` random ones of them."""
        del subset, subset_tentatives  # nevergrad's optimisers only ever ask for the whole front
        if not self._is_front:
            losses = np.array([member.losses for member in self._members])
            is_plane = self.num_objectives == 2
            kept = np.sort(first_front(losses[:, 0], losses[:, 1])) if is_plane else first_front_of_many(losses)
            self._members = [self._members[i] for i in kept]
            self._is_front = True
        if size is None or size >= len(self._members):
            return self._members
        return [self._members[i] for i in self._random.choice(len(self._members), size)]

    def get_min_losses(self) -> FloatArray:
        """Smallest value of each loss so far, shape (n_objectives,)."""
        smallest: FloatArray = np.min([member.losses for member in self._members], axis=0)
        return smallest

    def _append(self, parameter: Candidate) -> None:
        self._members.append(parameter)
        self._is_front = False

    def _distance(self, losses: FloatArray) -> float:
        front = np.array([member.losses for member in self.pareto_front()])
        gaps = losses - front
        gaps = gaps[(gaps >= 0).all(axis=1)]
        return float(gaps.min(axis=1).min()) if len(gaps) else np.inf
