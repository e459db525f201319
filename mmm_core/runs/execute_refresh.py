"""One refresh from an old result and new data to a new result and a report; the same for the worker, a page and a script."""

import dataclasses
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from mmm_core.entities.estimate import Estimate
from mmm_core.entities.mmmdata_collection import MMMDataCollection
from mmm_core.entities.posterior import Posterior
from mmm_core.entities.project import Project
from mmm_core.entities.refresh import ModelRefreshConfig, RefreshReport
from mmm_core.entities.run_result import RunResult, SearchProgress
from mmm_core.entities.settings import CalibrationInput
from mmm_core.entities.trials_config import TrialsConfig
from mmm_core.errors import SettingsError
from mmm_core.runs.execute import NOT_AVERAGED, ProgressCallback, average, empty_progress

if TYPE_CHECKING:
    from mmm_core.engine.model_refresh import RefreshPlan, Stepped
    from mmm_core.engine.refresh_report import Answer


class Refreshed(NamedTuple):
    """A finished refresh.

    Attributes:
        result: The new run, as any other; ``collection.data`` is what it was made from.
        report: The old model beside the new one, and why it moved.
    """

    result: RunResult
    report: RefreshReport


def execute_refresh(  # noqa: PLR0913 - everything a refresh can be told
    previous: RunResult,
    previous_data: MMMDataCollection,
    new_data: MMMDataCollection,
    config: ModelRefreshConfig,
    *,
    trials: TrialsConfig | None = None,
    seed: int | None = None,
    calibration: CalibrationInput | None = None,
    objective_weights: Mapping[str, float] | None = None,
    accept_revisions: bool = False,
    with_average: bool = True,
    progress: ProgressCallback | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Refreshed:
    """Refresh a run: search around its model on the window that moved on, average again, and tell why it moved.

    Args:
        previous: The old run, which is not changed. The search starts from its ``selected_id``, or from the recommended pick.
        previous_data: What it was made from, exactly.
        new_data: The full new data: history and new periods, with the original bounds
            (:func:`mmm_core.engine.refresh_check.new_data_of`).
        config: How far, how often, how thoroughly.
        trials: The search of the old run, whose rules stay; None means what its result tells of it.
        seed: None means that of the old run; with the same seed the averaged estimate has no search noise of its own.
        calibration: New lift studies.
        objective_weights: Of the search and the winner; None means those of the old run.
        accept_revisions: Whether a history that changed is accepted.
        with_average: Also refresh the averaged estimate, where the old run has one.
        progress: Told where the search stands; every step starts from 0.
        should_stop: Asked between batches; the last step that found something is kept.

    Raises:
        SettingsError: ``previous_data`` are not the data of the old run, or the roles differ.
        DataError: The data cannot be refreshed with; carries every reason.
        RunCancelledError: It was stopped before it had anything worth keeping.
    """
    from mmm_core.engine.model_refresh import ModelRefresh, Origin, RefreshPlan, trials_of

    _require_own_data(previous, previous_data)
    old = previous.collection
    solution_id = old.selected_id or previous.pareto["recommended_id"]
    origin = Origin(previous_data, previous.design, old.model_output, solution_id, old.refreshes)
    seed = old.info.seed if seed is None else seed
    plan = RefreshPlan(config, trials or trials_of(old), seed, calibration, objective_weights)
    last = empty_progress(config.refresh_trials * config.refresh_iters)

    def tell(now: SearchProgress) -> None:
        nonlocal last
        last = now
        if progress is not None:
            progress(now)

    began = time.perf_counter()
    refresh = ModelRefresh(accept_revisions=accept_revisions, progress=tell, should_stop=should_stop)
    steps = refresh.run_steps(origin, new_data, plan)
    searched = time.perf_counter()
    tell(dataclasses.replace(last, stage="averaging"))
    wanted = with_average and previous.posterior is not None
    posterior = _average(steps[-1].collection.data, plan, plan.seed, should_stop) if wanted else None
    averaged = time.perf_counter()
    tell(dataclasses.replace(last, stage="explaining"))
    asked = _Asked(previous, new_data, plan, steps, should_stop)
    report = _explain(asked, posterior)
    timings = {"refreshing": searched - began, "averaging": averaged - searched}
    timings["explaining"] = time.perf_counter() - averaged
    missed = (NOT_AVERAGED,) if wanted and posterior is None else ()
    return Refreshed(_result_of(steps[-1], posterior, timings, missed), report)


class _Asked(NamedTuple):
    """What is to be explained, and with what."""

    previous: RunResult
    new_data: MMMDataCollection
    plan: "RefreshPlan"
    steps: "list[Stepped]"
    should_stop: Callable[[], bool] | None


def _require_own_data(previous: RunResult, data: MMMDataCollection) -> None:
    is_same_table = previous.collection.info.data_hash == data.data_hash
    if not (is_same_table and np.array_equal(previous.design.rows, data.rows)):
        what = "window or left-out periods" if is_same_table else "table"
        raise SettingsError(
            f"The previous result was made from another {what} than the previous data given with it. Give the data of that run."
        )


def _average(
    data: MMMDataCollection | None, plan: "RefreshPlan", seed: int, should_stop: Callable[[], bool] | None
) -> Posterior | None:
    assert data is not None, "set by the search"
    return average(Project(data=data, trials=plan.trials, seed=seed), should_stop=should_stop)


def _result_of(
    step: "Stepped", posterior: Posterior | None, timings: Mapping[str, float], notes: tuple[str, ...]
) -> RunResult:
    """The last step as an ordinary run: where the winner is the recommended pick, nothing was picked by hand."""
    old = step.collection.info
    info = dataclasses.replace(old, timings={**old.timings, **timings}, notes=(*old.notes, *notes))
    picked = None if step.selected_id == step.pareto["recommended_id"] else step.selected_id
    collection = dataclasses.replace(step.collection, info=info, selected_id=picked)
    return RunResult(collection=collection, design=step.design, pareto=step.pareto, posterior=posterior)


def _explain(asked: _Asked, posterior: Posterior | None) -> RefreshReport:
    from mmm_core.engine.refresh_report import build_report

    step = asked.steps[-1]
    answers = [_pareto_answer(asked)]
    if posterior is not None and asked.previous.posterior is not None:
        averaged = _averaged_answer(asked, asked.previous.posterior, posterior)
        answers += [averaged] if averaged is not None else []
    kind = asked.new_data.settings.outcome.kind
    return build_report(answers, asked.steps, step.check, kind, step.collection.info.notes)


def _pareto_answer(asked: _Asked) -> "Answer":
    from mmm_core.engine.refresh_causes import explain_pareto
    from mmm_core.engine.refresh_report import Answer
    from mmm_core.engine.set_choice import choose_set
    from mmm_core.entities.model_set import SetBasis

    step, before_id = asked.steps[-1], asked.steps[0].origin.solution_id
    rules = asked.plan.search_of()
    after = _result_of(step, None, {}, ())
    return Answer(
        estimate=Estimate.PARETO,
        before=choose_set(asked.previous, SetBasis.FRONT, before_id, rules),
        after=choose_set(after, SetBasis.FRONT, step.selected_id, rules),
        moves=explain_pareto(asked.steps, asked.new_data, rules),
        before_label=f"model {before_id}",
        after_label=f"model {step.selected_id}",
    )


def _averaged_answer(asked: _Asked, old: Posterior, new: Posterior) -> "Answer | None":
    """None when the user stopped a refit that explains the move."""
    from mmm_core.engine.refresh_causes import data_without_new_studies, explain_average, revised_data
    from mmm_core.engine.refresh_report import Answer

    first, current = asked.steps[0].origin.data, asked.steps[-1].collection.data
    assert current is not None, "set by the search"
    wanted = (
        revised_data(first, asked.new_data),
        data_without_new_studies(first, current),
        None if old.seed == new.seed else current,
    )
    refits = [None if data is None else _average(data, asked.plan, old.seed, asked.should_stop) for data in wanted]
    if any(refit is None for data, refit in zip(wanted, refits, strict=True) if data is not None):
        return None
    on_revised, old_studies, same_seed = refits
    return Answer(
        estimate=Estimate.AVERAGED,
        before=old.model_set,
        after=new.model_set,
        moves=explain_average(old, on_revised, same_seed or new, new, old_studies),
        before_label=old.model_set.label,
        after_label=new.model_set.label,
    )
