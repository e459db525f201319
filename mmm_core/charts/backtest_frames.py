"""A backtest as tables: every period foretold, every date, every step ahead."""

import pandas as pd

from mmm_core.charts.backtest_errors import ErrorPoints
from mmm_core.entities.backtest import Backtest, Contender

DATE_COLUMNS = ("known until", "first foretold", "last foretold")


def forecast_frame(found: Backtest) -> pd.DataFrame:
    """One row per date and period foretold."""
    rows = []
    for one in found.forecasts:
        has_range = bool(one.low)
        for step, date in enumerate(one.dates):
            row = {
                "known_until": one.known_until,
                "date": date,
                "periods_ahead": step + 1,
                "actual": one.actual[step],
                "model": one.model[step],
                "without_media": one.no_media[step],
                "year_before": one.naive[step],
            }
            if has_range:
                row |= {"low": one.low[step], "high": one.high[step]}
            rows.append(row)
    return pd.DataFrame(rows)


def date_frame(found: Backtest) -> pd.DataFrame:
    """One row per date: both errors of every contender, in percent, and which model a search recommended."""
    names = {Contender.MODEL: "model", Contender.NO_MEDIA: "without media", Contender.NAIVE: "year before"}
    rows = []
    for one in found.forecasts:
        row: dict[str, object] = dict(zip(DATE_COLUMNS, (one.known_until, one.dates[0], one.dates[-1]), strict=True))
        row |= {f"off by, {name} (%)": 100.0 * one.miss(who) for who, name in names.items()}
        row |= {f"NRMSE, {name}": one.nrmse(who) for who, name in names.items()}
        if one.solution_id:
            row["recommended then"] = one.solution_id
        rows.append(row)
    return pd.DataFrame(rows)


def error_frame(points: ErrorPoints, first: str) -> pd.DataFrame:
    """What a chart of errors shows, shares of the outcome; ``first`` names the column of dates or steps."""
    return pd.DataFrame({first: list(points.rows), **{points.names[who]: points.errors[who] for who in Contender}})
