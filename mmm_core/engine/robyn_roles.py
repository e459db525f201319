"""Roles, signs, bounds, baseline, lift studies and search of a Robyn file as settings of ours."""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from mmm_core.engine.robyn_document import Block, RobynDocument
from mmm_core.engine.robyn_names import our_key
from mmm_core.engine.robyn_window import day_of
from mmm_core.entities.columns import AdstockKind, ContextColumn, OrganicMedia, Outcome, OutcomeKind, PaidMedia, Sign
from mmm_core.entities.settings import (
    BASELINE_PARTS,
    DEFAULT_LAMBDA_BOUNDS,
    DEFAULT_TRAIN_SIZE_BOUNDS,
    Baseline,
    CalibrationInput,
    Holiday,
    Interval,
    LiftStudy,
    ModelSettings,
)
from mmm_core.entities.trials_config import INTERCEPT_SIGNS, TrialsConfig

_CHANNELS_APART = re.compile(r"\+|,|;|\s")
_ADSTOCKS = {kind.value: kind for kind in AdstockKind} | {"weibull": AdstockKind.WEIBULL_CDF}
_DEFAULT_SEED = 123


class Roles(NamedTuple):
    """What the columns are.

    Attributes:
        paid: Paid channels.
        organic: Unpaid ones.
        context: Other drivers.
        keys: Robyn's name of a modelled column to our channel key, where they differ.
        factors: Context columns Robyn treats as text.
        parts: Prophet's parts in Robyn's order, "monthly" among them.
    """

    paid: tuple[PaidMedia, ...]
    organic: tuple[OrganicMedia, ...]
    context: tuple[ContextColumn, ...]
    keys: Mapping[str, str]
    factors: tuple[str, ...]
    parts: tuple[str, ...]

    @property
    def baseline_names(self) -> tuple[str, ...]:
        """Baseline columns in the order Robyn fits them."""
        return (*self.parts, *(column.column for column in self.context))

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of the table that have a role, apart from date and outcome."""
        exposures = [paid.exposure for paid in self.paid if paid.exposure]
        return (
            *(paid.spend for paid in self.paid),
            *exposures,
            *(organic.column for organic in self.organic),
            *(context.column for context in self.context),
        )

    @property
    def names(self) -> dict[str, str]:
        """Our channel keys to Robyn's names, those that differ."""
        return {ours: robyns for robyns, ours in self.keys.items()}


def read_roles(inputs: Block) -> Roles:
    """What the columns are; contradictions are noted among the block's problems."""
    inputs.require("date_var", "the name of the date column")
    inputs.require("dep_var", "the name of the outcome column")
    inputs.require("paid_media_spends", "the names of the spend columns")
    spends = inputs.texts("paid_media_spends")
    modelled = inputs.texts("paid_media_selected") or inputs.texts("paid_media_vars") or spends
    if len(modelled) != len(spends):
        inputs.problems.append(
            f"InputCollect names {len(spends)} spend columns and {len(modelled)} modelled columns; there must be one for each."
        )
        modelled = spends
    signs = _signs(inputs, "paid_media_signs", len(spends), Sign.POSITIVE)
    paid = tuple(
        PaidMedia(spend=spend, exposure=column if column != spend else None, sign=sign)
        for spend, column, sign in zip(spends, modelled, signs, strict=True)
    )
    organic, context = inputs.texts("organic_vars"), inputs.texts("context_vars")
    organic_signs = _signs(inputs, "organic_signs", len(organic), Sign.POSITIVE)
    context_signs = _signs(inputs, "context_signs", len(context), Sign.DEFAULT)
    return Roles(
        paid=paid,
        organic=tuple(OrganicMedia(column=n, sign=s) for n, s in zip(organic, organic_signs, strict=True)),
        context=tuple(ContextColumn(column=n, sign=s) for n, s in zip(context, context_signs, strict=True)),
        keys={one.exposure: one.spend for one in paid if one.exposure},
        factors=inputs.texts("factor_vars"),
        parts=tuple(part.lower() for part in inputs.texts("prophet_vars")),
    )


def settings_of(document: RobynDocument, roles: Roles) -> ModelSettings:
    """Settings without a window, which only the data can tell.

    Raises:
        MMMError: They contradict each other.
    """
    inputs = document.inputs
    return ModelSettings(
        date=inputs.text("date_var"),
        outcome=Outcome(column=inputs.text("dep_var"), kind=_kind_of(inputs)),
        paid_media=roles.paid,
        organic=roles.organic,
        context=roles.context,
        baseline=_baseline_of(document, roles),
        adstock=_adstock_of(inputs),
        bounds=_bounds_of(inputs, roles),
        lambda_bounds=_lambda_bounds(document),
        train_size_bounds=_pair(inputs.block("hyperparameters").numbers("train_size")) or DEFAULT_TRAIN_SIZE_BOUNDS,
        calibration=CalibrationInput(studies=tuple(_studies(inputs, roles))),
    )


def trials_of(search: Block) -> TrialsConfig:
    """The rules Robyn fitted by, and a search of at least our usual size."""
    default = TrialsConfig()
    trials, iterations = search.whole_number("trials", 0), search.whole_number("iterations", 0)
    if trials * iterations <= default.n_candidates:
        trials, iterations = default.trials, default.iterations
    sign = search.text("intercept_sign", default.intercept_sign)
    return TrialsConfig(
        trials=trials,
        iterations=iterations,
        timeseries_validation=search.flag("ts_validation", False),
        add_penalty_factor=search.flag("add_penalty_factor", False),
        intercept=search.flag("intercept", True),
        intercept_sign=sign if sign in INTERCEPT_SIGNS else default.intercept_sign,
    )


def seed_of(search: Block) -> int:
    """Robyn's seed, or its default."""
    return search.whole_number("seed", _DEFAULT_SEED)


def _signs(inputs: Block, key: str, count: int, default: Sign) -> list[Sign]:
    given = inputs.texts(key)
    words = given * count if len(given) == 1 else given
    if not words:
        return [default] * count
    if len(words) != count or not set(words) <= set(Sign):
        inputs.refuse(key, f"{count} times one of {', '.join(Sign)}")
        return [default] * count
    return [Sign(word) for word in words]


def _kind_of(inputs: Block) -> OutcomeKind:
    word = inputs.text("dep_var_type", OutcomeKind.REVENUE)
    if word not in set(OutcomeKind):
        inputs.refuse("dep_var_type", "revenue or conversion")
        return OutcomeKind.REVENUE
    return OutcomeKind(word)


def _adstock_of(inputs: Block) -> AdstockKind:
    word = inputs.text("adstock", AdstockKind.GEOMETRIC)
    if word not in _ADSTOCKS:
        inputs.problems.append(
            f"InputCollect$adstock is {word!r}; taken over are {', '.join(AdstockKind)}. A carry-over of one's own cannot be "
            "repeated here."
        )
        return AdstockKind.GEOMETRIC
    return _ADSTOCKS[word]


def _baseline_of(document: RobynDocument, roles: Roles) -> Baseline:
    """Signs of Prophet's parts count only in files of ours: Robyn fits every one of them within 0 and 1."""
    inputs, parts = document.inputs, [part for part in roles.parts if part in BASELINE_PARTS]
    unknown = sorted({*roles.parts} - {*BASELINE_PARTS, "monthly"})
    if unknown:
        inputs.problems.append(f"InputCollect$prophet_vars names {unknown[0]!r}; Prophet has no such part.")
    country = inputs.text("prophet_country") if "holiday" in parts else ""
    calendar = tuple(_calendar(document, country))
    given = zip(roles.parts, inputs.texts("prophet_signs"), strict=False) if document.is_ours else ()
    return Baseline(
        trend="trend" in parts,
        season="season" in parts,
        weekday="weekday" in parts,
        holidays=country if country and not calendar else None,
        calendar=calendar,
        signs={part: Sign(word) for part, word in given if word in (Sign.POSITIVE, Sign.NEGATIVE)},
    )


def _calendar(document: RobynDocument, country: str) -> Iterator[Holiday]:
    for line in document.holidays:
        row = Block(line, "Extras$dt_holidays", document.inputs.problems)
        day = day_of(row, "ds")
        if country and row.text("country") == country and day is not None:
            yield Holiday(date=day, name=row.text("holiday"))


def _bounds_of(inputs: Block, roles: Roles) -> dict[str, dict[str, Interval]]:
    ranges = inputs.block("hyperparameters")
    bounds: dict[str, dict[str, Interval]] = {}
    for key in ranges.values:
        ours, pair = our_key(key, roles.keys), _pair(ranges.numbers(key))
        if ours is None or pair is None or ours in ("lambda", "train_size"):
            continue
        column, _, parameter = ours.rpartition("_")
        bounds.setdefault(column, {})[parameter] = pair
    return bounds


def _lambda_bounds(document: RobynDocument) -> Interval:
    """Robyn's scale 0..1; a fixed model's file holds the final lambda in its place, which is no range."""
    for block in (document.inputs.block("hyperparameters"), document.exported.block("hyper_updated")):
        pair = _pair(block.numbers("lambda"))
        if pair is not None and 0.0 <= pair[0] <= pair[1] <= 1.0:
            return pair
    return DEFAULT_LAMBDA_BOUNDS


def _pair(numbers: tuple[float, ...]) -> Interval | None:
    """A range; one number fixes the value."""
    return (numbers[0], numbers[-1]) if len(numbers) in (1, 2) else None


def _studies(inputs: Block, roles: Roles) -> Iterator[LiftStudy]:
    for row in inputs.rows("calibration_input"):
        start, end = day_of(row, "liftStartDate"), day_of(row, "liftEndDate")
        lift = row.number("liftAbs")
        words = [word for word in _CHANNELS_APART.split(row.text("channel")) if word]
        if start is None or end is None or lift is None or not words:
            row.problems.append("A lift study of InputCollect$calibration_input lacks its channel, days or lift.")
            continue
        yield LiftStudy(
            channels=tuple(roles.keys.get(word, word) for word in words),
            start=start,
            end=end,
            lift=lift,
            spend=row.number("spend"),
            confidence=row.number("confidence"),
            scope=row.text("calibration_scope", "total"),
        )
