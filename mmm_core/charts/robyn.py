"""Where an imported Robyn model stands among the candidates of a run, and its numbers beside ours as tables."""

from typing import NamedTuple

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from mmm_core.charts.candidates import FIT_AXIS, CandidatePoints, candidate_points, draw_candidates
from mmm_core.charts.gap import TO_SPEND
from mmm_core.charts.theme import PALETTES, Theme, apply_theme
from mmm_core.entities.naming import display_names, readable_name
from mmm_core.entities.robyn import Placement, Reproduction, RobynModel
from mmm_core.entities.run_result import RunResult
from mmm_core.entities.settings import ModelSettings

HEIGHT = 540
MEASURES = {
    "nrmse": FIT_AXIS,
    "decomp_rssd": TO_SPEND.axis,
    "holdout": "Error on periods not seen (holdout)",
}
_METRIC_NAMES = {
    "rsq_train": "Explained (adj. R²)",
    "rsq_val": "Explained, validation",
    "rsq_test": "Explained, test",
    "nrmse_train": "Error of fit, training",
    "nrmse_val": "Error of fit, validation",
    "nrmse_test": "Error of fit, test",
    "nrmse": FIT_AXIS,
    "decomp_rssd": "Gap to spend (RSSD)",
    "mape": "Gap to studies (MAPE)",
}
_PAD = 0.05


class PlacementPoints(NamedTuple):
    """The candidates of a run, and the imported model among them.

    Attributes:
        cloud: All candidates.
        nrmse: Of the imported model, fitted to the run's design.
        decomp_rssd: Same.
        n_dominating: Candidates that are better on both.
        label: What the imported model is called.
    """

    cloud: CandidatePoints
    nrmse: float
    decomp_rssd: float
    n_dominating: int
    label: str


def placement_points(result: RunResult, placement: Placement, label: str) -> PlacementPoints:
    """What the scatter shows.

    Args:
        result: The run.
        placement: Where the imported model stands in it.
        label: What it is called.
    """
    value = {one.measure: one.value for one in placement.standings}
    return PlacementPoints(
        cloud=candidate_points(result),
        nrmse=value["nrmse"],
        decomp_rssd=value["decomp_rssd"],
        n_dominating=placement.n_dominating,
        label=label,
    )


def draw_placement(points: PlacementPoints, theme: Theme = Theme.LIGHT) -> go.Figure:
    """Draw the cloud with its fronts, and the imported model as a square."""
    figure = draw_candidates(points.cloud, theme, clickable=False)
    palette = PALETTES[theme]
    figure.add_trace(
        go.Scattergl(
            x=[points.nrmse],
            y=[points.decomp_rssd],
            mode="markers",
            name="Robyn's model",
            marker={
                "symbol": "square",
                "size": 15,
                "color": palette.text,
                "line": {"width": 2, "color": palette.surface},
            },
            hovertemplate=f"<b>{points.label}</b><br>error of fit %{{x:.4f}}<br>gap to spend shares %{{y:.4f}}<extra></extra>",
        )
    )
    legend = figure.layout.legend.to_plotly_json()
    apply_theme(figure, theme, title=_title(points), subtitle="Down and left is better. Drag to zoom.", height=HEIGHT)
    figure.update_layout(legend=legend, margin={"b": 92})
    figure.update_xaxes(range=_with(figure.layout.xaxis.range, points.nrmse))
    figure.update_yaxes(range=_with(figure.layout.yaxis.range, points.decomp_rssd))
    return figure


def placement_frame(placement: Placement) -> pd.DataFrame:
    """One row per measure: value, rank, share of the run's models that do no better, their best and median."""
    return pd.DataFrame(
        [
            {
                "measure": MEASURES[one.measure],
                "robyn": one.value,
                "rank": one.rank,
                "models": one.n_models,
                "share_beaten": one.share_beaten,
                "best": one.best,
                "median": one.median,
            }
            for one in placement.standings
        ]
    )


def cloud_frame(points: PlacementPoints) -> pd.DataFrame:
    """One row per candidate, the imported model last."""
    cloud = points.cloud
    return pd.DataFrame(
        {
            "model": [*cloud.ids, points.label],
            "nrmse": np.append(cloud.nrmse, points.nrmse),
            "decomp_rssd": np.append(cloud.rssd, points.decomp_rssd),
            "front": np.append(cloud.front, 0),
        }
    )


def term_frame(model: RobynModel, result: Reproduction) -> pd.DataFrame:
    """One row per term: Robyn's contribution, ours, how far apart, and the share of the outcome."""
    names = _names(model.project.data.settings)
    terms = result.terms
    return pd.DataFrame(
        {
            "term": [names.get(name, readable_name(name)) for name in terms["term"]],
            "robyn": terms["robyn"],
            "ours": terms["ours"],
            "difference": [difference_words(value) for value in terms["difference"]],
            "share": terms["share"],
        }
    )


def return_frame(model: RobynModel, result: Reproduction) -> pd.DataFrame:
    """One row per paid channel: what Robyn wrote, and what the window gives."""
    names = _names(model.project.data.settings)
    table = result.returns
    return table.assign(channel=[names[name] for name in table["channel"]])[
        ["channel", "written", "value", "spend", "contribution"]
    ]


def error_frame(result: Reproduction) -> pd.DataFrame:
    """One row per figure of the whole model; training errors once, where they are the errors."""
    table = result.errors
    known = set(table["metric"])
    kept = table.loc[~table["metric"].eq("nrmse_train") | (known >= {"nrmse_val"})]
    kept = kept.loc[~kept["metric"].eq("mape") | kept["robyn"].ne(0)]
    return kept.assign(metric=kept["metric"].map(_METRIC_NAMES)).reset_index(drop=True)


def bounds_frame(model: RobynModel) -> pd.DataFrame:
    """One row per channel: what is modelled, its sign, and the ranges that were searched with the value that was chosen."""
    settings, report = model.project.data.settings, model.report
    names = _names(settings)
    signs = {paid.spend: paid.sign for paid in settings.paid_media} | {one.column: one.sign for one in settings.organic}
    rows = []
    for channel in settings.channels:
        row: dict[str, str] = {
            "channel": names[channel],
            "modelled": model.media_names[channel],
            "sign": signs[channel].value,
        }
        for parameter, (low, high) in settings.channel_bounds(channel).items():
            chosen = report.hyperparameters.get(f"{channel}_{parameter}") if report is not None else None
            row[parameter] = f"{low:g} to {high:g}" if chosen is None else f"{chosen:.3f} of {low:g} to {high:g}"
        rows.append(row)
    return pd.DataFrame(rows)


def difference_words(difference: float) -> str:
    """A relative difference as people read it: what is only rounding is none."""
    size = abs(difference)
    if size < 5e-7:
        return "none"
    if not np.isfinite(size):
        return "not in Robyn's"
    if size < 1e-4:
        return "under 0.01%"
    return f"{difference:+.2%}"


def _names(settings: ModelSettings) -> dict[str, str]:
    context = [column.column for column in settings.context]
    return {"intercept": "Constant part", **display_names([*settings.channels, *context])}


def _title(points: PlacementPoints) -> str:
    n_models = len(points.cloud.ids)
    if points.n_dominating == 0:
        return f"None of {n_models:,} models is better than Robyn's in both ways"
    return f"{points.n_dominating:,} of {n_models:,} models are better than Robyn's in both ways"


def _with(ends: tuple[float, float], value: float) -> list[float]:
    """A range that holds a value too."""
    low, high = ends
    pad = _PAD * (high - low)
    return [min(low, value - pad), max(high, value + pad)]
