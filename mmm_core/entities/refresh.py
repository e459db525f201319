"""A refresh: new periods come in, the model moves on, and every move has a cause."""

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import pandas as pd

from mmm_core.entities.columns import Frequency, OutcomeKind
from mmm_core.entities.estimate import Estimate
from mmm_core.errors import BoundsError, SettingsError


class RefreshMode(StrEnum):
    """One step, or as many as the new data allow, each from the result of the one before."""

    MANUAL = "manual"
    AUTO = "auto"


class RefreshRules(StrEnum):
    """How a refresh searches and picks: our way, or to the letter as Robyn 3.12.1, which the bridge and parity need."""

    OWN = "own"
    ROBYN = "robyn"


class Cause(StrEnum):
    """Why a figure moved between two models, in the order the causes are told apart."""

    REVISED_HISTORY = "revised_history"
    NEW_PERIODS = "new_periods"
    MODEL_CHOICE = "model_choice"
    SEARCH_NOISE = "search_noise"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRefreshConfig:
    """How a model is refreshed.

    Attributes:
        refresh_steps: Periods the window moves by in one step; each step needs so many new ones.
        refresh_mode: "manual" is one step, "auto" as many as the new data allow.
        refresh_iters: Candidates per trial.
        refresh_trials: Independent searches.
        bounds_freedom: Share of every original range by which a hyperparameter may leave its previous value, to either side;
            0 keeps all of them, None means steps over periods in the window.
    """

    refresh_steps: int = 4
    refresh_mode: RefreshMode | str = RefreshMode.MANUAL
    refresh_iters: int = 1000
    refresh_trials: int = 3
    bounds_freedom: float | None = None

    def __post_init__(self) -> None:
        for name in ("refresh_steps", "refresh_iters", "refresh_trials"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or value < 1:
                raise BoundsError(f"{name} must be a whole number of at least 1, got {value!r}.")
        if self.refresh_mode not in tuple(RefreshMode):
            raise SettingsError(f"refresh_mode must be one of {', '.join(RefreshMode)}; got {self.refresh_mode!r}.")
        object.__setattr__(self, "refresh_mode", RefreshMode(self.refresh_mode))
        freedom = self.bounds_freedom
        if freedom is not None and not (isinstance(freedom, int | float) and 0 <= freedom < math.inf):
            raise BoundsError(f"bounds_freedom must be a number of at least 0, or None; got {freedom!r}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingColumn:
    """A column the previous model uses and the new table has not.

    Attributes:
        name: What it was called.
        nearest: The column of the new table whose name is nearest, when one is near; probably it was renamed.
    """

    name: str
    nearest: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedCell:
    """A cell of history that is no longer what the previous model was fitted to.

    Attributes:
        date: First day of the period.
        column: Which column.
        before: In the previous data.
        after: In the new data.
    """

    date: dt.date
    column: str
    before: float | str
    after: float | str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshCheck:
    """What is new in a table, what changed, and whether a model can be refreshed with it.

    Attributes:
        frequency: Length of one period.
        window_start: First day of the first period the previous model was fitted to.
        window_end: First day of the last one; new is what comes after it.
        n_window: Periods the previous model was fitted to.
        n_new: New periods.
        first_new: First day of the first new period; None without any.
        last_new: First day of the last new period; None without any.
        n_history: Periods that both tables hold.
        changed: Cells of history that differ by more than the tolerance, by date, then in the order of the columns.
        lost: First days of periods of the previous data that the new table has not.
        missing: Columns that are not there.
        added: Columns the previous table had not; they are not used.
        n_steps: Steps a refresh would take.
        problems: Why it cannot be done, one sentence each; empty when it can.
        revisions: What changed in history, one sentence each: it can be done once the user accepts this.
    """

    frequency: Frequency
    window_start: dt.date
    window_end: dt.date
    n_window: int
    n_new: int
    first_new: dt.date | None
    last_new: dt.date | None
    n_history: int
    changed: tuple[ChangedCell, ...]
    lost: tuple[dt.date, ...]
    missing: tuple[MissingColumn, ...]
    added: tuple[str, ...]
    n_steps: int
    problems: tuple[str, ...]
    revisions: tuple[str, ...]

    @property
    def is_possible(self) -> bool:
        """Whether the refresh can be done, given that the user accepts a revised history."""
        return not self.problems

    @property
    def has_revisions(self) -> bool:
        """Whether the user has to accept a revised history first."""
        return bool(self.revisions)

    @property
    def changed_rows(self) -> dict[dt.date, tuple[str, ...]]:
        """Which columns changed, by period."""
        rows: dict[dt.date, tuple[str, ...]] = {}
        for cell in self.changed:
            rows[cell.date] = (*rows.get(cell.date, ()), cell.column)
        return rows


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshStep:
    """One step in the chain of refreshes behind a model.

    Attributes:
        number: 1 for the first refresh of the initial model, and on.
        from_id: Solution it started from.
        selected_id: Solution it picked.
        window_start: First day of the first modelled period.
        window_end: First day of the last modelled period.
        n_periods: Modelled periods.
        n_new: Modelled periods that the model before had not seen.
        freedom: Share of every original range by which hyperparameters could move.
        hyperparameters: Of the picked model, flat keys.
        contributions: Per term of the picked model, outcome per period.
        distance: DECOMP.RSSD of the picked model: between its shares and those of the model before.
        nrmse: Error of the picked model: what the search minimised.
    """

    number: int
    from_id: str
    selected_id: str
    window_start: dt.date
    window_end: dt.date
    n_periods: int
    n_new: int
    freedom: float
    hyperparameters: Mapping[str, float]
    contributions: Mapping[str, float]
    distance: float
    nrmse: float


MEASURES = ("contribution", "roas")
"""What is compared. Both are per period or per unit of spend, so that windows of different lengths can stand side by side."""

MOVE_COLUMNS = (
    "term",
    "kind",
    "spend_before",
    "spend_after",
    "contribution_before",
    "contribution_before_low",
    "contribution_before_high",
    "contribution_after",
    "contribution_after_low",
    "contribution_after_high",
    "contribution_change",
    "contribution_noise",
    "shared_before",
    "shared_after",
    "roas_before",
    "roas_before_low",
    "roas_before_high",
    "roas_after",
    "roas_after_low",
    "roas_after_high",
    "roas_change",
    "roas_noise",
)
"""Columns of :attr:`AnswerMove.terms`."""

CAUSE_COLUMNS = ("term", "kind", "measure", "cause", "change")
"""Columns of :attr:`AnswerMove.causes`."""

BASELINE_TERM = "baseline"
"""The row of everything that is not media."""


class TermKind(StrEnum):
    """What a row of a move is."""

    PAID = "paid"
    ORGANIC = "organic"
    BASELINE = "baseline"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AnswerMove:
    """How one of the two answers moved, and why.

    Attributes:
        estimate: The Pareto pick or the averaged estimate.
        terms: One row per channel, paid first, then the baseline; columns :data:`MOVE_COLUMNS`. ``kind`` is that of
            :class:`TermKind`. Contributions are outcome per period, each model over its own window, as all pages show it
            (``_low``, ``_high`` its interval); ``spend_`` likewise, NaN where nothing is paid. ``shared_before`` and
            ``shared_after`` are contributions per period over the periods both models cover: did the refresh rewrite history?
            ROAS is contribution over spend of the window, NaN where nothing is paid. ``_noise`` is how far other random numbers
            alone would typically move the new figure (the averaged estimate: the change): one standard deviation.
        causes: One row per term, measure (:data:`MEASURES`) and cause, columns :data:`CAUSE_COLUMNS`; the causes of a term and
            measure add up to its ``_change``.
        before_label: What the previous answer is called: "model 3_412".
        after_label: What the new one is called.
        before_interval: What low and high of the previous answer are.
        after_interval: What low and high of the new one are.
    """

    estimate: Estimate
    terms: pd.DataFrame
    causes: pd.DataFrame
    before_label: str
    after_label: str
    before_interval: str
    after_interval: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RefreshReport:
    """The old model beside the new one, and why it moved.

    Attributes:
        answers: Of each answer both models have: the Pareto pick, then the averaged estimate.
        steps: The steps of this refresh, oldest first.
        frequency: Length of one period.
        outcome_kind: Revenue or conversion.
        before_start: First day of the first period of the previous window.
        before_end: First day of its last period.
        after_start: First day of the first period of the new window.
        after_end: First day of its last period.
        n_before: Periods in the previous window.
        n_after: Periods in the new window.
        n_new: Periods in the new window that the previous model had not seen.
        n_shared: Periods in both windows.
        changed: Cells of history that were revised and accepted.
        n_seeds: How many times searches and samplers were run, with other random numbers, to measure search noise.
        notes: Sentences the user should read.
    """

    answers: tuple[AnswerMove, ...]
    steps: tuple[RefreshStep, ...]
    frequency: Frequency
    outcome_kind: OutcomeKind
    before_start: dt.date
    before_end: dt.date
    after_start: dt.date
    after_end: dt.date
    n_before: int
    n_after: int
    n_new: int
    n_shared: int
    changed: tuple[ChangedCell, ...]
    n_seeds: int
    notes: tuple[str, ...]

    def move_of(self, estimate: Estimate) -> AnswerMove | None:
        """How one answer moved; None when one of the two models has it not."""
        return next((answer for answer in self.answers if answer.estimate is estimate), None)
