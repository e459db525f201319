"""The design of a Robyn model: its columns in Robyn's order, with R's own baseline where that came along."""

import io
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from mmm_core.engine.features import build_design, build_media_design
from mmm_core.engine.robyn_document import RobynDocument
from mmm_core.engine.robyn_roles import Roles
from mmm_core.entities.calibration import CalibrationRules
from mmm_core.entities.columns import Sign
from mmm_core.entities.date_checks import parse_dates
from mmm_core.entities.design import Design
from mmm_core.entities.mmmdata_collection import MMMDataCollection
from mmm_core.entities.robyn import RobynModel
from mmm_core.errors import RobynFileError

_OUTCOME_TOLERANCE = 1e-6
_LIMITS = {Sign.POSITIVE: (0.0, np.inf), Sign.NEGATIVE: (-np.inf, 0.0), Sign.DEFAULT: (-np.inf, np.inf)}


def read_baseline(
    document: RobynDocument, roles: Roles, data: MMMDataCollection, source: Path | bytes | None
) -> pd.DataFrame | None:
    """R's own baseline columns, one row per period of the data; None when they did not come along.

    Args:
        document: The file, in which ``dt_mod`` may be embedded.
        roles: What the columns are.
        data: The table they must fit.
        source: A CSV of ``dt_mod``; takes precedence.

    Raises:
        RobynFileError: It is no such table, or belongs to other data.
    """
    if source is None and not document.design:
        return None
    table = pd.DataFrame(document.design) if source is None else _read_csv(source)
    wanted = ("ds", "dep_var", *roles.baseline_names)
    missing = [name for name in wanted if name not in table.columns]
    if missing:
        raise RobynFileError(
            f"The design of Robyn (dt_mod) lacks the columns {', '.join(missing)}; it has "
            f"{', '.join(map(str, table.columns))}. Write it in R with write.csv(InputCollect$dt_mod, row.names = FALSE)."
        )
    numbers = table[list(wanted[1:])].apply(pd.to_numeric, errors="coerce")
    if numbers.isna().to_numpy().any():
        raise RobynFileError("The design of Robyn (dt_mod) has cells that are no numbers. Write it again in R.")
    _check_same_data(parse_dates(table["ds"]), numbers["dep_var"], data)
    baseline: pd.DataFrame = numbers[list(roles.baseline_names)]
    return baseline


def design_of(model: RobynModel) -> Design:
    """The arrays Robyn fitted the model to, lift studies by Robyn's rules.

    Args:
        model: With R's baseline it is taken as it is; else Prophet is asked here.
    """
    data = model.project.data
    rules = CalibrationRules.OWN if model.is_ours else CalibrationRules.ROBYN
    if model.baseline is None:
        design = build_design(data, calibration_rules=rules)
        return _in_order(design, [name for name in model.baseline_names if name in design.baseline_names])
    of_media = build_media_design(data, calibration_rules=rules)
    names, of_parts = model.baseline_names, data.settings.baseline.signs
    signs = {context.column: context.sign for context in data.settings.context}
    limits = [_LIMITS[signs[name]] if name in signs else _part_limits(of_parts.get(name)) for name in names]
    box = np.array(limits, dtype=np.float64).reshape(-1, 2)
    return replace(
        of_media,
        baseline_names=names,
        baseline=model.baseline.to_numpy(np.float64),
        lower=np.concatenate([box[:, 0], of_media.lower]),
        upper=np.concatenate([box[:, 1], of_media.upper]),
        trend_column=names.index("trend") if "trend" in names and "trend" not in of_parts else -1,
    )


def _part_limits(sign: Sign | None) -> tuple[float, float]:
    """Robyn's box for what Prophet contributes, unless a model of ours was given a sign."""
    return (0.0, 1.0) if sign is None or sign is Sign.DEFAULT else _LIMITS[sign]


def _in_order(design: Design, names: Sequence[str]) -> Design:
    """The design with its baseline columns in another order, which the solver of R notices."""
    rest = [name for name in design.baseline_names if name not in names]
    order = [design.baseline_names.index(name) for name in (*names, *rest)]
    every = [*order, *range(len(order), len(design.column_names))]
    return replace(
        design,
        baseline_names=tuple(design.baseline_names[i] for i in order),
        baseline=design.baseline[:, order],
        lower=design.lower[every],
        upper=design.upper[every],
        trend_column=order.index(design.trend_column) if design.trend_column >= 0 else -1,
    )


def _read_csv(source: Path | bytes) -> pd.DataFrame:
    try:
        return pd.read_csv(io.BytesIO(source) if isinstance(source, bytes) else source)
    except (ValueError, OSError) as error:
        raise RobynFileError(
            "The design of Robyn (dt_mod) cannot be read as CSV. Write it in R with write.csv(InputCollect$dt_mod, "
            "row.names = FALSE)."
        ) from error


def _check_same_data(dates: pd.Series, outcome: pd.Series, data: MMMDataCollection) -> None:
    ours = data.table[data.settings.outcome.column].to_numpy(np.float64)
    is_same = len(dates) == len(ours) and (dates.to_numpy() == data.dates.to_numpy()).all()
    if not is_same or not np.allclose(outcome.to_numpy(np.float64), ours, rtol=_OUTCOME_TOLERANCE):
        raise RobynFileError(
            f"The design of Robyn (dt_mod) belongs to other data: its {len(dates)} dates and outcomes are not those of the "
            f"table ({len(ours)} rows). Write it from the InputCollect the model was made with."
        )
