import numpy as np
import pytest

from mmm_core.kernels.convergence import cut_errors
from tests.builders import golden_arrays, golden_json


def golden_cuts(objective: str) -> dict[str, list[float]]:
    table = golden_json("run")["converge_errors"]
    rows = [i for i, name in enumerate(table["error_type"]) if name == objective]
    return {
        key: [float(table[key][i]) for i in rows] for key in ("cuts", "n", "median", "std", "first_sd_avg", "med_thres")
    }


@pytest.mark.parametrize(("objective", "column"), [("NRMSE", 0), ("DECOMP.RSSD", 1)])
def test_cuts_equal_those_of_r(objective: str, column: int) -> None:
    golden = golden_cuts(objective)
    cuts = cut_errors([golden_arrays("run")["metrics"][:, column]])
    assert cuts.last_iteration.tolist() == golden["cuts"]
    assert cuts.n.tolist() == golden["n"]
    np.testing.assert_allclose(cuts.median, golden["median"], rtol=1e-9)
    np.testing.assert_allclose(cuts.std, golden["std"], rtol=1e-9)
    assert cuts.std_limit == pytest.approx(golden["first_sd_avg"][0], rel=1e-9)
    assert cuts.median_limit == pytest.approx(golden["med_thres"][0], rel=1e-9)


def test_r_found_the_golden_run_not_converged_and_so_do_we() -> None:
    metrics = golden_arrays("run")["metrics"]
    assert not cut_errors([metrics[:, 0]]).converged
    assert not cut_errors([metrics[:, 1]]).converged


def test_an_error_that_falls_and_calms_down_has_converged() -> None:
    t = np.arange(1, 401)
    wobble = np.where(t % 2, 1.0, -1.0)
    assert cut_errors([0.5 + 2.0 * np.exp(-t / 30) + wobble * 0.3 * np.exp(-t / 60)]).converged


def test_trials_are_pooled_by_iteration() -> None:
    first, second = np.full(40, 1.0), np.full(40, 3.0)
    cuts = cut_errors([first, second])
    assert cuts.n.tolist() == [4] * 20
    np.testing.assert_allclose(cuts.median, 2.0)


def test_values_that_are_zero_or_infinite_are_left_out_before_numbering() -> None:
    values = np.array([0.0, np.inf, *np.arange(1.0, 41.0)])
    assert cut_errors([values]).n.tolist() == [2] * 20


@pytest.mark.parametrize("values", [[], [np.empty(0)], [np.ones(1)]])
def test_too_few_values_have_not_converged(values: list[np.ndarray]) -> None:
    assert not cut_errors(values).converged
