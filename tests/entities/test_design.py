"""A design whose arrays do not fit together is refused before compiled code reads them."""

import dataclasses

import numpy as np
import pytest

from mmm_core.entities.refresh_aim import RefreshAim
from mmm_core.errors import SettingsError
from tests.builders import random_design


@pytest.mark.parametrize("name", ["dates", "baseline", "media", "spend", "lower", "upper"])
def test_an_array_of_another_shape_is_refused_by_name(name: str) -> None:
    design = random_design()
    with pytest.raises(SettingsError, match=rf"Design\.{name} must have the shape"):
        dataclasses.replace(design, **{name: getattr(design, name)[:-1]})


def test_rows_outside_the_data_are_refused() -> None:
    design = random_design()
    with pytest.raises(SettingsError, match=f"Design.rows must lie within 0 and {len(design.outcome) - 1}"):
        dataclasses.replace(design, rows=np.array([0, len(design.outcome)]))


def test_a_trend_column_that_is_not_there_is_refused() -> None:
    design = random_design()
    with pytest.raises(SettingsError, match=r"trend_column must lie within -1"):
        dataclasses.replace(design, trend_column=len(design.baseline_names))


def test_more_paid_channels_than_media_are_refused() -> None:
    design = random_design()
    n_media = len(design.media_names)
    with pytest.raises(SettingsError, match=f"{n_media + 1} paid"):
        dataclasses.replace(design, n_paid=n_media + 1, spend=np.zeros((len(design.outcome), n_media + 1)))


def test_an_aim_with_more_new_periods_than_are_modelled_is_refused() -> None:
    design = random_design()
    aim = RefreshAim(shares={}, n_new=len(design.rows) + 1, new_share=0.5)
    with pytest.raises(SettingsError, match=f"speaks of {len(design.rows) + 1} new periods"):
        dataclasses.replace(design, aim=aim)
