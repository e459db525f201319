"""Columns of a model as Robyn can read them: names without spaces, events and levels as columns of the data."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from mmm_core.engine.features import part_name
from mmm_core.entities.columns import AdstockKind
from mmm_core.entities.design import Design
from mmm_core.entities.mmmdata_collection import MMMDataCollection
from mmm_core.entities.naming import join_words
from mmm_core.entities.settings import BASELINE_PARTS, ModelSettings
from mmm_core.errors import SettingsError


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ExportColumns:
    """What Robyn is told about the columns.

    Attributes:
        table: The data, columns renamed, dates as text, with a column for every one-off event and every level
            of a text that is modelled without Prophet, at which Robyn stops.
        names: Our names of terms to Robyn's: channels by the column that is modelled.
        columns: Names of the table's columns to Robyn's.
        parts: Prophet's parts.
        context: Context columns, events and levels, by our names.
        adstock: The one kind of all channels.
        notes: What was renamed or left out, one sentence each.
    """

    table: pd.DataFrame
    names: Mapping[str, str]
    columns: Mapping[str, str]
    parts: tuple[str, ...]
    context: tuple[str, ...]
    adstock: AdstockKind
    notes: tuple[str, ...]

    def of(self, columns: Iterable[str]) -> list[str]:
        """Columns of the table by Robyn's names."""
        return [self.columns[column] for column in columns]


def arrange_columns(data: MMMDataCollection, design: Design, parts_in_order: tuple[str, ...] = ()) -> ExportColumns:
    """Robyn's view of the columns of a model.

    Args:
        data: Table and settings.
        design: What the model was fitted to.
        parts_in_order: Prophet's parts in the order Robyn fitted them; empty for our order.

    Raises:
        SettingsError: Robyn cannot hold such a model; carries every reason.
    """
    settings = data.settings
    _refuse(_obstacles(design))
    parts = [part for part in settings.baseline.parts if part_name(part, settings) in design.baseline_names]
    parts.sort(key=lambda part: parts_in_order.index(part) if part in parts_in_order else len(parts_in_order))
    context = tuple(one.column for one in settings.context if one.column in design.baseline_names)
    named_parts = {part_name(part, settings): part for part in parts}
    events = tuple(name for name in design.baseline_names if name not in named_parts and name not in context)
    columns = _safe_names([*map(str, data.table.columns), *events])
    channels = {paid.spend: columns[paid.modelled_column] for paid in settings.paid_media}
    channels |= {organic.column: columns[organic.column] for organic in settings.organic}
    return ExportColumns(
        table=_table(data, design, events, columns),
        names={**named_parts, **{name: columns[name] for name in (*context, *events)}, **channels},
        columns=columns,
        parts=tuple(parts),
        context=(*context, *events),
        adstock=settings.adstock_of(settings.channels[0]),
        notes=tuple(_notes(settings, design, events, columns)),
    )


def _obstacles(design: Design) -> list[str]:
    found = []
    kinds = sorted({kind.value for kind in design.adstock})
    if len(kinds) > 1:
        found.append(
            f"Robyn has one kind of carry-over for all channels, this model has {join_words(kinds)}. Give every channel the "
            "same kind on Configure, and run again."
        )
    if np.any(np.diff(design.rows) != 1):
        found.append(
            "Robyn cannot leave out periods in the middle of a window, as this model does. Run it without leaving any out."
        )
    return found


def _refuse(problems: list[str]) -> None:
    if problems:
        raise SettingsError(problems)


def _safe_names(names: list[str]) -> dict[str, str]:
    """Robyn refuses spaces in names, and columns that are called like a part of Prophet's."""
    safe: dict[str, str] = {}
    for name in names:
        wanted = name.strip().replace(" ", "_")
        while wanted in safe.values() or wanted in (*BASELINE_PARTS, "monthly"):
            wanted += "_"
        safe[name] = wanted
    return safe


def _table(
    data: MMMDataCollection, design: Design, events: tuple[str, ...], columns: Mapping[str, str]
) -> pd.DataFrame:
    table = data.table.copy()
    table[data.settings.date] = data.dates.dt.strftime("%Y-%m-%d")
    for name in events:
        table[name] = design.baseline[:, design.baseline_names.index(name)]
    return table.rename(columns=dict(columns))


def _notes(
    settings: ModelSettings, design: Design, events: tuple[str, ...], columns: Mapping[str, str]
) -> Iterable[str]:
    used = {*settings.used_columns, *events}
    renamed = [f"{name!r} is {safe!r}" for name, safe in columns.items() if name != safe and name in used]
    if renamed:
        yield f"Robyn takes no spaces in names: {join_words(renamed)}."
    if events:
        yield f"One-off events and levels of text are columns of the data: {join_words([columns[name] for name in events])}."
    if design.dropped:
        yield f"Left out, as Robyn stops at a column that is the same in every modelled period: {join_words(design.dropped)}."
    if settings.baseline.signs:
        yield "Robyn ignores the signs given to trend, season, weekday and holidays: it keeps their coefficients within 0 and 1."
    if settings.baseline.calendar:
        yield (
            f"Your own {len(settings.baseline.calendar)} special days are in Extras$dt_holidays: hand them to "
            "robyn_recreate(json_file, dt_holidays = ...)."
        )
    if design.weibull_length != len(design.outcome) and design.adstock[0] is not AdstockKind.GEOMETRIC:
        yield (
            f"The carry-over of this model is measured on {design.weibull_length} periods; Robyn measures it on all "
            f"{len(design.outcome)}, and so lets it last longer."
        )
