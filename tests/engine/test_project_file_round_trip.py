"""Whatever the Configure page can say survives being written and read."""

import datetime as dt

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from mmm_core.engine.project_file import ParsedProject, parse_project, write_project
from mmm_core.engine.project_tree import read_tree, write_tree
from mmm_core.entities.columns import AdstockKind, ContextColumn, OrganicMedia, Outcome, OutcomeKind, PaidMedia, Sign
from mmm_core.entities.settings import (
    BASELINE_PARTS,
    RESERVED_NAMES,
    Baseline,
    CalibrationInput,
    Holiday,
    LiftStudy,
    MarkedPeriods,
    ModelSettings,
    Treatment,
    Window,
)
from mmm_core.entities.trials_config import ALGORITHMS, INTERCEPT_SIGNS, TrialsConfig

LOOKALIKES = (
    "no",
    "NO",
    "null",
    "~",
    "1e5",
    "010",
    "0x1f",
    "12:30",
    "2024-01-01",
    "- a",
    "a: b",
    "#x",
    " x ",
    "=",
    "<<",
    "a\nb",
    "'",
    '"',
)
texts = st.one_of(
    st.sampled_from(LOOKALIKES), st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
).filter(lambda text: text.strip() and text not in RESERVED_NAMES)
days = st.dates(dt.date(1990, 1, 1), dt.date(2060, 1, 1))
periods = st.tuples(days, days).map(sorted)
signs = st.sampled_from(Sign)
adstocks = st.sampled_from(AdstockKind)
positive = st.floats(1e-300, 1e300)


def ranges(low: float, high: float) -> st.SearchStrategy[tuple[float, float]]:
    return st.tuples(st.floats(low, high), st.floats(low, high)).map(lambda ends: (min(ends), max(ends)))


PARAMETERS = {
    "theta": ranges(0, 0.9),
    "alpha": ranges(0.1, 9),
    "gamma": ranges(0.1, 1),
    "shape": ranges(0, 19),
    "scale": ranges(0, 1),
}
baselines = st.builds(
    Baseline,
    trend=st.booleans(),
    season=st.booleans(),
    weekday=st.booleans(),
    holidays=st.sampled_from([None, "US", "NO", "de"]),
    calendar=st.lists(st.builds(Holiday, date=days, name=texts), max_size=2).map(tuple),
    signs=st.dictionaries(st.sampled_from(BASELINE_PARTS), signs),
)
trials = st.builds(
    TrialsConfig,
    trials=st.integers(1, 50),
    iterations=st.integers(1, 10**7),
    algorithm=st.sampled_from(ALGORITHMS),
    timeseries_validation=st.booleans(),
    add_penalty_factor=st.booleans(),
    rssd_zero_penalty=st.booleans(),
    intercept=st.booleans(),
    intercept_sign=st.sampled_from(INTERCEPT_SIGNS),
    objective_weights=st.none() | st.dictionaries(st.sampled_from(["nrmse", "decomp_rssd", "mape"]), positive),
    cores=st.none() | st.integers(1, 64),
)


@st.composite
def model_settings(draw: st.DrawFn) -> ModelSettings:
    names = draw(st.lists(texts, min_size=7, max_size=7, unique=True))
    optional = st.none() | adstocks
    paid = (
        PaidMedia(
            spend=names[2], exposure=draw(st.sampled_from([None, names[3]])), sign=draw(signs), adstock=draw(optional)
        ),
        PaidMedia(spend=names[4]),
    )
    channels = st.sampled_from([names[2], names[4], names[5]])
    study = st.builds(
        lambda ends, **rest: LiftStudy(start=ends[0], end=ends[1], **rest),
        periods,
        channels=st.lists(channels, min_size=1, max_size=2, unique=True).map(tuple),
        lift=st.floats(-1e9, 1e9),
        standard_error=st.none() | positive,
        confidence=st.none() | st.floats(0, 1),
        scope=st.sampled_from(["total", "immediate"]),
    )
    marked = st.builds(
        lambda ends, reason, treatment: MarkedPeriods(start=ends[0], end=ends[1], reason=reason, treatment=treatment),
        *(periods, texts, st.sampled_from(Treatment)),
    )
    return ModelSettings(
        date=names[0],
        outcome=Outcome(
            column=names[1],
            kind=draw(st.sampled_from(OutcomeKind)),
            currency=draw(texts),
            break_even_roas=draw(st.none() | positive),
        ),
        paid_media=paid,
        organic=(OrganicMedia(column=names[5], sign=draw(signs), adstock=draw(optional)),),
        context=(ContextColumn(column=names[6], sign=draw(signs)),),
        baseline=draw(baselines),
        window=draw(st.none() | periods.map(lambda ends: Window(start=ends[0], end=ends[1]))),
        adstock=draw(adstocks),
        bounds=draw(st.dictionaries(channels, st.fixed_dictionaries({}, optional=PARAMETERS), max_size=2)),
        lambda_bounds=draw(ranges(0, 1)),
        train_size_bounds=draw(ranges(0.1, 1)),
        marked=draw(st.lists(marked, max_size=2).map(tuple)),
        calibration=CalibrationInput(studies=draw(st.lists(study, max_size=2).map(tuple))),
    )


@settings(max_examples=60, deadline=None)
@given(model_settings(), trials, st.integers(0, 2**40), st.just("") | texts)
def test_what_is_written_is_read_back(model: ModelSettings, search: TrialsConfig, seed: int, name: str) -> None:
    parsed = parse_project(write_project(model, search, seed, name))
    assert parsed == ParsedProject(settings=model, trials=search, seed=seed, name=name, notes=parsed.notes)


@settings(max_examples=100, deadline=None)
@given(texts)
def test_every_text_is_written_so_that_any_yaml_reader_takes_it_for_text(text: str) -> None:
    written = write_tree({"name": text})
    assert read_tree(written) == {"name": text}
    assert yaml.safe_load(written) == {"name": text}
