"""Filters of the Pareto explorer: a form to add them, chips to take them off."""

from typing import cast

import streamlit as st

from mmm_core.charts.theme import currency_sign
from mmm_core.charts.vocabulary import Vocabulary
from mmm_core.engine.candidate_filter import BoolArray, CandidateFilter, roas_interval, rule_sentences
from mmm_core.entities.records import RunRecord
from mmm_core.entities.settings import Interval
from mmm_core.errors import MMMError
from pages.shared import boundary, session
from pages.shared.glossary import term
from pages.shared.widgets import as_text

_NONE = "(none)"


def current(run: RunRecord) -> CandidateFilter:
    """The filters of a run, as they were left on this visit."""
    return cast("CandidateFilter", session.recall(_key(run), CandidateFilter()))


def draw(run: RunRecord, words: Vocabulary, keep: BoolArray) -> None:
    """The button that opens the form, a chip per filter, and how many models survive."""
    rules = current(run)
    with st.popover("Filter models", icon=":material/filter_alt:", key="filters"):
        _form(run, rules, words)
    said = rule_sentences(rules, words.names, words.kind, currency_sign(words.currency))
    for rule, sentence in said.items():
        if st.button(as_text(sentence), key=f"chip_{rule}", icon=":material/close:", help="Take this filter off"):
            _keep(run, rules.without(rule))
    if len(said) > 1 and st.button("Clear all", key="clear_filters", type="tertiary"):
        _keep(run, CandidateFilter())
    total, kept = len(keep), int(keep.sum())
    if not said:
        st.markdown(f":gray[All {total:,} models shown]", width="content")
    elif kept:
        st.markdown(f"**{kept:,}** of {total:,} models survive", width="content")
    else:
        st.markdown(f"**No model** of {total:,} passes all filters: take one off", width="content")


def _form(run: RunRecord, rules: CandidateFilter, words: Vocabulary) -> None:
    # The form starts from the current filters again whenever they change.
    generation = session.generation("pareto_filters")
    with st.form(f"filter_form_{generation}", border=False):
        on_fronts = st.toggle("Only models on the fronts", value=rules.on_fronts, help=term("front"))
        no_zero = st.toggle("No paid channel at zero", value=rules.no_zero)
        fit = st.number_input(
            "Fit at least R²", 0.0, 1.0, value=rules.min_rsq, step=0.05, placeholder="any", help=term("rsq")
        )
        baseline = _pair("Baseline at least (%)", "Baseline at most (%)", _percents(rules.baseline), step=5.0)
        names = {_NONE: "choose a channel"} | {name: words.names[name] for name in words.paid}
        channel = st.selectbox(f"{words.return_word} of", list(names), format_func=names.__getitem__)
        ends = _pair(
            f"{words.return_word} at least", f"{words.return_word} at most", (None, None), step=0.5, lowest=0.0
        )
        if st.form_submit_button("Apply", icon=":material/check:"):
            try:
                given = None if channel == _NONE else roas_interval(*ends, words.kind)
                changed = CandidateFilter(
                    no_zero=no_zero,
                    on_fronts=on_fronts,
                    min_rsq=fit,
                    baseline=_shares(*baseline),
                    roas={**rules.roas, **({channel: given} if given else {})},
                )
            except MMMError as error:
                boundary.show_problems(error)
            else:
                _keep(run, changed)


def _pair(
    low_label: str,
    high_label: str,
    given: tuple[float | None, float | None],
    *,
    step: float,
    lowest: float | None = None,
) -> tuple[float | None, float | None]:
    first, second = st.columns(2)
    low = first.number_input(low_label, lowest, value=given[0], step=step, placeholder="any")
    high = second.number_input(high_label, lowest, value=given[1], step=step, placeholder="any")
    return low, high


def _percents(share: Interval | None) -> tuple[float | None, float | None]:
    if share is None:
        return None, None
    low, high = share
    return (None if low == -float("inf") else 100 * low), (None if high == float("inf") else 100 * high)


def _shares(low: float | None, high: float | None) -> Interval | None:
    if low is None and high is None:
        return None
    return (-float("inf") if low is None else low / 100), (float("inf") if high is None else high / 100)


def _keep(run: RunRecord, rules: CandidateFilter) -> None:
    session.remember(_key(run), rules)
    session.start_afresh("pareto_filters")
    st.rerun()


def _key(run: RunRecord) -> str:
    return f"pareto.rules.{run.run_id}"
