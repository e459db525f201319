"""One piece of work: a group of methods on a case, answered, compared with the truth as far as that needs the market."""

import logging
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np

from mmm_core.entities.mmmdata_collection import MMMDataCollection
from mmm_core.errors import MMMError
from tests.recovery.cases import PUBLIC, Case, public_case, simulated_case
from tests.recovery.estimates import Estimate
from tests.recovery.plans import best_lifts, plan_of
from tests.recovery.records import Answer, Known, Record, fingerprint

SEED = 123
"""Of every search and sampler: the product's default."""

_SHARED = ("tests.recovery.cases", "tests.recovery.plans")
VERDICTS = "verdicts"
GROUPS: Mapping[str, str] = {"recommended": "tests.recovery.recommended", "robyn": "tests.recovery.robyn"}
"""Module of each group of methods that share one computation."""

_MODULES = {**GROUPS, VERDICTS: "tests.recovery.verdicts"}


class Job(NamedTuple):
    """A case ("core", 10000), ("stress", 7) or ("public", "demo") and a group of methods."""

    kind: str
    which: int | str
    group: str
    public: Path | None

    @property
    def case(self) -> str:
        """Name of the case as it stands in the records."""
        return str(self.which) if self.kind == PUBLIC else f"{self.kind} {self.which}"


def fingerprints() -> dict[str, str]:
    """By group: changes when any code changes that its answers depend on."""
    return {group: fingerprint(module, *_SHARED) for group, module in _MODULES.items()}


def prepare() -> None:
    """Import and compile everything in this process, so that no method's time holds what happens once."""
    from mmm_core.engine.features import build_design
    from mmm_core.engine.posterior_sampler import PosteriorSampler
    from mmm_core.engine.warm_up import warm_up_process
    from tests.recovery.robyn import TRIALS

    logging.getLogger("cmdstanpy").setLevel(logging.ERROR)
    data = simulated_case("core", 0).data
    warm_up_process(TRIALS.algorithm)
    build_design(data)
    PosteriorSampler().sample(data, sweeps=20, burn_in=10, thin=1, chains=2, cores=1)


def answer(job: Job, mark: str) -> Record:
    """Do one job; a method that fails is written down as such, because failures are part of the result.

    Args:
        job: What to do.
        mark: Fingerprint to sign the record with.
    """
    case = _case(job)
    answers: tuple[Answer, ...] = ()
    verdicts: tuple[tuple[str, str], ...] = ()
    error = ""
    try:
        if job.group == VERDICTS:
            verdicts = _verdicts(case)
        else:
            answers = tuple(_answer(case, estimate) for estimate in _methods(job.group)(case.data, SEED))
    except MMMError as refusal:
        error = str(refusal)
    except Exception:
        error = traceback.format_exc(limit=-3)
    return Record(
        case=case.name,
        group=job.group,
        fingerprint=mark,
        known=_known(case),
        answers=answers,
        error=error,
        verdicts=verdicts,
    )


def _verdicts(case: Case) -> tuple[tuple[str, str], ...]:
    from tests.recovery.verdicts import judge_channels

    return judge_channels(case.data, SEED)


def _case(job: Job) -> Case:
    if job.kind == PUBLIC:
        return public_case(str(job.which), job.public)
    return simulated_case(job.kind, int(job.which))


def _methods(group: str) -> Callable[[MMMDataCollection, int], list[Estimate]]:
    if group == "recommended":
        from tests.recovery.recommended import recommended_estimates

        return recommended_estimates
    from tests.recovery.robyn import robyn_estimates

    return robyn_estimates


def _answer(case: Case, estimate: Estimate) -> Answer:
    return Answer(
        method=estimate.method,
        contribution=tuple(estimate.contribution.tolist()),
        roas=tuple(estimate.roas.tolist()),
        intervals={
            f"{level:g}": tuple((low, high) for low, high in ends.tolist())
            for level, ends in estimate.intervals.items()
        },
        seconds=estimate.seconds,
        plan=None if case.market is None else plan_of(case.market, estimate),
    )


def _known(case: Case) -> Known:
    settings, modelled = case.data.settings, case.data.table.iloc[case.data.rows]
    spend = modelled[[paid.spend for paid in settings.paid_media]].to_numpy(np.float64)
    evenly, flighted = (np.nan, np.nan) if case.market is None else best_lifts(case.market)
    return Known(
        channels=tuple(paid.spend for paid in settings.paid_media),
        contribution=tuple(case.contribution.tolist()),
        spend=tuple(spend.sum(axis=0).tolist()),
        variation=tuple((spend.std(axis=0) / spend.mean(axis=0)).tolist()),
        outcome=float(modelled[settings.outcome.column].sum()),
        best_evenly=float(evenly),
        best_flighted=float(flighted),
        tags=dict(case.tags),
    )
