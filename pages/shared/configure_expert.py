"""The part of Configure only experts see: carry-over and saturation per channel, and the search."""

from collections.abc import Mapping
from dataclasses import replace

import streamlit as st

from mmm_core.charts.adstock_preview import draw_preview, preview_frame, preview_points
from mmm_core.charts.theme import channel_colours
from mmm_core.engine.curve_preview import preview_carry_over, preview_response
from mmm_core.engine.model_draft import ModelDraft, channels_by_spend
from mmm_core.entities.columns import AdstockKind
from mmm_core.entities.findings import IngestResult
from mmm_core.entities.naming import display_names
from mmm_core.entities.settings import DEFAULT_BOUNDS, PARAMETER_LIMITS, Interval
from mmm_core.entities.trials_config import ALGORITHMS, INTERCEPT_SIGNS
from pages.shared.configure_state import Keys
from pages.shared.glossary import sentence, term
from pages.shared.widgets import as_text, chart, current_theme, truncated

ADSTOCK_LABELS = {
    AdstockKind.GEOMETRIC: "Geometric: a fixed share carries over",
    AdstockKind.WEIBULL_CDF: "Weibull CDF: fades at a changing pace",
    AdstockKind.WEIBULL_PDF: "Weibull PDF: may peak later",
}
MOST_PILLS = 8
MOST_TRAIN_SIZE = 0.95
MOST_TRIALS, MOST_ITERATIONS, MOST_CORES = 200, 1_000_000, 256
"""What can be typed; a project file may say more, and is shown as it is."""
ALGORITHM_LABELS = {"TwoPointsDE": "TwoPointsDE (Robyn-compatible)"}
WEIGHTS_HELP = (
    f"{sentence('weights')} What a weight does depends on the algorithm: TwoPointsDE and DE use nevergrad's own objective "
    "weights, as Robyn does; with the others the objective of lower weight decides less often which of two candidates is better."
)
INTERCEPT_LABELS = {"non_negative": "at least zero", "unconstrained": "any"}
PARAMETER_LABELS = {
    "theta": "Carried over per period (theta)",
    "shape": "Weibull shape",
    "scale": "Weibull scale",
    "alpha": "Bend of the response (alpha)",
    "gamma": "Half-saturation point (gamma)",
}
SLIDER_STEPS = {"theta": 0.01, "shape": 0.1, "scale": 0.005, "alpha": 0.1, "gamma": 0.01}
SLIDER_ENDS: Mapping[str, Interval] = {
    "theta": (0.0, 0.99),
    "shape": (0.0, 19.9),
    "scale": (0.0, 1.0),
    "alpha": (0.1, 9.9),
    "gamma": (0.05, 1.0),
}


def carry_over_section(draft: ModelDraft, upload: IngestResult, key: Keys) -> ModelDraft:
    """Kind of carry-over, and the bounds of one channel at a time with a picture of what they mean."""
    st.subheader("Carry-over and saturation", anchor=False, help=f"{sentence('adstock')} {sentence('saturation')}")
    kind = st.selectbox(
        "Carry-over (adstock) of every channel that has no own",
        list(ADSTOCK_LABELS),
        index=list(ADSTOCK_LABELS).index(draft.adstock),
        format_func=ADSTOCK_LABELS.__getitem__,
        key=key("adstock"),
        help=term("adstock"),
    )
    draft = replace(draft, adstock=kind)
    if not draft.channels:
        return draft
    channel = _choose_channel(draft, key)
    draft = _edit_bounds(draft, channel, key)
    _picture(draft, channel, upload)
    return draft


def _choose_channel(draft: ModelDraft, key: Keys) -> str:
    names = display_names(draft.channels)
    label, own_key = "Channel", f"{key('channel')}_{'_'.join(draft.channels)}"
    if len(draft.channels) > MOST_PILLS:
        return st.selectbox(label, draft.channels, format_func=names.__getitem__, key=own_key) or draft.channels[0]
    chosen = st.pills(
        label,
        draft.channels,
        default=draft.channels[0],
        required=True,
        format_func=lambda name: as_text(truncated(names[name], 24)),
        key=own_key,
    )
    return chosen or draft.channels[0]


def search_section(draft: ModelDraft, key: Keys) -> ModelDraft:
    """How many candidates, how they are proposed, and the rules of the fit."""
    st.subheader("Search", anchor=False, help=term("candidate"))
    cells = st.columns(4, vertical_alignment="bottom")
    trials = cells[0].number_input(
        "Trials", 1, max(MOST_TRIALS, draft.trials), draft.trials, key=key("trials"), help=term("trials")
    )
    iterations = cells[1].number_input(
        "Models per trial",
        1,
        max(MOST_ITERATIONS, draft.iterations),
        draft.iterations,
        step=500,
        key=key("iterations"),
        help=term("iterations"),
    )
    seed = cells[2].number_input("Seed", 0, None, draft.seed, key=key("seed"), help=term("seed"))
    cores = cells[3].number_input(
        "Processes",
        0,
        max(MOST_CORES, draft.cores),
        draft.cores,
        key=key("cores"),
        help=f"{sentence('cores')} 0 uses all there are.",
    )
    cells = st.columns(4, vertical_alignment="bottom")
    algorithm = cells[0].selectbox(
        "Algorithm",
        ALGORITHMS,
        ALGORITHMS.index(draft.algorithm),
        format_func=lambda name: ALGORITHM_LABELS.get(name, name),
        key=key("algorithm"),
        help=term("algorithm"),
    )
    fit = cells[1].number_input(
        "Weight of fit", 0.0, None, draft.fit_weight, step=0.5, key=key("fit_weight"), help=WEIGHTS_HELP
    )
    plausibility = cells[2].number_input(
        "Weight of plausibility",
        0.0,
        None,
        draft.plausibility_weight,
        step=0.5,
        key=key("plausibility"),
        help=WEIGHTS_HELP,
    )
    sign = cells[3].selectbox(
        "Sign of the constant",
        INTERCEPT_SIGNS,
        INTERCEPT_SIGNS.index(draft.intercept_sign),
        format_func=INTERCEPT_LABELS.__getitem__,
        key=key("intercept_sign"),
        help=term("intercept"),
    )
    draft = replace(
        draft,
        trials=trials,
        iterations=iterations,
        seed=seed,
        cores=cores,
        algorithm=algorithm,
        fit_weight=fit,
        plausibility_weight=plausibility,
        intercept_sign=sign,
    )
    return _rules(draft, key)


def _rules(draft: ModelDraft, key: Keys) -> ModelDraft:
    cells = st.columns(2, gap="large")
    validation = cells[0].toggle(
        "Validate on later periods", draft.timeseries_validation, key=key("validation"), help=term("validation")
    )
    penalty = cells[0].toggle(
        "Search penalty factors", draft.add_penalty_factor, key=key("penalty"), help=term("penalty")
    )
    zero = cells[1].toggle(
        "Penalise zero effects", draft.rssd_zero_penalty, key=key("rssd_zero"), help=term("rssd_zero_penalty")
    )
    intercept = cells[1].toggle("Constant part", draft.intercept, key=key("intercept"), help=term("intercept"))
    shrinkage = cells[0].slider(
        "Shrinkage (lambda), share of its range",
        0.0,
        1.0,
        draft.lambda_bounds,
        0.01,
        key=key("lambda"),
        help=term("lambda"),
    )
    training = draft.train_size_bounds
    if validation:
        training = cells[1].slider(
            "Share of periods for fitting",
            0.1,
            max(MOST_TRAIN_SIZE, training[1]),
            training,
            0.01,
            key=key("train_size"),
            help=term("train_size"),
        )
        cells[1].caption(_validation_words(training))
    return replace(
        draft,
        timeseries_validation=validation,
        add_penalty_factor=penalty,
        rssd_zero_penalty=zero,
        intercept=intercept,
        lambda_bounds=shrinkage,
        train_size_bounds=training,
    )


def _validation_words(training: Interval) -> str:
    """What validation does with the periods, in plain words."""
    low, high = training
    share = f"{low:.0%}" if low == high else f"{low:.0%} to {high:.0%}"
    return (
        f"Each model is fitted to the first {share} of the periods and chosen by its error on the next ones. The last "
        f"{(1.0 - high) / 2.0:.0%} are a test: their error is shown and never chooses anything."
    )


def _edit_bounds(draft: ModelDraft, channel: str, key: Keys) -> ModelDraft:
    kind = draft.adstock_of(channel)
    usual = DEFAULT_BOUNDS[kind]
    bounds = draft.channel_bounds(channel)
    chosen: dict[str, Interval] = {}
    cells = st.columns(len(bounds), gap="medium")
    for cell, name in zip(cells, sorted(bounds, key=list(PARAMETER_LABELS).index), strict=True):
        low, high = _ends(name, bounds[name])
        chosen[name] = cell.slider(
            PARAMETER_LABELS[name],
            low,
            high,
            bounds[name],
            SLIDER_STEPS[name],
            key=key(f"bounds_{channel}_{kind.value}_{name}"),
            help=f"{sentence(name)} Usual: {usual[name][0]:g} to {usual[name][1]:g}.",
        )
    overrides = {name: interval for name, interval in chosen.items() if interval != usual[name]}
    others = {name: given for name, given in draft.bounds.get(channel, {}).items() if name not in usual}
    return replace(draft, bounds={**draft.bounds, channel: {**others, **overrides}})


def _ends(name: str, interval: Interval) -> Interval:
    """Ends of a slider: the usual ones, wider when a project file says so."""
    low, high = SLIDER_ENDS[name]
    least, most = PARAMETER_LIMITS[name]
    return max(least, min(low, interval[0])), min(most, max(high, interval[1]))


def _picture(draft: ModelDraft, channel: str, upload: IngestResult) -> None:
    bounds = draft.channel_bounds(channel)
    fading = preview_carry_over(draft.adstock_of(channel), bounds, len(upload.table))
    bending = preview_response(bounds)
    points = preview_points(
        channel,
        upload.frequency.value if upload.frequency else "period",
        lags=fading.lags,
        carry_over=(fading.low, fading.middle, fading.high),
        half_lives=fading.half_lives,
        pressure=bending.pressure,
        responses=bending.curves,
        bend=bounds["gamma"],
    )
    chart(
        draw_preview(points, channel_colours(channels_by_spend(draft, upload.table))[channel], current_theme()),
        preview_frame(points),
        key="preview",
        file_name=f"preview_{channel}",
        alt=f"Carry-over and response curves that the bounds of {channel} allow",
    )
