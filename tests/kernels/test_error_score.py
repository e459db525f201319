import numpy as np
import pytest

from mmm_core.kernels.error_score import error_scores
from tests.builders import golden_json

GOLDEN = golden_json("error_scores")


def golden_errors(fit: str = "nrmse_train") -> np.ndarray:
    return np.column_stack([GOLDEN["df"][name] for name in (fit, "decomp.rssd", "mape")])


@pytest.mark.parametrize(
    ("fit", "weights", "key"),
    [
        ("nrmse_train", (1, 1, 1), "score"),
        ("nrmse_test", (1, 1, 1), "score_ts"),
        ("nrmse_train", (3, 1, 2), "weighted"),
    ],
)
def test_scores_equal_those_of_r(fit: str, weights: tuple[float, ...], key: str) -> None:
    np.testing.assert_allclose(error_scores(golden_errors(fit), weights), GOLDEN[key], rtol=1e-9)


def test_a_column_that_does_not_vary_is_left_as_it_is() -> None:
    errors = golden_errors()
    errors[:, 2] = 0.0
    np.testing.assert_allclose(error_scores(errors), GOLDEN["mape0"], rtol=1e-9)


def test_a_model_with_an_infinite_error_has_an_infinite_score_and_does_not_move_the_others() -> None:
    errors = golden_errors()
    spoilt = np.vstack([errors, [0.1, np.inf, 0.1]])
    assert error_scores(spoilt)[-1] == np.inf
    np.testing.assert_allclose(error_scores(spoilt)[:-1], error_scores(errors))


def test_the_input_is_unchanged() -> None:
    errors = golden_errors()
    error_scores(errors)
    np.testing.assert_array_equal(errors, golden_errors())
