"""Trust card: whether the recommended answer holds, check by check, and what may be done about every channel."""

import streamlit as st

from mmm_core.charts.theme import MAX_STACKED_CHANNELS
from mmm_core.charts.trust import (
    draw_forecast,
    draw_ranges,
    forecast_points,
    range_points,
)
from mmm_core.charts.trust_frames import (
    finding_frame,
    forecast_frame,
    grade_frame,
    move_frame,
    range_frame,
    verdict_frame,
)
from mmm_core.charts.trust_grades import draw_grades, grade_points
from mmm_core.charts.trust_moves import draw_moves, move_points
from mmm_core.charts.trust_words import progress_words
from mmm_core.charts.vocabulary import Vocabulary
from mmm_core.entities.model_set import AVERAGED_ID, SetBasis
from mmm_core.entities.records import ProjectRecord, RunRecord
from mmm_core.entities.trust import CheckStatus, TrustCard
from pages.shared import guards, loaders, trust_checks, trust_loaders, trust_verdicts
from pages.shared.boundary import guarded, page
from pages.shared.glossary import term
from pages.shared.reuse import stem_of
from pages.shared.routes import Route
from pages.shared.widgets import (
    Crumb,
    NextStep,
    as_text,
    chart,
    csv_download,
    current_theme,
    header,
    is_phone,
    next_step,
    project_crumbs,
    run_crumb,
)

WHAT_IT_IS = (
    "The recommended answer is asked again in eight ways. What comes out says whether a channel can be acted on, should be "
    "tested first, or cannot be told from these data."
)
TOGETHER = (
    "Agreeing models can be wrong together: spend that rises whenever people want to buy anyway passes every check. Only an "
    "experiment settles that."
)
NOT_AVERAGED = (
    "This run has no averaged estimate, so there is nothing to check: it was made without one, or by an older version. Run it "
    "again to get the recommended answer and its trust card."
)
FAILED = (
    "The checks could not be finished: something went wrong in the background, and the worker's log says what. The recommended "
    "answer is as good without them, but act on nothing that was not checked. Run the model again to try once more."
)
GRADES, MOVES, RANGES, FORECAST = VIEWS = ("Check by check", "Does it hold?", "Before and after the data", "Forecasts")
POLL_SECONDS = 1.0
VIEW_HEIGHT = 760


def render() -> None:
    project, run, result = guards.require_result()
    if result.posterior is None:
        guards.needs(NOT_AVERAGED, "Go to Run", Route.RUN)
    data = project_crumbs(project, loaders.run_upload(run.run_id), is_current=False)
    header("Trust card", [*data, run_crumb(run), Crumb("recommended answer", Route.MODEL)])
    st.caption(f":material/info: {as_text(WHAT_IT_IS)}")
    if not result.design.n_paid:
        st.info("This run has no paid channel, so there is no spend to decide about.", icon=":material/block:")
        return
    words, card = loaders.words(run), trust_loaders.trust_card(run.run_id)
    failed = (card is None or not card.is_complete) and loaders.workspace().is_trust_over(run.run_id)
    _progress(run, card, failed=failed)
    _verdicts(run, card, words)
    _notes(card)
    st.fragment(_views)(run.run_id)
    st.subheader("The checks", anchor=False, help=term("trust_card"))
    trust_checks.draw(card, words, failed=failed)
    if card is not None:
        _downloads(project, run, card, words)
    if Route.BUDGET.exists:
        next_step(NextStep("Plan the budget", Route.BUDGET))


def _progress(run: RunRecord, card: TrustCard | None, *, failed: bool) -> None:
    """How far the checks are; its room is kept when they are all made."""
    with st.container(key="trust_progress", gap="xsmall"):
        if card is not None and card.is_complete:
            made = sum(check.status is CheckStatus.DONE for check in card.checks)
            not_possible = len(card.checks) - made
            rest = f", {not_possible} not possible with these data" if not_possible else ""
            st.caption(f"{made} of {len(card.checks)} checks made in {card.seconds:.0f} s{rest}")
            return
        if failed:
            st.warning(as_text(FAILED), icon=":material/error:")
            return
        st.progress(card.share_done if card is not None else 0.0, text=as_text(progress_words(card)))
        st.fragment(_watch, run_every=POLL_SECONDS)(run.run_id, _n_made(card))


@guarded("progress of the trust card")
def _watch(run_id: str, n_drawn: int) -> None:
    """Draw the page again when another check is made; until then nothing on it moves."""
    if loaders.worker() is None:
        loaders.ensure_worker()
    if _n_made(trust_loaders.trust_card(run_id)) != n_drawn or loaders.workspace().is_trust_over(run_id):
        st.rerun()


def _n_made(card: TrustCard | None) -> int:
    return -1 if card is None else sum(check.status is not CheckStatus.WAITING for check in card.checks)


def _verdicts(run: RunRecord, card: TrustCard | None, words: Vocabulary) -> None:
    if card is None:
        trust_verdicts.waiting(words)
        return
    trust_verdicts.draw(card, words, loaders.ledger(run.run_id, SetBasis.AVERAGED, AVERAGED_ID))


@guarded("charts of the trust card")
def _views(run_id: str) -> None:
    """One chart at a time; a fragment, so that choosing another one redraws nothing else."""
    run, card = loaders.workspace().get_run(run_id), trust_loaders.trust_card(run_id)
    words = loaders.words(run)
    with st.container(horizontal=True, gap="medium", vertical_alignment="center"):
        view = st.segmented_control(
            "View", VIEWS, default=GRADES, required=True, key="trust_view", label_visibility="collapsed"
        )
        every = len(words.paid) > MAX_STACKED_CHANNELS and st.toggle(
            f"All {len(words.paid)} channels", key="trust_all_channels"
        )
    most = None if every else MAX_STACKED_CHANNELS
    with st.container(
        key="trust_view_room", height=VIEW_HEIGHT if every and not is_phone() else "content", border=False
    ):
        drawn = card is not None and _VIEWS[view or GRADES](card, words, most)
        if not drawn:
            st.markdown(":gray[Drawn here as soon as its checks are made.]")


def _grades(card: TrustCard, words: Vocabulary, most: int | None) -> bool:
    points = grade_points(card, words, most_channels=most)
    chart(
        draw_grades(points, current_theme()),
        grade_frame(points),
        key="trust_grades",
        file_name="checks by channel",
        alt="What every check says about every channel: holds, doubtful, does not hold, or says nothing",
    )
    return True


def _moves(card: TrustCard, words: Vocabulary, most: int | None) -> bool:
    points = move_points(card, words, most_channels=most)
    if points is None:
        return False
    chart(
        draw_moves(points, current_theme()),
        move_frame(points),
        key="trust_moves",
        file_name="returns asked in other ways",
        alt="Return of every channel with its range, and what it is when the question is asked in another way",
    )
    return True


def _ranges(card: TrustCard, words: Vocabulary, most: int | None) -> bool:
    points = range_points(card, words, most_channels=most)
    if points is None:
        return False
    chart(
        draw_ranges(points, current_theme()),
        range_frame(points),
        key="trust_ranges",
        file_name="before and after the data",
        alt="Range of the return of every channel before and after looking at the data",
    )
    return True


def _forecast(card: TrustCard, words: Vocabulary, most: int | None) -> bool:
    del most
    points = forecast_points(card, words)
    if points is None:
        return False
    chart(
        draw_forecast(points, current_theme()),
        forecast_frame(points),
        key="trust_forecast",
        file_name="forecasts",
        alt="Average error of forecasts of weeks that were left out, against that of the same weeks of the year before",
    )
    return True


def _notes(card: TrustCard | None) -> None:
    """What no check can tell; never left out."""
    notes = card.notes if card is not None else (TOGETHER,)
    st.info("  \n".join(map(as_text, notes)), icon=":material/groups:")


def _downloads(project: ProjectRecord, run: RunRecord, card: TrustCard, words: Vocabulary) -> None:
    stem = stem_of(project, run)
    with st.container(horizontal=True, gap="small", key="trust_downloads"):
        csv_download(
            verdict_frame(card, words), file_name=f"{stem}-verdicts", key="verdicts_csv", label="Verdicts (CSV)"
        )
        csv_download(
            finding_frame(card, words), file_name=f"{stem}-checks", key="findings_csv", label="All findings (CSV)"
        )


_VIEWS = {GRADES: _grades, MOVES: _moves, RANGES: _ranges, FORECAST: _forecast}

with page("Trust card"):
    render()
