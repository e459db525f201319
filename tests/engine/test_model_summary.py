import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

from mmm_core.engine.country_names import country_names
from mmm_core.engine.curve_preview import half_life, preview_carry_over, preview_response
from mmm_core.engine.demo_project import demo_settings
from mmm_core.engine.ingest import read_table
from mmm_core.engine.model_summary import (
    SearchSize,
    describe_model,
    describe_upload,
    expected_rate,
    periods_per_parameter,
    search_size,
    seconds_of,
)
from mmm_core.entities.columns import AdstockKind
from mmm_core.entities.mmmdata_collection import MMMDataCollection
from mmm_core.entities.records import RunRecord, RunStatus
from mmm_core.entities.trials_config import TrialsConfig

DEMO = Path(__file__).parent.parent.parent / "assets" / "demo" / "demo_weekly.csv"
NOON = dt.datetime(2024, 5, 1, 12, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def demo() -> MMMDataCollection:
    return MMMDataCollection(table=read_table(DEMO).table, settings=demo_settings())


def finished(
    seconds: float, *, n_done: int = 1000, status: RunStatus = RunStatus.FINISHED, cached: bool = False
) -> RunRecord:
    return RunRecord(
        run_id="r",
        project_id="p",
        number=1,
        name="Run 1",
        status=status,
        created=NOON,
        started=NOON,
        finished=NOON + dt.timedelta(seconds=seconds),
        project_file="",
        table_hash="",
        n_planned=1000,
        n_done=n_done,
        from_cache=cached,
    )


def test_a_file_is_described_in_one_sentence() -> None:
    expected = "208 weekly rows, 4 Jan 2021 to 23 Dec 2024: revenue, 5 paid channels, 2 exposures, 1 organic, 2 context"
    assert describe_upload(read_table(DEMO)) == expected


def test_a_model_is_described_with_its_parts(demo: MMMDataCollection) -> None:
    text = describe_model(demo, TrialsConfig())
    assert text.startswith("Explains revenue over 208 weeks, 4 Jan 2021 to 23 Dec 2024, by 5 paid channels (2 through")
    assert "trend, season and public holidays of US" in text
    assert "5 × 2,000 candidates" in text


def test_periods_per_parameter_counts_every_estimated_column(demo: MMMDataCollection) -> None:
    assert periods_per_parameter(demo) == pytest.approx(208 / 12)  # intercept, 3 baseline, 2 context, 6 channels


def test_the_expected_rate_is_the_median_of_the_last_runs_of_its_size() -> None:
    size = SearchSize("NSGA2", 2_500)
    assert expected_rate(size, [(size, 1000.0), (size, 500.0), (size, 250.0), (size, 1.0)]) == pytest.approx(500.0)


def test_a_larger_search_is_expected_to_be_slower() -> None:
    small, large = SearchSize("NSGA2", 2_500), SearchSize("NSGA2", 22_500)
    assert expected_rate(large, [(small, 1000.0)]) == pytest.approx(200.0)


def test_runs_of_the_same_algorithm_go_before_newer_ones_of_others() -> None:
    ours, theirs = SearchSize("NSGA2", 2_500), SearchSize("TwoPointsDE", 2_500)
    assert expected_rate(theirs, [(ours, 40_000.0), (theirs, 4_000.0)]) == pytest.approx(4_000.0)
    assert expected_rate(theirs, [(ours, 40_000.0)]) == pytest.approx(40_000.0 / 10.5)  # bench: 3,869


def test_before_the_first_run_the_rehearsal_tells_the_rate() -> None:
    asked = SearchSize("NSGA2", 2_500)
    assert expected_rate(asked, [], 50_000.0) == pytest.approx(28_000.0)
    assert expected_rate(asked, []) is None


def test_runs_that_say_nothing_about_speed_do_not_count() -> None:
    runs = [finished(1.0, cached=True), finished(1.0, status=RunStatus.FAILED), finished(0.0), finished(1.0, n_done=0)]
    assert [seconds_of(run) for run in runs] == [None] * 4
    assert seconds_of(finished(2.0)) == 2.0


def test_the_size_of_a_search_is_periods_times_columns(demo: MMMDataCollection) -> None:
    assert search_size(demo, TrialsConfig()) == SearchSize("NSGA2", 208 * 12)


def test_half_of_a_geometric_pressure_is_gone_when_theory_says_so() -> None:
    preview = preview_carry_over(AdstockKind.GEOMETRIC, {"theta": (0.5, 0.5)}, 100)
    assert preview.half_lives == (pytest.approx(1.0),) * 3


@pytest.mark.parametrize("kind", [AdstockKind.WEIBULL_CDF, AdstockKind.WEIBULL_PDF])
def test_weibull_pressure_starts_within_its_ceiling(kind: AdstockKind) -> None:
    preview = preview_carry_over(kind, {"shape": (0.5, 4.0), "scale": (0.02, 0.1)}, 104)
    assert preview.high.max() == pytest.approx(1.0)
    assert preview.low.min() >= 0


def test_a_pressure_that_stays_has_no_half_life() -> None:
    assert half_life(pd.Series([1.0, 0.9, 0.8]).to_numpy()) == float("inf")


def test_the_response_reaches_half_of_its_ceiling_at_gamma() -> None:
    preview = preview_response({"alpha": (2.0, 2.0), "gamma": (0.5, 0.5)}, n_points=101)
    assert preview.curves[0][50] == pytest.approx(0.5)


def test_countries_are_listed_by_name() -> None:
    names = country_names()
    assert names["DE"] == "Germany"
    assert list(names.values()) == sorted(names.values())
