"""Old and new side by side: the recommended answer first, the Pareto pick beside it, never mixed; and why each moved."""

from typing import NamedTuple

import streamlit as st

from mmm_core.charts.ledger_words import amount_text
from mmm_core.charts.refresh_causes import (
    TOTAL,
    draw_why,
    term_name,
    why_frame,
    why_points,
    why_sentences,
    why_terms,
)
from mmm_core.charts.refresh_curves import curve_pair_frame, curve_pairs, draw_curve_pairs
from mmm_core.charts.refresh_sides import Quantity, draw_sides, side_frame, side_points
from mmm_core.charts.theme import MAX_STACKED_CHANNELS
from mmm_core.charts.vocabulary import Vocabulary
from mmm_core.entities.estimate import Estimate
from mmm_core.entities.model_set import AVERAGED_ID
from mmm_core.entities.records import RunRecord
from mmm_core.entities.refresh import AnswerMove, RefreshReport
from mmm_core.errors import NotFoundError
from pages.shared import guards, loaders, refresh_loaders
from pages.shared.boundary import guarded
from pages.shared.widgets import as_text, chart, csv_download, current_theme, is_phone

ANSWERS = {Estimate.AVERAGED: "Recommended answer", Estimate.PARETO: "Pareto pick"}
SIDES, WHY, CURVES = VIEWS = ("Old and new", "Why it moved", "Response curves")
_QUANTITIES = {Quantity.CONTRIBUTION: "Contribution", Quantity.RETURN: "Return"}
NO_REPORT = (
    "Why the answer moved was not found out: the refresh was stopped before, or its result is not comparable. The new result "
    "itself is complete; refresh again to get the comparison."
)


class _Shown(NamedTuple):
    """What every chart draws from."""

    run: RunRecord
    report: RefreshReport
    move: AnswerMove
    words: Vocabulary
    all_channels: bool


@guarded("old and new")
def draw(run_id: str) -> None:
    """Draw the choice of answer and view, and the chosen one; a fragment, so that choosing redraws nothing else."""
    run = loaders.run(run_id)
    if run is None:
        raise NotFoundError("This refresh was deleted meanwhile. Open another result in Saved results.")
    report = refresh_loaders.report(run_id)
    if report is None or not report.answers:
        st.info(as_text(NO_REPORT), icon=":material/info:")
        return
    offered = [estimate for estimate in ANSWERS if report.move_of(estimate) is not None]
    with st.container(horizontal=True, gap="medium", vertical_alignment="center", key="refresh_controls"):
        estimate = st.segmented_control(
            "Answer",
            offered,
            default=offered[0],
            format_func=ANSWERS.__getitem__,
            required=True,
            key=f"refresh_answer_{run_id}",
            label_visibility="collapsed",
        )
        view = st.segmented_control(
            "View", VIEWS, default=SIDES, required=True, key="refresh_view", label_visibility="collapsed"
        )
        words = loaders.words(run)
        every = len(words.channels) > MAX_STACKED_CHANNELS and st.toggle(
            f"All {len(words.channels)} channels", key="refresh_all_channels"
        )
    move = report.move_of(estimate or offered[0])
    assert move is not None, "only offered where there is one"
    st.caption(as_text(_what_is_compared(move)))
    shown = _Shown(run, report, move, words, bool(every))
    with st.container(key="refresh_view_room"):
        _VIEWS[view or SIDES](shown)


def headline(report: RefreshReport, words: Vocabulary) -> str:
    """What became of all paid channels together, by the first answer there is, with the kind of its range."""
    move = next(filter(None, (report.move_of(estimate) for estimate in ANSWERS)), None)
    if move is None or not words.paid:
        return ""
    leader = words.paid[0]
    row = move.terms.set_index("term").loc[leader]
    before, after = (
        amount_text(words, *(float(row[f"contribution_{when}{end}"]) for end in ("", "_low", "_high")))
        for when in ("before", "after")
    )
    which = "the largest channel" if len(words.paid) > 1 else "the only paid channel"
    moved = (
        f"still brings {after} a {words.period}"
        if before == after
        else f"brought {before} a {words.period} and now brings {after}"
    )
    return f"{ANSWERS[move.estimate]}: {words.names[leader]}, {which}, {moved}. Ranges: {move.after_interval}."


def _what_is_compared(move: AnswerMove) -> str:
    before, after = move.before_label, move.after_label
    which = f"before {before}, now {after}" if before != after else after
    ranges = (
        move.after_interval
        if move.before_interval == move.after_interval
        else (f"before {move.before_interval}, now {move.after_interval}")
    )
    return f"Compared: {which}. Ranges: {ranges}."


def _sides(shown: _Shown) -> None:
    columns = st.columns(2, gap="large")
    for column, quantity in zip(columns, (Quantity.RETURN, Quantity.CONTRIBUTION), strict=True):
        with column:
            points = side_points(shown.move, shown.words, quantity, all_channels=shown.all_channels)
            what = shown.words.return_word if quantity is Quantity.RETURN else "contribution"
            chart(
                draw_sides(points, current_theme()),
                side_frame(points),
                key=f"sides_{quantity.value}",
                file_name=f"{what} before and after",
                alt=f"{what} of every channel before and after the refresh, with ranges",
            )


def _why(shown: _Shown) -> None:
    move, words = shown.move, shown.words
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        quantity = Quantity(
            st.segmented_control(
                "Measure",
                list(Quantity),
                default=Quantity.CONTRIBUTION,
                format_func=_QUANTITIES.__getitem__,
                required=True,
                key="why_quantity",
            )
            or Quantity.CONTRIBUTION
        )
        terms = why_terms(move, words, quantity)
        term = st.selectbox(
            "Of",
            terms,
            format_func=lambda name: term_name(name, words),
            key=f"why_term_{quantity.value}",
            width=280,
            filter_mode="contains",
        )
    if term is None:
        st.markdown(":gray[There is no paid channel, so there is no return to speak of.]")
        return
    points = why_points(move, words, term, quantity)
    chart(
        draw_why(points, current_theme()),
        why_frame(move, words, quantity),
        key="why",
        file_name="why it moved",
        alt=f"Waterfall from the old to the new {_QUANTITIES[quantity].lower()} of {term_name(term, words)} by cause",
    )
    st.markdown("\n".join(f"- {as_text(line)}" for line in why_sentences(shown.report, move, words)))
    if term != TOTAL or len(words.paid) > 1:
        csv_download(
            why_frame(move, words, quantity), file_name="why it moved", key="why_csv", label="All causes (CSV)"
        )


def _curves(shown: _Shown) -> None:
    run, words = shown.run, shown.words
    old = loaders.run(run.refreshed_from) if run.refreshed_from else None
    if old is None or not guards.has_result(old):
        st.info(
            "The old result was deleted, so its response curves cannot be drawn any more.", icon=":material/delete:"
        )
        return
    channels = words.paid if shown.all_channels else words.paid[:MAX_STACKED_CHANNELS]
    if not channels:
        st.markdown(":gray[There is no paid channel, so there is no response to draw.]")
        return
    before, after = _ids(shown)
    points = curve_pairs(refresh_loaders.curves((old.run_id, before), (run.run_id, after), channels), words)
    chart(
        draw_curve_pairs(points, current_theme(), n_columns=2 if is_phone() else None),
        curve_pair_frame(points),
        key="curve_pairs",
        file_name="response curves before and after",
        alt="Response curves of the paid channels before and after the refresh",
    )


def _ids(shown: _Shown) -> tuple[str, str]:
    """Which model stands for the old answer, and which for the new one."""
    if shown.move.estimate is Estimate.AVERAGED:
        return AVERAGED_ID, AVERAGED_ID
    steps = shown.report.steps
    return steps[0].from_id, steps[-1].selected_id


_VIEWS = {SIDES: _sides, WHY: _why, CURVES: _curves}
