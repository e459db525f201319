import math

import pytest

from mmm_core.engine.parameter_table import channel_parameters, model_parameters
from tests.charts.run_builder import build_model


def test_every_channel_has_its_parameters_half_life_and_shares() -> None:
    table = channel_parameters(build_model()).set_index("channel")
    assert table.loc["tv_spend", "theta"] == 0.3
    assert table.loc["tv_spend", "half_life"] == pytest.approx(math.log(0.5) / math.log(0.3))
    assert table.loc["tv_spend", "spend_share"] == pytest.approx(1 / 3)
    assert "shape" not in table


def test_what_belongs_to_no_channel_stands_apart_and_missing_metrics_are_left_out() -> None:
    names = model_parameters(build_model())["name"].tolist()
    assert names == ["lambda", "intercept", "nrmse", "decomp_rssd", "rsq_train"]
