"""Limits of the plan: per channel as sliders or typed, locks, groups that share a limit, and the calendar."""

import math
from collections.abc import Callable, Mapping
from dataclasses import replace

import pandas as pd
import streamlit as st

from mmm_core.charts.vocabulary import Vocabulary
from mmm_core.engine.budget_form import BudgetForm, GroupLine, Limit, fitted_calendar, usual_limit, with_limit
from mmm_core.entities.design import Design
from mmm_core.entities.records import RunRecord
from pages.shared import budget_loaders, session
from pages.shared.budget_state import Keys, set_types_limits, types_limits
from pages.shared.glossary import term
from pages.shared.widgets import as_text

MOST_SLIDERS = 12
_STEPS = 200
_ROW_HEIGHT = 35


def channels_section(
    run: RunRecord, words: Vocabulary, design: Design, form: BudgetForm, key: Keys, spend: Mapping[str, float]
) -> BudgetForm:
    """How far every channel may move: one range for all, then single channels."""
    st.markdown("**What each channel may spend**", help=term("budget_freedom"))
    low, high = st.slider(
        "Every channel, % of today",
        0,
        max(400, math.ceil(form.freedom[1] / 50) * 50),
        (round(form.freedom[0]), round(form.freedom[1])),
        step=5,
        key=key("freedom"),
        format="%d%%",
    )
    if (low, high) != (round(form.freedom[0]), round(form.freedom[1])):
        form = replace(form, freedom=(float(low), float(high)))
    many = len(words.paid) > MOST_SLIDERS
    typed = types_limits(run, many=many)
    if not many or typed is False:
        typed = st.toggle("Type exact amounts", typed, key=key("typed"))
        set_types_limits(run, value=typed)
    if typed:
        return _typed_limits(words, form, key, spend)
    highest = dict(zip(design.paid_names, map(float, design.spend[design.rows].max(axis=0)), strict=True))
    for channel in words.paid:
        form = _channel_row(words, form, key, channel, (spend[channel], highest[channel]))
    return form


def _channel_row(words: Vocabulary, form: BudgetForm, key: Keys, channel: str, seen: tuple[float, float]) -> BudgetForm:
    """Slider with both limits of a channel and its lock."""
    today, highest = seen
    given = form.limits.get(channel, (None, None))
    usual = usual_limit(form, today)
    ends = [usual[k] if given[k] is None else float(given[k] or 0.0) for k in (0, 1)]
    most, step = slider_scale(max(3 * today, 1.5 * highest, usual[1], *ends))
    shown = (_rounded(ends[0], step, most), _rounded(ends[1], step, most))
    is_locked = channel in form.locked
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        chosen = st.slider(
            f"{as_text(words.names[channel])} · today {as_text(words.money(today))}",
            0.0,
            most,
            (min(shown), max(shown)),
            step=step,
            key=key(f"limit_{channel}_{usual[0]:g}_{usual[1]:g}"),
            format="compact",
            disabled=is_locked,
        )
        lock = st.toggle("Lock", is_locked, key=key(f"lock_{channel}"), help=term("lock"), width="content")
    if chosen != (min(shown), max(shown)):
        form = with_limit(form, channel, chosen)
    if lock != is_locked:
        others = tuple(name for name in form.locked if name != channel)
        form = replace(form, locked=(*others, channel) if lock else others)
    return form


def slider_scale(largest: float) -> tuple[float, float]:
    """Right end and step of a slider: plain numbers, about 200 steps.

    Args:
        largest: What has to fit on it.
    """
    wanted = max(largest, 1.0) / _STEPS
    power = 10.0 ** math.floor(math.log10(wanted))
    step = next(factor * power for factor in (1.0, 2.0, 5.0, 10.0) if factor * power >= wanted * 0.999)
    return math.ceil(max(largest, 1.0) / step - 1e-9) * step, step


def _rounded(value: float, step: float, most: float) -> float:
    return min(most, max(0.0, round(value / step) * step))


def _typed_limits(words: Vocabulary, form: BudgetForm, key: Keys, spend: Mapping[str, float]) -> BudgetForm:
    """The same as a table: an empty cell follows the range for all channels."""
    sign = words.money(0).replace("0", "").strip()
    today = "_".join(f"{spend[channel]:g}" for channel in words.paid[:3])
    number = st.column_config.NumberColumn
    edited = st.data_editor(
        _base(key(f"limits_{today}"), lambda: _limit_frame(words, form, spend)),
        key=key(f"limits_{today}"),
        hide_index=True,
        height=(min(len(words.paid), 14) + 1) * _ROW_HEIGHT + 3,
        row_height=_ROW_HEIGHT,
        placeholder="",
        disabled=["channel", "today"],
        column_config={
            "channel": st.column_config.TextColumn("Channel", pinned=True, width=86),
            "today": number(f"Today ({sign})", format="localized", width=70),
            "low": number("Min", min_value=0.0, format="localized", width=64),
            "high": number("Max", min_value=0.0, format="localized", width=64),
            "lock": st.column_config.CheckboxColumn("Lock", width=44, help=term("lock")),
        },
        alt=f"Limits of every channel per {words.period}",
    )
    st.caption(f"Per {words.period}. An empty cell follows the range above.")
    rows = edited.to_dict("records")
    limits: dict[str, Limit] = {}
    for channel, row in zip(words.paid, rows, strict=True):
        ends = (_amount(row["low"]), _amount(row["high"]))
        if ends != (None, None):
            limits[channel] = ends
    locked = tuple(channel for channel, row in zip(words.paid, rows, strict=True) if row["lock"] is True)
    return replace(form, limits=limits, locked=locked)


def _limit_frame(words: Vocabulary, form: BudgetForm, spend: Mapping[str, float]) -> pd.DataFrame:
    given = [form.limits.get(channel, (None, None)) for channel in words.paid]
    return pd.DataFrame(
        {
            "channel": [words.names[channel] for channel in words.paid],
            "today": [round(spend[channel]) for channel in words.paid],
            "low": pd.Series([low for low, _ in given], dtype="float64"),
            "high": pd.Series([high for _, high in given], dtype="float64"),
            "lock": [channel in form.locked for channel in words.paid],
        }
    )


def groups_section(words: Vocabulary, form: BudgetForm, key: Keys) -> BudgetForm:
    """Channels that share a limit: a line per group, which may be unfinished."""
    named = {words.names[channel]: channel for channel in words.paid}
    with st.expander("Groups that share a limit", expanded=bool(form.groups)):
        st.caption(f"For instance all online channels together at most an amount per {words.period}.")
        number = st.column_config.NumberColumn
        edited = st.data_editor(
            _base(key("groups"), lambda: _group_frame(words, form)),
            key=key("groups"),
            hide_index=True,
            num_rows="dynamic",
            row_height=_ROW_HEIGHT,
            placeholder="",
            column_config={
                "name": st.column_config.TextColumn("Group", max_chars=60, width=90),
                "channels": st.column_config.MultiselectColumn("Channels", options=list(named), width=150),
                "low": number("Min", min_value=0.0, format="localized", width=70),
                "high": number("Max", min_value=0.0, format="localized", width=70),
            },
            alt="Groups that share a limit",
        )
    lines = tuple(_group_from(row, named) for row in edited.to_dict("records"))
    return replace(form, groups=tuple(line for line in lines if not line.is_empty))


def _group_frame(words: Vocabulary, form: BudgetForm) -> pd.DataFrame:
    known = [[words.names[name] for name in line.channels if name in words.names] for line in form.groups]
    return pd.DataFrame(
        {
            "name": pd.Series([line.name for line in form.groups], dtype="object"),
            "channels": pd.Series(known, dtype="object"),
            "low": pd.Series([line.low for line in form.groups], dtype="object"),  # a new line has no numbers yet
            "high": pd.Series([line.high for line in form.groups], dtype="object"),
        }
    )


def _group_from(row: Mapping[str, object], named: Mapping[str, str]) -> GroupLine:
    chosen = row["channels"]
    names = list(chosen) if isinstance(chosen, list | tuple) or hasattr(chosen, "tolist") else []  # type: ignore[call-overload]
    return GroupLine(
        name=row["name"] if isinstance(row["name"], str) else "",
        channels=tuple(named[name] for name in names if name in named),
        low=_amount(row["low"]),
        high=_amount(row["high"]),
    )


def calendar_section(run: RunRecord, words: Vocabulary, form: BudgetForm, key: Keys) -> BudgetForm:
    """The planned future: how a channel's money is spread over the periods."""
    with st.expander(f"Plan {words.period} by {words.period}", expanded=form.by_period):
        on = st.toggle(
            f"Spread the money unevenly over the {words.period}s",
            form.by_period,
            key=key("by_period"),
        )
        form = replace(form, by_period=on)
        if not on:
            st.caption(f"Now every {words.period} of the plan gets the same.")
            return form
        st.caption(
            f"1 is an even share of the channel's money, 2 twice as much as a {words.period} with 1, "
            "0 a pause. What a channel gets in all does not change."
        )
        name = key(f"calendar_{form.n_periods}")
        shape = {c: st.column_config.NumberColumn(words.names[c], min_value=0.0, step=0.1) for c in words.paid}
        edited = st.data_editor(
            _base(name, lambda: _calendar_frame(run, words, form)),
            key=name,
            hide_index=True,
            row_height=_ROW_HEIGHT,
            height=min(form.n_periods + 1, 14) * _ROW_HEIGHT + 3,
            disabled=["day"],
            column_config={"day": st.column_config.DateColumn("First day", pinned=True, width=100), **shape},
            alt=f"Weight of every future {words.period} by channel",
        )
    weights = {channel: tuple(float(w) for w in edited[channel].fillna(0.0)) for channel in words.paid}
    return replace(form, calendar={name: given for name, given in weights.items() if set(given) != {1.0}})


def _calendar_frame(run: RunRecord, words: Vocabulary, form: BudgetForm) -> pd.DataFrame:
    columns: dict[str, object] = {"day": budget_loaders.future_days(run.run_id, form.n_periods)}
    return pd.DataFrame(columns | {channel: fitted_calendar(form, channel) for channel in words.paid})


def _amount(cell: object) -> float | None:
    return float(cell) if isinstance(cell, int | float) and math.isfinite(cell) else None


def _base(key: str, make: Callable[[], pd.DataFrame]) -> pd.DataFrame:
    """What an editor started from: fixed while it is on screen, since its edits are kept relative to it."""
    known = session.recall(f"base.{key}")
    if key in st.session_state and isinstance(known, pd.DataFrame):
        return known
    frame = make()
    session.remember(f"base.{key}", frame)
    return frame
