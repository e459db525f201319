"""Checks that ask the same again in another way and look how far every channel's return moves."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import NamedTuple

import numpy as np

from mmm_core.engine.posterior_problem import PosteriorProblem, build_problem
from mmm_core.engine.trust_changes import (
    LOOSE,
    STIFF,
    periods_of,
    with_rows,
    with_stiffness,
    without_context,
)
from mmm_core.engine.trust_context import (
    CheckContext,
    amount,
    change_words,
    done,
    grade_of,
    not_possible,
    percent_change,
)
from mmm_core.engine.trust_refits import Refit
from mmm_core.entities.design import FloatArray
from mmm_core.entities.naming import join_words
from mmm_core.entities.trust import ChannelFinding, CheckKey, CheckNumber, Grade, TrustCheck
from mmm_core.errors import MMMError

STEADY, SHAKY = 0.75, 1.5
"""Movements in standard deviations of the answer: up to the first is steady, beyond the second is not."""

_N_SEEDS = 2
_WEEKS = (4, 13)
_MOST_CONTEXT = 10

Question = Callable[[], PosteriorProblem]


class _Asked(NamedTuple):
    """Answers by label, and what could not be asked with the reason."""

    answers: Mapping[str, Refit]
    refused: Mapping[str, str]


class _Moved(NamedTuple):
    """Mean returns of a refit, and how far they lie from the answer's in its standard deviations, shape (n_paid,) each."""

    returns: FloatArray
    moves: FloatArray


def check_seeds(context: CheckContext) -> TrustCheck:
    """Other random numbers."""
    questions = {f"with other random numbers ({number})": lambda: context.problem for number in range(1, 1 + _N_SEEDS)}
    return _compare(context, CheckKey.SEEDS, questions, "The same data and settings, other random numbers")


def check_recent(context: CheckContext) -> TrustCheck:
    """The last weeks left out."""
    n_rows, frequency = context.data.n_periods, context.data.frequency
    counts = {weeks: periods_of(weeks, frequency) for weeks in _WEEKS}
    questions: dict[str, Question] = {
        f"without the last {weeks} weeks": partial(_shortened, context, n_rows - count)
        for weeks, count in counts.items()
        if n_rows - count >= 2
    }
    return _compare(context, CheckKey.RECENT, questions, "The last weeks left out")


def check_context(context: CheckContext) -> TrustCheck:
    """Each context column left out; of many, those that explain most."""
    models = context.posterior.model_set
    columns = [column.column for column in context.data.settings.context if column.column in models.term_names]
    if not columns:
        return not_possible(CheckKey.CONTEXT, "There is no context column to leave out, so this cannot be asked.")
    size = {column: np.abs(models.weekly[:, models.term_names.index(column)]).sum() for column in columns}
    chosen = sorted(columns, key=lambda column: -size[column])[:_MOST_CONTEXT]
    questions: dict[str, Question] = {
        f"without {column}": partial(_without_column, context, column) for column in chosen
    }
    rest = len(columns) - len(chosen)
    return _compare(
        context,
        CheckKey.CONTEXT,
        questions,
        "Each context column left out" + (f" (the {len(chosen)} that explain most; {rest} others not)" if rest else ""),
    )


def check_baseline(context: CheckContext) -> TrustCheck:
    """A stiffer and a looser baseline instead of the average over six."""
    if not context.data.settings.baseline.trend:
        return not_possible(
            CheckKey.BASELINE,
            "The baseline has no trend, so it cannot be made stiffer or looser. Switch the trend on to ask.",
        )
    questions: dict[str, Question] = {
        "with a stiffer baseline": partial(with_stiffness, context.problem, *STIFF),
        "with a looser baseline": partial(with_stiffness, context.problem, *LOOSE),
    }
    return _compare(context, CheckKey.BASELINE, questions, "A stiffer and a looser baseline")


def _shortened(context: CheckContext, n_rows: int) -> PosteriorProblem:
    return build_problem(with_rows(context.data, n_rows))


def _without_column(context: CheckContext, column: str) -> PosteriorProblem:
    return build_problem(without_context(context.data, column))


def _compare(context: CheckContext, key: CheckKey, questions: Mapping[str, Question], what: str) -> TrustCheck:
    asked = _ask(context, key, questions)
    if not asked.answers:
        why = join_words(list(asked.refused.values())[:1]) or "there are too few periods."
        return not_possible(key, f"{what}: not possible, because the rest cannot be modelled. {why}")
    moved = {label: _Moved(refit.roas.mean(axis=0), context.moves(refit)) for label, refit in asked.answers.items()}
    findings = [_finding(context, c, moved) for c in range(len(context.channels))]
    shaky = [context.names[finding.channel] for finding in findings if finding.grade is Grade.BAD]
    told = (
        f"{join_words(shaky)} {'moves' if len(shaky) == 1 else 'move'} further than {'its' if len(shaky) == 1 else 'their'} own "
        "uncertainty."
        if shaky
        else "no channel moves further than its own uncertainty."
    )
    left_out = f" Not possible {join_words(list(asked.refused))}." if asked.refused else ""
    return done(key, f"{what}: {told}{left_out}", findings)


def _ask(context: CheckContext, key: CheckKey, questions: Mapping[str, Question]) -> _Asked:
    """Every question in parallel; what the data do not allow is kept with its reason."""
    place = list(CheckKey).index(key)

    def answer(number: int, question: Question) -> Refit | MMMError:
        try:
            problem = question()
        except MMMError as refusal:
            return refusal
        return context.bench.refit(problem, context.bench.seeds(place, number))

    calls = [partial(answer, number, question) for number, question in enumerate(questions.values())]
    found = dict(zip(questions, context.bench.run(calls), strict=True))
    return _Asked(
        {label: answer for label, answer in found.items() if isinstance(answer, Refit)},
        {label: answer.problems[0] for label, answer in found.items() if isinstance(answer, MMMError)},
    )


def _finding(context: CheckContext, c: int, moved: Mapping[str, _Moved]) -> ChannelFinding:
    channel, before = context.channels[c], float(context.roas[c])
    returns = {label: float(one.returns[c]) for label, one in moved.items()}
    moves = {label: abs(float(one.moves[c])) for label, one in moved.items()}
    worst = max(moves, key=lambda label: moves[label])
    grade = grade_of(moves[worst], STEADY, SHAKY)
    change = percent_change(returns[worst], before)
    told = {
        Grade.GOOD: "well within its uncertainty",
        Grade.DOUBTFUL: "about as far as its uncertainty reaches",
        Grade.BAD: "further than its uncertainty reaches",
        Grade.NONE: "",
    }[grade]
    numbers = [CheckNumber(name="Return now", value=before, unit="ROAS")]
    for label, value in returns.items():
        numbers.append(CheckNumber(name=f"Return {label}", value=value, unit="ROAS"))
        numbers.append(CheckNumber(name=f"Change {label}", value=percent_change(value, before), unit="%"))
    numbers.append(CheckNumber(name="Largest move, in standard deviations", value=moves[worst]))
    sentence = (
        f"{context.names[channel]}: its return moves most {worst}, from {amount(before)} to {amount(returns[worst])} "
        f"({change_words(change)}), {told}."
    )
    return ChannelFinding(channel=channel, sentence=sentence, grade=grade, numbers=tuple(numbers))
