"""The panels of one model's page, a group at a time, all over the same models and from the same ledger."""

from typing import NamedTuple

import streamlit as st

from mmm_core.charts.carry_over import carry_over_points, draw_carry_over
from mmm_core.charts.contributions import (
    draw_contributions,
    draw_weekly,
    ledger_contribution_points,
    weekly_points,
)
from mmm_core.charts.decay import decay_points, draw_decay
from mmm_core.charts.fit import draw_fit, fit_points
from mmm_core.charts.frames import fit_frame, weekly_frame
from mmm_core.charts.model_frames import (
    carry_over_frame,
    channel_frame,
    curves_frame,
    decay_frame,
    residual_frame,
    term_frame,
)
from mmm_core.charts.residuals import draw_residuals, residual_points, residual_sentences
from mmm_core.charts.response import shown_channels
from mmm_core.charts.response_grid import draw_grid, grid_points
from mmm_core.charts.set_response import CurvePoints, curve_points, curve_sentences, draw_curve
from mmm_core.charts.shares import draw_shares, share_points
from mmm_core.charts.theme import MAX_STACKED_CHANNELS
from mmm_core.charts.vocabulary import Vocabulary
from mmm_core.engine.curve_preview import channel_decays
from mmm_core.entities.fitted_model import FittedModel
from mmm_core.entities.ledger import Ledger
from mmm_core.entities.model_set import AVERAGED_ID, SetBasis
from mmm_core.entities.records import RunRecord
from mmm_core.errors import NotFoundError
from pages.shared import loaders, session
from pages.shared.boundary import guarded
from pages.shared.widgets import as_text, chart, current_theme, is_phone

OVERVIEW, FIT, MEDIA, RESPONSE, ALL = GROUPS = ("Overview", "Fit", "Media", "Response", "All panels")
BASES = {
    SetBasis.FRONT: "Spread across models on the fronts",
    SetBasis.CLUSTER: "Spread across its cluster",
    SetBasis.SAMPLING: "Sampling (90%, bootstrap)",
}
_BASIS, _GROUP, _CHANNEL = "model_basis", "model_group", "model_channel"


class _Shown(NamedTuple):
    """What every panel draws from."""

    run: RunRecord
    solution_id: str
    basis: SetBasis
    model: FittedModel
    ledger: Ledger
    words: Vocabulary
    all_channels: bool


@guarded("panels of the model")
def draw(run_id: str, solution_id: str) -> None:
    """Draw the choice of uncertainty, the choice of panels, and the chosen ones."""
    run = loaders.run(run_id)
    if run is None:
        raise NotFoundError("This run was deleted meanwhile. Open another one in Saved results.")
    is_average = solution_id == AVERAGED_ID
    words = loaders.averaged_words(run) if is_average else loaders.words(run)
    with st.container(key="model_controls", gap="small"):
        basis = SetBasis.AVERAGED if is_average else _basis()
        with st.container(horizontal=True, gap="medium", vertical_alignment="center"):
            group = st.segmented_control(
                "Panels", GROUPS, default=OVERVIEW, required=True, key=_GROUP, label_visibility="collapsed"
            )
            every = len(words.channels) > MAX_STACKED_CHANNELS and st.toggle(
                f"All {len(words.channels)} channels", key="model_all_channels"
            )
    basis, ledger = _models_behind(run_id, basis, solution_id)
    points = "means over all draws" if is_average else f"model {solution_id}"
    st.caption(as_text(f"Points: {points}. Ranges: {ledger.interval_label} ({ledger.label})."))
    shown = _Shown(run, solution_id, basis, loaders.model(run_id, solution_id), ledger, words, bool(every))
    with st.container(key="model_panels", gap="medium"):
        for name, panels in _PANELS.items():
            if group in (name, ALL):
                panels(shown)


def _basis() -> SetBasis:
    """The kind of uncertainty, remembered for every page of this visit."""
    kept = session.basis()
    st.session_state[_BASIS] = kept if kept in BASES else SetBasis.FRONT
    st.segmented_control(
        "Uncertainty",
        list(BASES),
        format_func=BASES.__getitem__,
        required=True,
        key=_BASIS,
        on_change=_keep_basis,
        help="Spread: how far equally good models disagree. Sampling: how far this one model would move if the noise in the "
        "data had fallen differently. Neither includes the other.",
    )
    return SetBasis(st.session_state[_BASIS])


def _models_behind(run_id: str, basis: SetBasis, solution_id: str) -> tuple[SetBasis, Ledger]:
    """The ledger of a choice; when there are no such models, a sentence that says why, and the model alone."""
    try:
        return basis, loaders.ledger(run_id, basis, solution_id)
    except NotFoundError as error:
        st.info(as_text(f"{error} Shown without ranges meanwhile."), icon=":material/info:")
        return SetBasis.MODEL, loaders.ledger(run_id, SetBasis.MODEL, solution_id)


def _keep_basis() -> None:
    session.set_basis(SetBasis(st.session_state[_BASIS]))


def _overview(shown: _Shown) -> None:
    shares, contributions = st.columns(2, gap="large")
    with shares:
        points = share_points(shown.ledger, shown.words, all_channels=shown.all_channels)
        chart(
            draw_shares(points, current_theme()),
            channel_frame(shown.ledger),
            key="shares",
            file_name="channels",
            alt=f"Share of spend and share of effect per paid channel, with {shown.words.return_word}",
        )
    with contributions:
        bars = ledger_contribution_points(shown.ledger, shown.words, all_channels=shown.all_channels)
        chart(
            draw_contributions(bars, current_theme(), is_narrow=is_phone()),
            term_frame(shown.ledger),
            key="contributions",
            file_name="contributions",
            alt="What every driver brought over the whole window, as a waterfall",
        )
    _weekly(shown)


def _weekly(shown: _Shown) -> None:
    weekly = weekly_points(shown.model, shown.words, all_channels=shown.all_channels)
    chart(
        draw_weekly(weekly, current_theme()),
        weekly_frame(weekly),
        key="weekly",
        file_name=f"contributions by {shown.words.period}",
        alt=f"What every driver brought per {shown.words.period}, stacked",
    )


def _fit(shown: _Shown) -> None:
    fit, residuals = fit_points(shown.model, shown.words), residual_points(shown.model, shown.words)
    chart(
        draw_fit(fit, current_theme()),
        fit_frame(fit),
        key="fit",
        file_name="fit",
        alt=f"Actual and fitted {shown.words.outcome_word} per {shown.words.period}",
    )
    chart(
        draw_residuals(residuals, current_theme(), stacked=is_phone()),
        residual_frame(residuals),
        key="residuals",
        file_name="residuals",
        alt="What the model misses, over time and against the fitted outcome",
    )
    _sentences(residual_sentences(residuals))


def _media(shown: _Shown) -> None:
    design = loaders.model_set(shown.run.run_id, shown.basis, shown.solution_id).design
    decays = channel_decays(design, shown.model.hyperparameters)
    points = decay_points(
        {name: decay.curve for name, decay in decays.items()},
        {name: decay.half_life for name, decay in decays.items()},
        shown.words,
        all_channels=shown.all_channels,
    )
    chart(
        draw_decay(points, current_theme(), stacked=is_phone()),
        decay_frame(points),
        key="decay",
        file_name="carry-over",
        alt="How fast the pressure of every channel fades, and its half-life",
    )
    parts = carry_over_points(shown.ledger, shown.words, all_channels=shown.all_channels)
    chart(
        draw_carry_over(parts, current_theme()),
        carry_over_frame(parts),
        key="carry_over",
        file_name="immediate and carry-over",
        alt="Share of every channel's contribution that comes at once and from earlier spend",
    )


def _response(shown: _Shown) -> None:
    words = shown.words
    if not words.paid:
        return
    channel = st.selectbox(
        "Channel", words.paid, format_func=words.names.__getitem__, key=_CHANNEL, width=320, filter_mode="contains"
    )
    one = _curve(shown, channel)
    chart(
        draw_curve(one, current_theme()),
        curves_frame([one]),
        key="curve",
        file_name="response curve",
        alt=f"What {words.names[channel]} brings per {words.period} at other levels of spend, and what the next unit brings",
    )
    _sentences(curve_sentences(one))
    if len(words.paid) > 1:
        curves = [_curve(shown, name) for name in shown_channels(words, all_channels=shown.all_channels)]
        chart(
            draw_grid(grid_points(curves, words), current_theme(), n_columns=2 if is_phone() else None),
            curves_frame(curves),
            key="grid",
            file_name="response curves",
            alt=f"Response curves of the paid channels side by side, per {words.period}",
        )


def _curve(shown: _Shown, channel: str) -> CurvePoints:
    curve = loaders.set_curve(shown.run.run_id, shown.basis, shown.solution_id, channel)
    break_even = loaders.request(shown.run).settings.outcome.break_even_roas
    return curve_points(curve, shown.ledger, shown.words, break_even=break_even)


def _sentences(sentences: tuple[str, ...]) -> None:
    st.markdown("\n".join(f"- {as_text(sentence)}" for sentence in sentences))


_PANELS = {OVERVIEW: _overview, FIT: _fit, MEDIA: _media, RESPONSE: _response}
