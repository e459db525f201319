"""Many candidates at once, for the search. Nothing here needs pandas, which processes of a pool do without."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from mmm_core.entities.calibration import CalibrationRules
from mmm_core.entities.columns import AdstockKind
from mmm_core.entities.design import Design, FloatArray
from mmm_core.entities.trials_config import TrialsConfig
from mmm_core.errors import BoundsError, SettingsError
from mmm_core.kernels.adstock import GEOMETRIC, WEIBULL_CDF, WEIBULL_PDF
from mmm_core.kernels.evaluation import Batch, Layout, Problem, Rules, evaluate_batch
from mmm_core.kernels.lift import Studies
from mmm_core.kernels.problem import Previous

_ROBYN = CalibrationRules.ROBYN
SOLVERS = ("exact", "glmnet")
KIND_CODES = {
    AdstockKind.GEOMETRIC: GEOMETRIC,
    AdstockKind.WEIBULL_CDF: WEIBULL_CDF,
    AdstockKind.WEIBULL_PDF: WEIBULL_PDF,
}


class CandidateBatch(NamedTuple):
    """What the search keeps of every candidate.

    Attributes:
        metrics: Columns ``METRICS``, shape (n_candidates, 9).
        coefficients: Intercept first, outcome per transformed unit, shape (n_candidates, n_terms).
        contributions: Sum over the modelled periods per term, outcome units, same shape.
    """

    metrics: FloatArray
    coefficients: FloatArray
    contributions: FloatArray


class CandidateEvaluator:
    """Evaluates batches of candidates of one design under one set of rules.

    What a candidate gets does not depend on the batch it is evaluated in. Safe to use from several threads.
    """

    def __init__(self, design: Design, names: Sequence[str], trials: TrialsConfig, *, solver: str = "exact") -> None:
        """Prepare the arrays.

        Args:
            design: Data.
            names: Flat keys of the columns of the values that will be evaluated, any order.
            trials: Intercept and penalty rules; the number of candidates does not matter here.
            solver: "exact" or "glmnet".

        Raises:
            BoundsError: A hyperparameter of a medium or lambda is not among ``names``.
            SettingsError: ``solver`` is unknown.
        """
        if solver not in SOLVERS:
            raise SettingsError(f"solver must be one of {', '.join(SOLVERS)}; got {solver!r}.")
        self._problem = arrays_of(design)
        self._studies = studies_of(design)
        self._previous = previous_of(design)
        self._layout = layout_of(design, tuple(names))
        self._n_parameters = len(names)
        self._rules = Rules(
            glmnet=solver == "glmnet",
            intercept=trials.intercept,
            drop_negative=trials.intercept_sign == "non_negative",
            zero_penalty=trials.rssd_zero_penalty,
        )

    @property
    def n_objectives(self) -> int:
        """How many of the first metrics a search minimises: with lift studies MAPE.LIFT too."""
        return 2 if self._studies is None else 3

    def evaluate(self, values: FloatArray) -> CandidateBatch:
        """Fit and judge every row of ``values``.

        Args:
            values: Shape (n_candidates, n_parameters), natural units; lambda is the final lambda.

        Returns:
            Metrics, coefficients and contributions, in the order of the rows.
        """
        batch = self.evaluate_in_full(values)
        return CandidateBatch(batch.metrics, batch.coefficients, batch.contributions)

    def evaluate_in_full(self, values: FloatArray) -> Batch:
        """The same for the same shape, and whether each model kept its intercept."""
        if values.ndim != 2 or values.shape[1] != self._n_parameters:
            raise SettingsError(
                f"Candidates must come as rows of {self._n_parameters} hyperparameters; got an array of {values.shape}."
            )
        return evaluate_batch(values, self._problem, self._layout, self._rules, self._studies, self._previous)


def arrays_of(design: Design) -> Problem:
    """The design as the compiled code reads it."""
    rows = design.rows
    spend = design.spend[rows].sum(axis=0)
    return Problem(
        outcome=np.array(design.outcome[rows], dtype=np.float64, order="C"),
        fixed=np.array(design.baseline[rows].T, dtype=np.float64, order="C"),
        media=np.array(design.media.T, dtype=np.float64, order="C"),
        rows=np.array(rows, dtype=np.int64),
        kinds=np.array([KIND_CODES[kind] for kind in design.adstock], dtype=np.int64),
        weibull_length=int(design.weibull_length),
        lower=np.array(design.lower, dtype=np.float64, order="C"),
        upper=np.array(design.upper, dtype=np.float64, order="C"),
        trend=int(design.trend_column),
        spend_share=spend / spend.sum(),
        unseen=0 if design.unseen_from is None else design.n_seen,
    )


def studies_of(design: Design) -> Studies | None:
    """The studies that lie wholly in the modelled periods, as the compiled code reads them; None without any."""
    targets = design.usable_studies
    if not targets:
        return None
    entries = sorted((c, s) for s, target in enumerate(targets) for c in target.media)
    media = np.array([c for c, _ in entries], dtype=np.int64)
    firsts = np.searchsorted(design.rows, [target.first_row for target in targets])
    spans = [
        (first, target.first_row, target.n_periods, target.study.scope == "immediate", target.rules is _ROBYN)
        for first, target in zip(firsts, targets, strict=True)
    ]
    amounts = [(target.study.lift, target.scale, target.factor, target.weight) for target in targets]
    day_share = np.zeros((len(targets), max(target.n_periods for target in targets)))
    for s, target in enumerate(targets):
        day_share[s, : target.n_periods] = target.day_shares or 1.0
    return Studies(
        starts=np.searchsorted(media, np.arange(len(design.media_names) + 1)).astype(np.int64),
        study=np.array([s for _, s in entries], dtype=np.int64),
        medium=media,
        spans=np.array(spans, dtype=np.int64),
        amounts=np.array(amounts, dtype=np.float64),
        day_share=day_share,
    )


def previous_of(design: Design) -> Previous | None:
    """The model a refresh is held to, as the compiled code reads it; None in an ordinary run."""
    if design.aim is None:
        return None
    shares = np.array([design.aim.shares.get(term, 0.0) for term in design.term_names], dtype=np.float64)
    return Previous(shares, float(design.aim.rest_factor), int(design.aim.n_new), float(design.aim.new_share))


def parameters_of(kind: AdstockKind) -> tuple[str, ...]:
    """Alpha, gamma, then what the adstock needs."""
    return ("alpha", "gamma", "theta") if kind is AdstockKind.GEOMETRIC else ("alpha", "gamma", "shape", "scale")


def required_keys(design: Design) -> list[str]:
    """Flat keys without which no candidate can be evaluated: those of every medium, then lambda."""
    media = zip(design.media_names, design.adstock, strict=True)
    return [f"{channel}_{parameter}" for channel, kind in media for parameter in parameters_of(kind)] + ["lambda"]


def layout_of(design: Design, names: tuple[str, ...]) -> Layout:
    """Where each hyperparameter of ``design`` stands in rows whose columns are ``names``.

    Raises:
        BoundsError: A hyperparameter of a medium or lambda is not among ``names``.
    """
    position = {name: i for i, name in enumerate(names)}
    missing = [key for key in required_keys(design) if key not in position]
    if missing:
        raise BoundsError(f"The hyperparameter {missing[0]!r} is missing; give a value for {', '.join(missing)}.")
    media = np.full((len(design.media_names), 4), -1, dtype=np.int64)
    for c, (channel, kind) in enumerate(zip(design.media_names, design.adstock, strict=True)):
        for k, parameter in enumerate(parameters_of(kind)):
            media[c, k] = position[f"{channel}_{parameter}"]
    penalties = [position.get(f"{column}_penalty", -1) for column in design.column_names]
    return Layout(
        media=media,
        penalties=np.array(penalties, dtype=np.int64),
        shrinkage=position["lambda"],
        train_size=position.get("train_size", -1),
    )
