"""A backtest in words: who is compared, what came out, and what it does not say."""

import math
from collections.abc import Mapping

from mmm_core.charts.theme import percent
from mmm_core.charts.vocabulary import Vocabulary
from mmm_core.entities.backtest import Backtest, BacktestQuestion, Contender, Subject

MOSTLY = 2 / 3
"""From this share of the dates on one is called better than the other, if it is off by less in all."""


def subject_words(question: BacktestQuestion) -> str:
    """What is put to the test, as it begins a sentence."""
    if question.subject is Subject.MODEL:
        return f"Model {question.solution_id}"
    return "Recommended answer" if question.subject is Subject.AVERAGED else "Whole search"


def contender_words(question: BacktestQuestion) -> Mapping[Contender, str]:
    """What each line and bar is called."""
    return {
        Contender.MODEL: subject_words(question),
        Contender.NO_MEDIA: "without media",
        Contender.NAIVE: "the year before",
    }


def question_words(question: BacktestQuestion, words: Vocabulary) -> str:
    """``Recommended answer, 6 forecasts of 8 weeks``."""
    forecasts = "1 forecast" if question.n_dates == 1 else f"{question.n_dates} forecasts"
    searched = ""
    if question.subject is Subject.PROCEDURE:
        searched = f", each after a search of {question.trials * question.iterations:,} models"
    return f"{subject_words(question)}, {forecasts} of {_periods(question.horizon, words)}{searched}"


def finding(found: Backtest, words: Vocabulary) -> str:
    """Whether media help to foretell; "So far:" while dates are missing."""
    said = _finding(found, words)
    return said if found.is_complete else f"So far: {said[:1].lower()}{said[1:]}"


def _finding(found: Backtest, words: Vocabulary) -> str:
    n, wins = len(found.forecasts), found.wins(Contender.NO_MEDIA)
    own, without = found.miss(Contender.MODEL), found.miss(Contender.NO_MEDIA)
    horizon = found.question.horizon
    ahead = f"the next {words.period}" if horizon == 1 else f"the next {_periods(horizon, words)}"
    figures = f"off by {percent(own, 1)} {{}} {percent(without, 1)}"
    if own < without and wins >= MOSTLY * n:
        return f"Media explain {ahead} better than no media {_of(wins, n)}: {figures.format('instead of')}"
    if own > without and n - wins >= MOSTLY * n:
        return (
            f"Media do not help to foretell {ahead}: better than no media {_of(wins, n)}, {figures.format('against')}"
        )
    return (
        f"It cannot be told whether media help to foretell {ahead}: better than no media {_of(wins, n)}, "
        f"{figures.format('against')}"
    )


def against_the_year_before(found: Backtest, words: Vocabulary) -> str:
    """How it compares with the simplest guess there is."""
    n, wins = len(found.forecasts), found.wins(Contender.NAIVE)
    own, naive = found.miss(Contender.MODEL), found.miss(Contender.NAIVE)
    return (
        f"Against the same {words.period}s of the year before: better {_of(wins, n)}, off by {percent(own, 1)} against "
        f"{percent(naive, 1)}."
    )


def chance_words(found: Backtest) -> str:
    """How often so many wins would come up if media were of no use; empty when they are no majority."""
    n, wins = len(found.forecasts), found.wins(Contender.NO_MEDIA)
    if 2 * wins <= n:
        return ""
    chance = sum(math.comb(n, k) for k in range(wins, n + 1)) / 2**n
    exactly = f"{wins} of {n}" if wins == n else f"{wins} or more of {n}"
    cases = f"in {percent(chance, 1)} of cases"
    return f"If media were of no use, {exactly} better than without them would come up by chance {cases}."


def coverage_words(found: Backtest, words: Vocabulary) -> str:
    """How often the range held; empty where the model gives none."""
    if found.covered is None:
        return ""
    return f"{percent(found.covered)} of the {words.period}s fell into its 90% range."


def beyond_words(n_beyond: int, words: Vocabulary) -> str:
    """In how many periods the range leaves the chart; empty where it never does."""
    if not n_beyond:
        return ""
    when = f"1 {words.period}" if n_beyond == 1 else f"{n_beyond} {words.period}s"
    return f" In {when} it goes on beyond the chart: too little was known of what set {'it' if n_beyond == 1 else 'them'} apart."


def caveat(question: BacktestQuestion, words: Vocabulary) -> str:
    """What the errors do not say, for this subject."""
    if question.subject is Subject.MODEL:
        return (
            f"Carry-over, saturation and shrinkage of this model were found with all {words.period}s, also those foretold here; "
            "only its coefficients are fitted anew at each date. So its errors flatter it; those of the whole search do not."
        )
    if question.subject is Subject.PROCEDURE:
        return "At every date the search starts from nothing, and the model it recommends is fitted to all that was known then."
    return "At every date the average is taken anew, from what was known then."


def _of(wins: int, n: int) -> str:
    """``in 5 of 6 forecasts``."""
    return f"in {wins or 'none'} of {n} forecast{'' if n == 1 else 's'}"


def _periods(number: int, words: Vocabulary) -> str:
    return f"{number} {words.period}{'' if number == 1 else 's'}"
