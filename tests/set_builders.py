"""Model sets for tests: random curves on a random design."""

import numpy as np

from mmm_core.engine.candidate_evaluator import arrays_of, layout_of
from mmm_core.engine.model_sets import RidgeModels, set_of_ridge_models
from mmm_core.entities.columns import AdstockKind
from mmm_core.entities.design import Design, FloatArray
from mmm_core.entities.model_set import ModelSet, SetKind
from mmm_core.entities.settings import DEFAULT_BOUNDS
from mmm_core.kernels.response import describe_media
from tests.builders import random_design


def random_model_set(
    n_models: int = 5,
    n_channels: int = 4,
    seed: int = 0,
    *,
    kind: SetKind = SetKind.SPREAD,
    point: int | None = 0,
    n_organic: int = 0,
) -> ModelSet:
    """Models with random geometric carry-over and Hill curves, all coefficients above 0, equal weights."""
    random = np.random.default_rng(seed)
    design = random_design(n_periods=104, n_paid=n_channels, n_organic=n_organic)
    bounds = DEFAULT_BOUNDS[AdstockKind.GEOMETRIC]
    names = (*(f"{channel}_{parameter}" for channel in design.media_names for parameter in bounds), "lambda")
    ends = [bounds[name.rsplit("_", 1)[-1]] for name in names[:-1]] + [(1.0, 1.0)]
    low, high = np.array(ends).T
    values = low + (high - low) * random.random((n_models, len(names)))
    coefficients = random.uniform(0.5, 2.0, (n_models, len(design.term_names))) * 100.0
    fitted = RidgeModels(names, values, coefficients, _contributions(design, names, values, coefficients))
    return set_of_ridge_models(
        design,
        fitted,
        kind=kind,
        names=tuple(f"1_{i + 1}" for i in range(n_models)),
        weights=np.full(n_models, 1 / n_models),
        point=point,
        label=f"{n_models} random models",
    )


def _contributions(design: Design, names: tuple[str, ...], values: FloatArray, coefficients: FloatArray) -> FloatArray:
    """Sums over the modelled periods, shape (n_models, n_terms)."""
    n_media = len(design.media_names)
    fixed = np.append(float(len(design.rows)), design.baseline[design.rows].sum(axis=0)) * coefficients[:, :-n_media]
    problem, layout, one = arrays_of(design), layout_of(design, names), np.ones(1)
    slopes = coefficients[:, -n_media:]
    media = [
        describe_media(values[i : i + 1], slopes[i : i + 1], one, problem, layout).weekly.sum(axis=1)
        for i in range(len(values))
    ]
    return np.hstack([fixed, np.array(media)])
