"""What lift studies do to a result: the same model without them, without each of them, and what each says about all."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from mmm_core.engine.calibration import with_studies
from mmm_core.engine.features import build_run_design
from mmm_core.engine.ledger import build_ledger
from mmm_core.engine.model_executor import MMMModelExecutor
from mmm_core.engine.pareto_optimize import ParetoOptimizer
from mmm_core.engine.posterior_sampler import PosteriorSampler
from mmm_core.engine.set_choice import choose_set
from mmm_core.engine.set_intervals import set_interval
from mmm_core.engine.study_conflicts import missed_conflicts, pair_conflicts
from mmm_core.engine.study_errors import standard_error
from mmm_core.engine.study_predictions import predictions_of_candidates, predictions_of_draws
from mmm_core.entities.columns import OutcomeKind
from mmm_core.entities.design import Design, FloatArray
from mmm_core.entities.mmmdata_collection import MMMDataCollection
from mmm_core.entities.model_set import ModelSet, SetBasis
from mmm_core.entities.posterior import Posterior
from mmm_core.entities.project import Project
from mmm_core.entities.run_result import RunResult
from mmm_core.entities.settings import CalibrationInput, LiftStudy
from mmm_core.entities.study_report import Answer, CalibratedAnswer, ChannelReturn, StudyPrediction, StudyReport
from mmm_core.errors import RunCancelledError, SettingsError

Part = tuple[Answer, tuple[int, ...]]
"""One calibration: which answer, and the numbers of the studies it does not see."""


class _StopError(Exception):
    """Ends a sampler between two sweeps."""


class _Question(NamedTuple):
    """What all calibrations share: the design of the search is made once, for studies do not change it."""

    project: Project
    studies: tuple[LiftStudy, ...]
    design: Design
    should_stop: Callable[[], bool]


def plan_parts(n_studies: int) -> tuple[Part, ...]:
    """All calibrations of a report, in the order they are made: what is shown first comes first.

    With all studies, with none, then without each; the recommended answer, which takes a second, before the search. With one
    study, without it is without any.

    Args:
        n_studies: At least 1.
    """
    every = tuple(range(n_studies))
    wanted = dict.fromkeys([(), every, *((study,) for study in every)])
    first, *rest = wanted
    shown = [(answer, left_out) for left_out in (first, every) for answer in Answer]
    later = [(answer, left_out) for answer in Answer for left_out in rest if left_out != every]
    return *shown, *later


def check_studies(
    project: Project,
    result: RunResult | None = None,
    *,
    known: StudyReport | None = None,
    progress: Callable[[StudyReport], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> StudyReport:
    """Make the report on the studies of a project; each part is what a run with those studies finds.

    The search of a refresh stays near a model that has seen the studies, so there every search is made anew, without that model.

    Args:
        project: Data, settings with at least one study, search and seed.
        result: A finished run of exactly this project; saves making the calibration on all studies again.
        known: An unfinished report on the same studies, to go on from.
        progress: Told after every part.
        should_stop: Asked several times a second; what was made until then is kept.

    Returns:
        The report; not complete when it was asked to stop.

    Raises:
        SettingsError: There is no study.
    """
    studies = project.data.settings.calibration.studies
    if not studies:
        raise SettingsError("There is no lift study to check. Enter one first.")
    stop = should_stop or (lambda: False)
    report = known if known is not None and known.studies == studies else _empty_report(project)
    if stop():
        return report
    design = build_run_design(project.data, project.trials) if result is None else replace(result.design, aim=None)
    question = _Question(project, studies, design, stop)
    for made in _missing_answers(question, report, result):
        report = _with_answer(report, made)
        if progress is not None:
            progress(report)
    return report


def _empty_report(project: Project) -> StudyReport:
    studies = project.data.settings.calibration.studies
    judged = [standard_error(study, 0.0) for study in studies]
    return StudyReport(
        studies=studies,
        errors=tuple(error for error, _ in judged),
        error_notes=tuple(how for _, how in judged),
        answers=(),
        n_planned=len(plan_parts(len(studies))),
        conflicts=pair_conflicts(project.data),
    )


def _missing_answers(question: _Question, report: StudyReport, result: RunResult | None) -> Iterator[CalibratedAnswer]:
    for answer, left_out in plan_parts(len(question.studies)):
        if report.find(answer, left_out) is not None:
            continue
        finished = result if not left_out else None
        made = _MAKERS[answer](question, left_out, finished)
        if made is None:
            return
        yield made


def _with_answer(report: StudyReport, made: CalibratedAnswer) -> StudyReport:
    recommended = report.after(Answer.RECOMMENDED) if made.answer is Answer.PARETO else None
    more = missed_conflicts(report.studies, made, recommended) if not made.left_out else ()
    return replace(report, answers=(*report.answers, made), conflicts=(*report.conflicts, *more))


def _recommended(question: _Question, left_out: tuple[int, ...], result: RunResult | None) -> CalibratedAnswer | None:
    posterior = result.posterior if result is not None else None
    if posterior is None:
        posterior = _sample(question, left_out)
    if posterior is None:
        return None
    return CalibratedAnswer(
        answer=Answer.RECOMMENDED,
        left_out=left_out,
        returns=_returns(posterior.model_set),
        predictions=predictions_of_posterior(posterior, question.studies, left_out),
        interval_label=posterior.model_set.interval_label,
    )


def _pareto(question: _Question, left_out: tuple[int, ...], result: RunResult | None) -> CalibratedAnswer | None:
    is_own_search = result is not None and not result.collection.refreshes
    found = result if is_own_search else _search(question, left_out)
    if found is None:
        return None
    trials, pick = question.project.trials, found.pareto["recommended_id"]
    models = choose_set(found, SetBasis.FRONT, pick, trials)
    predicted = predictions_of_candidates(
        found.design, found.collection.model_output, models.names, question.studies, trials
    )
    point = predicted[models.names.index(pick)]
    return CalibratedAnswer(
        answer=Answer.PARETO,
        left_out=left_out,
        returns=_returns(models),
        predictions=_predictions(question.studies, point, models, predicted, np.zeros(len(point))),
        interval_label=models.interval_label,
        solution_id=pick,
    )


_MAKERS: Mapping[Answer, Callable[[_Question, tuple[int, ...], RunResult | None], CalibratedAnswer | None]] = {
    Answer.RECOMMENDED: _recommended,
    Answer.PARETO: _pareto,
}


def _sample(question: _Question, left_out: tuple[int, ...]) -> Posterior | None:
    def watch(share: float) -> None:
        del share
        if question.should_stop():
            raise _StopError

    project = question.project
    try:
        return PosteriorSampler().sample(
            data_without(project.data, left_out), seed=project.seed, cores=project.trials.cores, progress=watch
        )
    except _StopError:
        return None


def _search(question: _Question, left_out: tuple[int, ...]) -> RunResult | None:
    """A search with the remaining studies; None when it was asked to stop, for half a search answers another question."""
    project = question.project
    data = data_without(project.data, left_out)
    design = with_studies(question.design, data.settings.calibration.studies)
    executor = MMMModelExecutor(design=design, should_stop=question.should_stop)
    try:
        collection = executor.model_run(data, project.trials, seed=project.seed, quiet=True)
    except RunCancelledError:
        return None
    if collection.info.stopped_early:
        return None
    pareto = ParetoOptimizer().pareto_optimize(data, collection.model_output)
    return RunResult(collection=collection, design=design, pareto=pareto)


def data_without(data: MMMDataCollection, left_out: Sequence[int]) -> MMMDataCollection:
    """The same data without some of the studies, by their numbers."""
    kept = tuple(one for number, one in enumerate(data.settings.calibration.studies) if number not in left_out)
    return replace(data, settings=replace(data.settings, calibration=CalibrationInput(studies=kept)))


def _returns(models: ModelSet) -> tuple[ChannelReturn, ...]:
    channels = build_ledger(models, OutcomeKind.REVENUE).channels  # ROAS is the same for both kinds
    rows = channels.loc[channels["is_paid"], ["channel", "roas", "roas_low", "roas_high"]]
    return tuple(
        ChannelReturn(channel=str(channel), roas=float(roas), low=float(low), high=float(high))
        for channel, roas, low, high in rows.itertuples(index=False)
    )


def predictions_of_posterior(
    posterior: Posterior, studies: Sequence[LiftStudy], left_out: Sequence[int] = ()
) -> tuple[StudyPrediction, ...]:
    """What the averaged estimate says that studies should have found.

    Args:
        posterior: Calibrated on these studies but those left out.
        studies: Of channels it has, inside its data.
        left_out: Numbers of the studies it has not seen: there its own uncertainty counts beside that of the study.
    """
    draws = predictions_of_draws(posterior, studies)
    is_unseen = np.isin(np.arange(len(studies)), left_out)
    spread = np.where(is_unseen, draws.std(axis=0), 0.0)
    return _predictions(studies, draws.mean(axis=0), posterior.model_set, draws, spread)


def _predictions(
    studies: Sequence[LiftStudy], point: FloatArray, models: ModelSet, predicted: FloatArray, spread: FloatArray
) -> tuple[StudyPrediction, ...]:
    """One per study.

    Args:
        studies: What was measured.
        point: Predicted by the answer, shape (n_studies,).
        models: The models behind it.
        predicted: By each of them, shape (n_models, n_studies).
        spread: Standard deviation of the prediction that counts beside the study's own error, shape (n_studies,).
    """
    low, high = set_interval(models, predicted)
    error = np.hypot([standard_error(study, 0.0)[0] for study in studies], spread)
    return tuple(
        StudyPrediction(
            predicted=float(point[s]),
            low=float(low[s]),
            high=float(high[s]),
            measured=study.lift,
            error=float(error[s]),
        )
        for s, study in enumerate(studies)
    )
