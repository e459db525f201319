"""Search algorithms behind one interface: ask for points of the unit cube, tell how good they were."""

from collections.abc import Mapping
from typing import NamedTuple, Protocol

import numpy as np

from mmm_core.entities.design import FloatArray
from mmm_core.entities.trials_config import NEVERGRAD_ALGORITHMS, OBJECTIVES
from mmm_core.kernels import nsga2

HOPELESS = 1e10
"""Stands for a loss that is infinite or NaN: worse than any real one, yet a number optimisers can subtract."""


class SearchAlgorithm(Protocol):
    """One search over the unit cube for small values of two losses or three.

    Attributes:
        batch_size: How many points to ask for at a time; fixed, so that results do not depend on the number of cores.
    """

    batch_size: int

    def ask(self, n: int) -> FloatArray:
        """Points to try next, shape (n, n_parameters), in [0, 1]."""
        ...

    def tell(self, points: FloatArray, losses: FloatArray) -> None:
        """Answer the last question.

        Args:
            points: What :meth:`ask` returned.
            losses: NRMSE and DECOMP.RSSD of each, with lift studies MAPE.LIFT too, shape (n, n_objectives); may be
                infinite or NaN.
        """
        ...


def start_search(
    algorithm: str,
    *,
    n_parameters: int,
    budget: int,
    seed: np.random.SeedSequence,
    objective_weights: Mapping[str, float] | None = None,
    n_objectives: int = 2,
) -> SearchAlgorithm:
    """Begin a search.

    Args:
        algorithm: One of ``entities.trials_config.ALGORITHMS``.
        n_parameters: Dimensions to search in; those of zero width are not among them.
        budget: Points that will be asked for in all.
        seed: Source of all randomness.
        objective_weights: Of ``nrmse``, ``decomp_rssd`` and ``mape``; None or a missing one means 1.
        n_objectives: How many of them are searched for, 2 or 3.

    Returns:
        A fresh algorithm. Nevergrad is imported only when one of its algorithms was chosen.
    """
    if n_parameters == 0:
        return NothingToSearch()
    given = objective_weights or {}
    weights = tuple(float(given.get(name, 1.0)) for name in OBJECTIVES[:n_objectives])
    if algorithm in NEVERGRAD_ALGORITHMS:
        from mmm_core.engine.nevergrad_search import NevergradSearch

        return NevergradSearch(algorithm, n_parameters, budget, seed, weights)
    return Nsga2Search(n_parameters, seed, weights)


def guide_losses(losses: FloatArray, weights: tuple[float, ...]) -> FloatArray:
    """Let objectives of lower weight count less: ``g_i = w_i f_i + (1 - w_i) mean_j f_j``, weights divided by the largest.

    The mean is that of the other objectives by their weights. With equal weights nothing changes; with a single weight above
    0 every column is that objective, so that only it is searched for; in between, a gain in a lesser objective is only worth
    taking when it costs little of the others.

    Args:
        losses: Shape (n, n_objectives), finite.
        weights: One per objective, at least 0; all 0 counts as equal.

    Returns:
        Same shape.

    Source:
        J. Branke, T. Kaussler, H. Schmeck, "Guidance in evolutionary multi-objective optimization", Advances in
        Engineering Software 32 (2001).
    """
    shares = np.asarray(weights) / max(*weights, 1e-300)
    if shares.max() == 0.0 or shares.min() == 1.0:
        return losses
    return np.column_stack([_guided(losses, shares, i) for i in range(len(shares))])


def _guided(losses: FloatArray, shares: FloatArray, i: int) -> FloatArray:
    """One objective mixed with the mean of the others, shape (n,)."""
    others = np.delete(shares, i)
    if others.max() == 0.0:
        return losses[:, i]
    mean = (np.delete(losses, i, axis=1) * (others / others.sum())).sum(axis=1)
    guided: FloatArray = losses[:, i] * shares[i] + mean * (1.0 - shares[i])
    return guided


class NothingToSearch:
    """Every hyperparameter is fixed: the one point there is."""

    batch_size = 1

    def ask(self, n: int) -> FloatArray:
        """Points without coordinates, shape (n, 0)."""
        return np.empty((n, 0))

    def tell(self, points: FloatArray, losses: FloatArray) -> None:
        """Nothing depends on the answer, of whatever shape."""


class Nsga2Settings(NamedTuple):
    """How NSGA-II breeds; the defaults reached the largest hypervolume over five data sets and several seeds.

    Attributes:
        population: Compromises that are kept, and children per generation.
        crossover_eta: Distribution index of the crossover; children are the nearer to a parent the larger it is.
        crossover_rate: Probability that a parameter is crossed.
        mutation_eta: Distribution index of the mutation; steps are the smaller the larger it is.
        mutations_per_point: Parameters moved per child, on average.
    """

    population: int = 16
    crossover_eta: float = 15.0
    crossover_rate: float = 0.5
    mutation_eta: float = 1.0
    mutations_per_point: float = 1.5


NSGA2_SETTINGS = Nsga2Settings()


class Nsga2Search:
    """NSGA-II: a population of compromises, bred by crossover and mutation; whole generations at a time."""

    def __init__(
        self,
        n_parameters: int,
        seed: np.random.SeedSequence,
        weights: tuple[float, ...] = (1.0, 1.0),
        settings: Nsga2Settings = NSGA2_SETTINGS,
    ) -> None:
        self.batch_size = settings.population
        self._n_parameters = n_parameters
        self._weights = weights
        self._random = np.random.default_rng(seed)
        self._crossover = (settings.crossover_eta, settings.crossover_rate)
        self._mutation = (settings.mutation_eta, min(1.0, settings.mutations_per_point / n_parameters))
        self._points = np.empty((0, n_parameters))
        self._losses = np.empty((0, len(weights)))
        self._fronts = np.empty(0, dtype=np.int64)
        self._crowding = np.empty(0)

    def ask(self, n: int) -> FloatArray:
        """Points to try next: a Latin hypercube first, then children of the population; shape (n, n_parameters)."""
        if not len(self._points):
            return self._latin_hypercube(n)
        random, d, size = self._random, self._n_parameters, len(self._points)
        rivals = random.integers(size, size=(2 * n, 2))
        mothers, fathers = nsga2.choose_parents(self._fronts, self._crowding, rivals).reshape(2, n)
        fathers = np.where(fathers == mothers, random.integers(size, size=n), fathers)
        children = nsga2.cross_over(
            self._points[mothers], self._points[fathers], random.random((n, d, 3)), *self._crossover
        )
        moves = random.random((n, d, 2))
        moves[np.arange(n), random.integers(d, size=n), 0] *= self._mutation[1]  # one parameter at least: no copies
        mutants: FloatArray = nsga2.mutate(children, moves, *self._mutation)
        return mutants

    def tell(self, points: FloatArray, losses: FloatArray) -> None:
        """Keep the best of the population and new points of shape (n, n_parameters); an infinite loss is worse than all."""
        usable = np.where(np.isfinite(losses).all(axis=1, keepdims=True), losses, HOPELESS)
        all_points = np.concatenate([self._points, points])
        all_losses = np.concatenate([self._losses, guide_losses(usable, self._weights)])
        kept, self._fronts, self._crowding = nsga2.keep_best(all_losses, min(self.batch_size, len(all_points)))
        self._points, self._losses = all_points[kept], all_losses[kept]

    def _latin_hypercube(self, n: int) -> FloatArray:
        strata = np.argsort(self._random.random((n, self._n_parameters)), axis=0)
        return (strata + self._random.random((n, self._n_parameters))) / n
