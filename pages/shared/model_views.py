"""One model in full, one view at a time: fit, contributions, response, parameters."""

import streamlit as st

from mmm_core.charts.contributions import contribution_points, draw_contributions, draw_weekly, weekly_points
from mmm_core.charts.fit import draw_fit, fit_points
from mmm_core.charts.frames import contribution_frame, fit_frame, response_frame, weekly_frame
from mmm_core.charts.gap import gap_of
from mmm_core.charts.response import draw_response, response_points, shown_channels
from mmm_core.charts.theme import MAX_STACKED_CHANNELS
from mmm_core.charts.vocabulary import Vocabulary
from mmm_core.engine.candidate_filter import passing, survivor_table
from mmm_core.engine.parameter_table import channel_parameters, model_parameters
from mmm_core.entities.fitted_model import FittedModel
from mmm_core.entities.run_result import PARTS
from mmm_core.errors import NotFoundError
from pages.shared import loaders, pareto_filters
from pages.shared.glossary import sentence, term
from pages.shared.widgets import chart, current_theme, table

FIT, CONTRIBUTIONS, RESPONSE, PARAMETERS, SURVIVORS = VIEWS = (
    "Fit",
    "Contributions",
    "Response",
    "Parameters",
    "Surviving models",
)
_SHOWN_ROWS = 2_000


def draw(run_id: str, solution_id: str) -> None:
    """Draw the choice of views and the chosen one."""
    view = st.segmented_control("View", VIEWS, default=FIT, required=True, key="view", label_visibility="collapsed")
    run = loaders.run(run_id)
    if run is None:
        raise NotFoundError("This run was deleted meanwhile. Open another one in Saved results.")
    words = loaders.words(run)
    if view == SURVIVORS:
        _survivors(run_id, words)
        return
    model = loaders.model(run_id, solution_id)
    if view == FIT:
        _fit(model, words)
    elif view == CONTRIBUTIONS:
        _contributions(model, words)
    elif view == RESPONSE:
        _response(run_id, solution_id, words)
    else:
        _parameters(model, words)


def _fit(model: FittedModel, words: Vocabulary) -> None:
    points = fit_points(model, words)
    chart(
        draw_fit(points, current_theme()),
        fit_frame(points),
        key="fit",
        file_name="fit",
        alt=f"Actual and fitted {words.outcome_word} per {words.period}",
    )


def _contributions(model: FittedModel, words: Vocabulary) -> None:
    with st.container(horizontal=True, gap="medium"):
        every = _all_channels("contributions", words)
        parts = st.toggle("Baseline in its parts, week by week", key="baseline_parts")
    chart(
        draw_contributions(contribution_points(model, words, all_channels=every), current_theme()),
        contribution_frame(contribution_points(model, words)),
        key="contributions",
        file_name="contributions",
        alt="What every driver brought over the whole window, as a waterfall",
    )
    weekly = weekly_points(model, words, all_channels=every, baseline_parts=parts)
    chart(
        draw_weekly(weekly, current_theme()),
        weekly_frame(weekly),
        key="weekly",
        file_name=f"contributions by {words.period}",
        alt=f"What every driver brought per {words.period}, stacked",
    )


def _response(run_id: str, solution_id: str, words: Vocabulary) -> None:
    channels = shown_channels(words, all_channels=_all_channels("response", words))
    curves = [loaders.response(run_id, solution_id, channel) for channel in channels]
    points = response_points(curves, words)
    chart(
        draw_response(points, current_theme()),
        response_frame(points),
        key="response",
        file_name="response curves",
        alt=f"What every paid channel brings per {words.period} at other levels of spend",
    )


def _parameters(model: FittedModel, words: Vocabulary) -> None:
    channels = channel_parameters(model)
    channels.insert(0, "name", [words.names.get(key, key) for key in channels["channel"]])
    table(channels, key="channel_parameters", file_name="channel parameters", column_config=_parameter_columns(words))
    columns = {
        "name": st.column_config.TextColumn("Parameter"),
        "meaning": st.column_config.TextColumn("Meaning"),
        "value": st.column_config.NumberColumn("Value", format="%.5g"),
    }
    table(model_parameters(model), key="model_parameters", file_name="model parameters", column_config=columns)


def _survivors(run_id: str, words: Vocabulary) -> None:
    run, result = loaders.run(run_id), loaders.result(run_id)
    assert run is not None, "draw() has just found it"
    frame = survivor_table(result, passing(pareto_filters.current(run), result))
    if frame.empty:
        st.markdown("No model passes all filters. Take one off above.")
        return
    if len(frame) > _SHOWN_ROWS:
        st.caption(f"The best {_SHOWN_ROWS:,} of {len(frame):,}; the download at the foot of the page has all.")
    gap = gap_of(is_refresh=result.design.aim is not None)
    is_validated = result.collection.model_output.timeseries_validation
    fit = ["nrmse_train", "nrmse_val", "nrmse_test"] if is_validated else ["nrmse"]
    first = ["solution_id", "front", *fit, "decomp_rssd", "rsq_train", "baseline_share"]
    returns = [f"{name}_roas" for name in words.paid]
    config = {
        "solution_id": st.column_config.TextColumn("Model", pinned=True),
        "front": st.column_config.NumberColumn("Front", help=f"{sentence('front')} 0: not on one."),
        "nrmse": st.column_config.NumberColumn("Error of fit", format="%.4f", help=term("nrmse")),
        **{
            f"nrmse_{ending}": st.column_config.NumberColumn(f"Error of fit, {part}", format="%.4f", help=term("nrmse"))
            for ending, part in PARTS.items()
        },
        "decomp_rssd": st.column_config.NumberColumn(gap.short, format="%.4f", help=term(gap.term)),
        "rsq_train": st.column_config.NumberColumn("R²", format="%.3f", help=term("rsq")),
        "baseline_share": st.column_config.NumberColumn("Baseline", format="percent", help=term("baseline")),
        **{f"{name}_roas": st.column_config.NumberColumn(words.return_of(name), format="%.3g") for name in words.paid},
    }
    table(
        frame[first + returns].head(_SHOWN_ROWS),
        key="survivors",
        file_name="surviving models",
        column_config=config,
        height=420,
    )


def _all_channels(key: str, words: Vocabulary) -> bool:
    """The switch that unfolds the smallest channels; only there when some are folded."""
    if len(words.channels) <= MAX_STACKED_CHANNELS:
        return False
    return st.toggle(f"All {len(words.channels)} channels", key=f"all_{key}")


def _parameter_columns(words: Vocabulary) -> dict[str, object]:
    number = st.column_config.NumberColumn
    return {
        "name": st.column_config.TextColumn("Channel", pinned=True),
        "channel": None,
        "theta": number("Carry-over (theta)", format="%.3f", help=term("theta")),
        "shape": number("Shape", format="%.3f", help=term("shape")),
        "scale": number("Scale", format="%.4f", help=term("scale")),
        "alpha": number("Alpha", format="%.3f", help=term("alpha")),
        "gamma": number("Gamma", format="%.3f", help=term("gamma")),
        "penalty": number("Penalty", format="%.3f", help=term("penalty")),
        "half_life": number(f"Half-life ({words.period}s)", format="%.1f", help=term("half_life")),
        "half_saturation": number("Half saturation", format="compact", help="Pressure at half of the maximum effect."),
        "coefficient": number("Coefficient", format="compact"),
        "carry_over_share": number("From carry-over", format="percent", help=term("carry_over")),
        "spend_share": number("Spend share", format="percent", help=term("spend_share")),
        "effect_share": number("Effect share", format="percent", help=term("effect_share")),
    }
