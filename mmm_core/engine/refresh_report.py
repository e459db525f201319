"""The old model beside the new one: figures of both with their intervals, and what each cause brought."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from mmm_core.engine.model_refresh import Stepped
from mmm_core.engine.refresh_causes import Figures, Moves
from mmm_core.engine.set_intervals import set_interval
from mmm_core.entities.columns import OutcomeKind
from mmm_core.entities.design import DateArray, FloatArray
from mmm_core.entities.estimate import Estimate
from mmm_core.entities.model_set import ModelSet
from mmm_core.entities.refresh import (
    BASELINE_TERM,
    CAUSE_COLUMNS,
    MEASURES,
    MOVE_COLUMNS,
    AnswerMove,
    Cause,
    RefreshCheck,
    RefreshReport,
    TermKind,
)


class Answer(NamedTuple):
    """One of the two answers, before and after.

    Attributes:
        estimate: Which one.
        before: Its models before.
        after: Its models after.
        moves: What each cause brought.
        before_label: What it was called.
        after_label: What it is called.
    """

    estimate: Estimate
    before: ModelSet
    after: ModelSet
    moves: Moves
    before_label: str
    after_label: str


def build_report(
    answers: Sequence[Answer],
    steps: Sequence[Stepped],
    check: RefreshCheck,
    outcome_kind: OutcomeKind,
    notes: Sequence[str] = (),
) -> RefreshReport:
    """Put the report together.

    Args:
        answers: Those both models have.
        steps: Of the refresh, oldest first.
        check: What the new table brought.
        outcome_kind: Revenue or conversion.
        notes: Sentences the user should read.
    """
    old, new = steps[0].origin.design, steps[-1].design
    before, after = old.dates[old.rows], new.dates[new.rows]
    return RefreshReport(
        answers=tuple(_move_of(answer) for answer in answers),
        steps=tuple(step.collection.refreshes[-1] for step in steps),
        frequency=check.frequency,
        outcome_kind=outcome_kind,
        before_start=before[0].item(),
        before_end=before[-1].item(),
        after_start=after[0].item(),
        after_end=after[-1].item(),
        n_before=len(before),
        n_after=len(after),
        n_new=int((after > before[-1]).sum()),
        n_shared=len(np.intersect1d(before, after)),
        changed=check.changed,
        n_seeds=max((answer.moves.n_seeds for answer in answers if answer.estimate is Estimate.PARETO), default=0),
        notes=tuple(notes),
    )


class _Side(NamedTuple):
    """One model set in the terms of a move, each shape (n_terms,): media, then the baseline."""

    spend: FloatArray
    low: FloatArray
    high: FloatArray
    roas_low: FloatArray
    roas_high: FloatArray


def _move_of(answer: Answer) -> AnswerMove:
    before, after = _side_of(answer.before), _side_of(answer.after)
    old, new = answer.moves.before, answer.moves.after
    shared_before, shared_after = _shared(answer.before, answer.after)
    design = answer.after.design
    n_organic = len(design.media_names) - design.n_paid
    kinds = [*[TermKind.PAID] * design.n_paid, *[TermKind.ORGANIC] * n_organic, TermKind.BASELINE]
    terms = [*design.media_names, BASELINE_TERM]
    columns = (
        terms,
        [kind.value for kind in kinds],
        before.spend,
        after.spend,
        old.contribution,
        before.low,
        before.high,
        new.contribution,
        after.low,
        after.high,
        new.contribution - old.contribution,
        answer.moves.noise.contribution,
        shared_before,
        shared_after,
        old.roas,
        before.roas_low,
        before.roas_high,
        new.roas,
        after.roas_low,
        after.roas_high,
        new.roas - old.roas,
        answer.moves.noise.roas,
    )
    return AnswerMove(
        estimate=answer.estimate,
        terms=pd.DataFrame(dict(zip(MOVE_COLUMNS, columns, strict=True))),
        causes=_causes(terms, kinds, answer.moves),
        before_label=answer.before_label,
        after_label=answer.after_label,
        before_interval=answer.before.interval_label,
        after_interval=answer.after.interval_label,
    )


def _side_of(models: ModelSet) -> _Side:
    """Spend and intervals as the ledger has them, so that the report shows what all pages show."""
    design = models.design
    n_media, n_rows = len(design.media_names), len(design.rows)
    rest = models.contributions[:, : len(models.term_names) - n_media].sum(axis=1, keepdims=True)
    low, high = set_interval(models, np.hstack([models.media_contributions, rest]))
    spend = np.full(n_media + 1, np.nan)
    spend[: design.n_paid] = design.spend[design.rows].sum(axis=0)
    return _Side(spend / n_rows, low / n_rows, high / n_rows, low / spend, high / spend)


def _shared(before: ModelSet, after: ModelSet) -> tuple[FloatArray, FloatArray]:
    """Contribution per period over the periods both windows hold; NaN without any."""
    shared = np.intersect1d(_days(before), _days(after))
    return _over(before, shared), _over(after, shared)


def _days(models: ModelSet) -> DateArray:
    days: DateArray = models.design.dates[models.design.rows]
    return days


def _over(models: ModelSet, days: DateArray) -> FloatArray:
    n_media = len(models.design.media_names)
    n_rest = len(models.term_names) - n_media
    if not len(days):
        return np.full(n_media + 1, np.nan)
    mean = models.weekly[np.isin(_days(models), days)].mean(axis=0)
    return np.append(mean[n_rest:], mean[:n_rest].sum())


def _causes(terms: list[str], kinds: list[TermKind], moves: Moves) -> pd.DataFrame:
    rows = [
        (term, kinds[k].value, measure, cause.value, float(_of_measure(change, measure)[k]))
        for k, term in enumerate(terms)
        for measure in MEASURES
        if measure == MEASURES[0] or kinds[k] is TermKind.PAID
        for cause, change in ((cause, moves.by_cause[cause]) for cause in Cause)
    ]
    return pd.DataFrame(rows, columns=list(CAUSE_COLUMNS))


def _of_measure(figures: Figures, measure: str) -> FloatArray:
    return figures.contribution if measure == MEASURES[0] else figures.roas
