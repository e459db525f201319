"""Whether a channel's spend may follow demand instead of making it: then no time series of one market can tell the two apart."""

from typing import NamedTuple

import numpy as np

from mmm_core.engine.demand_columns import EXPLAINED, explained_share, is_demand_led
from mmm_core.engine.posterior_problem import PosteriorProblem
from mmm_core.entities.columns import Sign
from mmm_core.entities.design import FloatArray
from mmm_core.entities.settings import ModelSettings

_ALWAYS_ON = 0.9
_SMOOTH = 0.8


class DemandSuspicion(NamedTuple):
    """Why the spend may follow demand.

    Attributes:
        is_demand_led: Its name says that it is bought by people who already look.
        is_smooth: It is on nearly always and varies little, so that all it shows is a common movement with the outcome.
        explained: Share of its variation, season apart, that context columns explain: demand that the model sees, 0 to 1.
        is_tested: A lift study covers it.
    """

    is_demand_led: bool
    is_smooth: bool
    explained: float
    is_tested: bool

    @property
    def stands(self) -> bool:
        """Whether the suspicion is left: nothing the model knows speaks against it."""
        return (self.is_demand_led or self.is_smooth) and not self.is_tested and self.explained < EXPLAINED


def suspect(problem: PosteriorProblem, settings: ModelSettings, channel: str) -> DemandSuspicion:
    """Look at one medium.

    Args:
        problem: As the sampler was asked.
        settings: Context and lift studies.
        channel: Key of a medium.
    """
    design = problem.design
    series = design.media[design.rows, design.media_names.index(channel)]
    return DemandSuspicion(
        is_demand_led=is_demand_led(channel),
        is_smooth=bool((series > 0).mean() >= _ALWAYS_ON and series.std() < _SMOOTH * series.mean()),
        explained=_explained(problem, settings, series),
        is_tested=any(channel in study.channels for study in settings.calibration.studies),
    )


def _explained(problem: PosteriorProblem, settings: ModelSettings, series: FloatArray) -> float:
    """R squared of the context columns after intercept, season and weekday were taken out of both."""
    baseline = problem.baseline
    context = {column.column for column in settings.context if column.sign is not Sign.NEGATIVE}
    names = np.array(baseline.terms)[baseline.term_of]
    kept = np.isin(names, sorted(context))
    plain = baseline.columns[np.isin(names, ["intercept", "season", "weekday"])]
    return explained_share(plain, baseline.columns[kept], series)
