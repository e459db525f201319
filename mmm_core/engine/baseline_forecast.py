"""What the averaged estimate's baseline would foretell if there were no media: the same columns and priors, in closed form."""

import numpy as np

from mmm_core.engine.features import part_name
from mmm_core.engine.past_view import PastView
from mmm_core.engine.posterior_baseline import build_baseline
from mmm_core.engine.posterior_problem import VARIANCE_SHAPE, VARIANCE_SHARE
from mmm_core.entities.design import FloatArray


def foretell_without_media(view: PastView) -> FloatArray:
    """Posterior mean of the periods to foretell under a model of the baseline alone, shape (horizon,), outcome units.

    Coefficients are normal with the noise's variance as unit and the variance is inverse gamma, so that everything is known
    exactly: per stiffness s, with ``A = Z'Z + P``, the mean of the coefficients is ``inv(A) Z'y`` and its weight
    ``sqrt(det P / det A) (b + (y'y - y'Z inv(A) Z'y) / 2) ** -(a + n/2)``. The column for unseen demand, which is made of spend,
    is left out.
    """
    baseline, n = build_baseline(view.span), view.n_known
    unseen = part_name("unseen demand", view.span.settings)
    kept = np.array([baseline.terms[term] != unseen for term in baseline.term_of])
    columns, sds = baseline.columns[kept], baseline.prior_sd[:, kept]
    outcome = view.span.table[view.span.settings.outcome.column].to_numpy(np.float64)[view.known.rows]
    mean, unit = outcome.mean(), outcome.std()
    scaled = (outcome - mean) / unit
    answers = [_answer(columns[sd > 0], sd[sd > 0], scaled, n) for sd in sds]
    logs = np.array([log for log, _ in answers])
    weights = np.exp(logs - logs.max())
    foretold = weights @ np.stack([ahead for _, ahead in answers]) / weights.sum()
    in_units: FloatArray = mean + unit * foretold
    return in_units


def _answer(columns: FloatArray, sd: FloatArray, scaled: FloatArray, n: int) -> tuple[float, FloatArray]:
    """Log of the weight of one stiffness, and what it foretells of the columns behind the first n."""
    known, precision = columns[:, :n], sd**-2.0
    of_all = known @ known.T + np.diag(precision)
    gathered = known @ scaled
    coefficients = np.linalg.solve(of_all, gathered)
    rest = float(scaled @ scaled - gathered @ coefficients)
    _, log_determinant = np.linalg.slogdet(of_all)
    log_weight = 0.5 * (np.log(precision).sum() - log_determinant)
    log_weight -= (VARIANCE_SHAPE + 0.5 * n) * np.log(VARIANCE_SHARE + 0.5 * max(rest, 0.0))
    return float(log_weight), coefficients @ columns[:, n:]
