"""The arrays a model is fitted to, before any transformation, and the space its hyperparameters are searched in."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mmm_core.entities.calibration import StudyTarget
from mmm_core.entities.columns import AdstockKind, Frequency
from mmm_core.entities.refresh_aim import RefreshAim
from mmm_core.errors import BoundsError, SettingsError

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
DateArray = NDArray[np.datetime64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Design:
    """One data set ready to be modelled. Rows are periods (all of the table), columns are drivers.

    The columns of a model are always: baseline columns, then media, in the order given here.

    Attributes:
        dates: First day of every period, datetime64[D], shape (n_all,).
        outcome: Shape (n_all,).
        baseline_names: Prophet parts, then context, then one-off events.
        baseline: Shape (n_all, n_baseline); prophet parts and factors in units of the outcome.
        media_names: Channel keys: paid by spend column, then organic.
        media: What is transformed (exposure rescaled to spend), shape (n_all, n_media).
        n_paid: How many of the media are paid.
        adstock: Kind per medium.
        spend: Raw spend, shape (n_all, n_paid).
        lower: Lower limit of every coefficient, shape (n_baseline + n_media,).
        upper: Upper limit of every coefficient, same shape.
        trend_column: Index of the trend among the baseline columns, or -1. Its limits become [-1, 0] when its sum over
            the fitted rows is negative and it was not given a sign.
        rows: Indices of the modelled periods, ascending, shape (n_rows,): the window without periods left out.
        weibull_length: Number of rows on which a Weibull scale is measured (R uses all rows of the data).
        frequency: Length of one period.
        dropped: Columns left out because they do not vary in the window.
        studies: Lift studies that models are compared with.
        unseen_from: Row of the table from which on the outcome was not looked at when the baseline was built, and by which no
            candidate may be chosen; None: there is none. Coefficients are only ever fitted to earlier rows.
        aim: In a refresh, the model before, which models are held to.
    """

    dates: DateArray
    outcome: FloatArray
    baseline_names: tuple[str, ...]
    baseline: FloatArray
    media_names: tuple[str, ...]
    media: FloatArray
    n_paid: int
    adstock: tuple[AdstockKind, ...]
    spend: FloatArray
    lower: FloatArray
    upper: FloatArray
    trend_column: int
    rows: IntArray
    weibull_length: int
    frequency: Frequency = Frequency.WEEK
    dropped: tuple[str, ...] = ()
    studies: tuple[StudyTarget, ...] = ()
    unseen_from: int | None = None
    aim: RefreshAim | None = None

    def __post_init__(self) -> None:
        n_all, n_baseline, n_media = len(self.outcome), len(self.baseline_names), len(self.media_names)
        shapes = {
            "dates": (n_all,),
            "baseline": (n_all, n_baseline),
            "media": (n_all, n_media),
            "spend": (n_all, self.n_paid),
            "lower": (n_baseline + n_media,),
            "upper": (n_baseline + n_media,),
        }
        for name, wanted in shapes.items():  # compiled code reads these without checking
            got = getattr(self, name).shape
            if got != wanted:
                raise SettingsError(f"Design.{name} must have the shape {wanted}, got {got}.")
        if len(self.adstock) != n_media or not 0 <= self.n_paid <= n_media:
            raise SettingsError(
                f"A design with {n_media} media needs as many adstock kinds and at most as many paid channels; got "
                f"{len(self.adstock)} kinds and {self.n_paid} paid."
            )
        if len(self.rows) and not (self.rows.min() >= 0 and self.rows.max() < n_all):
            raise SettingsError(
                f"Design.rows must lie within 0 and {n_all - 1}, got {self.rows.min()} to {self.rows.max()}."
            )
        if not -1 <= self.trend_column < n_baseline:
            raise SettingsError(
                f"Design.trend_column must lie within -1 and {n_baseline - 1}, got {self.trend_column}."
            )
        if self.aim is not None and self.aim.n_new > len(self.rows):
            raise SettingsError(
                f"Design.aim speaks of {self.aim.n_new} new periods; only {len(self.rows)} are modelled."
            )
        for target in self.studies:
            self._check_study(target)

    def _check_study(self, target: StudyTarget) -> None:
        last = target.first_row + target.n_periods - 1
        if not (0 <= target.first_row <= last < len(self.outcome) and target.media):
            raise SettingsError(
                f"Design.studies must cover rows within 0 and {len(self.outcome) - 1} and name media; the study from "
                f"{target.study.start} covers {target.first_row} to {last} and {len(target.media)} media."
            )
        if not all(0 <= c < len(self.media_names) for c in target.media):
            raise SettingsError(
                f"Design.studies must name media within 0 and {len(self.media_names) - 1}, got {target.media}."
            )

    @property
    def n_seen(self) -> int:
        """Modelled periods before :attr:`unseen_from`."""
        if self.unseen_from is None:
            return len(self.rows)
        return int(np.searchsorted(self.rows, self.unseen_from))

    @property
    def usable_studies(self) -> tuple[StudyTarget, ...]:
        """The studies all of whose periods are modelled; only they count."""
        modelled = set(self.rows.tolist())
        return tuple(
            target
            for target in self.studies
            if modelled.issuperset(range(target.first_row, target.first_row + target.n_periods))
        )

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names of the model's columns, baseline first."""
        return (*self.baseline_names, *self.media_names)

    @property
    def term_names(self) -> tuple[str, ...]:
        """Names of everything the outcome is split into: the intercept, then the columns."""
        return ("intercept", *self.column_names)

    @property
    def paid_names(self) -> tuple[str, ...]:
        """Keys of the paid channels."""
        return self.media_names[: self.n_paid]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SearchSpace:
    """The box the search moves in. A fixed hyperparameter is a bound of zero width.

    Attributes:
        names: Flat keys ``<column>_theta`` ... and last ``lambda`` and, with validation, ``train_size``.
        low: Shape (n_parameters,), natural units; for ``lambda`` the final lambda of the fit.
        high: Same shape.
        log_lambda: Whether lambda is searched on a logarithmic scale.
    """

    names: tuple[str, ...]
    low: FloatArray
    high: FloatArray
    log_lambda: bool = False

    def __post_init__(self) -> None:
        if np.any(self.low > self.high):
            worst = self.names[int(np.argmax(self.low - self.high))]
            raise BoundsError(f"The range of {worst} has its low end above its high end.")

    def from_unit(self, unit: FloatArray) -> FloatArray:
        """Map points of the unit cube to hyperparameters in natural units.

        ``value = low + (high - low) * unit``; with ``log_lambda`` lambda is ``low * (high / low) ** unit``.

        Args:
            unit: Shape (n_candidates, n_parameters), each in [0, 1].

        Returns:
            Same shape, natural units.
        """
        values = self.low + (self.high - self.low) * unit
        if self.log_lambda and "lambda" in self.names:
            j = self.names.index("lambda")
            if self.low[j] > 0:
                values[:, j] = self.low[j] * (self.high[j] / self.low[j]) ** unit[:, j]
        return np.clip(values, self.low, self.high)
