import numpy as np

from mmm_core.engine.convergence import judge_convergence
from tests.search_builders import golden_output, metrics_of, output_of


def settling(n: int = 400) -> np.ndarray:
    t = np.arange(1, n + 1)
    return 0.5 + 2.0 * np.exp(-t / 30) + np.where(t % 2, 0.3, -0.3) * np.exp(-t / 60)


def test_the_table_has_a_row_per_objective_and_twentieth() -> None:
    table = judge_convergence(golden_output("run")).table
    assert table.columns.tolist() == ["objective", "cut", "iteration", "n", "median", "std"]
    assert table.groupby("objective")["n"].sum().to_dict() == {"nrmse": 300, "decomp_rssd": 300}
    assert len(table) == 40


def test_the_verdicts_on_the_golden_run_equal_those_of_r() -> None:
    assert judge_convergence(golden_output("run")).converged == {"nrmse": False, "decomp_rssd": False}


def test_the_error_on_lift_studies_is_judged_when_there_are_any() -> None:
    assert set(judge_convergence(golden_output("run_calib")).converged) == {"nrmse", "decomp_rssd", "mape"}


def test_a_settled_search_is_said_to_have_settled() -> None:
    convergence = judge_convergence(output_of([metrics_of(nrmse=settling(), decomp_rssd=np.linspace(0.1, 9.0, 400))]))
    assert convergence.messages[0].startswith("The fit (NRMSE) has settled: ")
    assert convergence.messages[1].startswith("The plausibility (DECOMP.RSSD) has not settled: ")
    assert "More iterations" in convergence.messages[1]


def test_too_few_candidates_cannot_be_judged() -> None:
    messages = judge_convergence(output_of([metrics_of(nrmse=[0.1], decomp_rssd=[0.1])])).messages
    assert all("cannot be judged" in message for message in messages)
