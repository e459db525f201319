import numpy as np
import pytest

from mmm_core.charts.carry_over import carry_over_points, draw_carry_over
from mmm_core.charts.shares import draw_shares, share_points
from mmm_core.charts.theme import Theme
from mmm_core.charts.vocabulary import vocabulary
from mmm_core.entities.columns import OutcomeKind
from mmm_core.entities.model_set import SetKind
from tests.charts.ledger_builder import LABEL, build_ledger
from tests.charts.run_builder import build_result

WORDS = vocabulary(build_result())
FORTY = tuple(f"channel_{k:02d}_spend" for k in range(40))
FORTY_WORDS = vocabulary(build_result(20, FORTY))


def test_channels_stand_by_spend_and_the_title_names_the_one_that_brings_more_than_its_share() -> None:
    points = share_points(build_ledger(won=(1e3, 2e3, 5e3)), WORDS)
    assert points.channels == WORDS.paid
    title = draw_shares(points).layout.title.text
    assert "Social gets 33% of paid spend and brings 62% of paid sales" in title


def test_a_return_stands_with_its_range_and_one_model_has_none() -> None:
    several = share_points(build_ledger(), WORDS)
    alone = share_points(build_ledger(set_kind=SetKind.MODEL), WORDS)
    assert several.returns == ("3.0 (1.5–6.0)", "2.0 (1.0–4.0)", "1.0 (0.5–2.0)")
    assert alone.returns == ("3.0", "2.0", "1.0")


def test_an_infinite_cost_per_conversion_is_said_in_words_and_counted() -> None:
    words = vocabulary(build_result(kind=OutcomeKind.CONVERSION))
    ledger = build_ledger(won=(0.0, 10.0, 20.0), kind=OutcomeKind.CONVERSION, n_infinite=3)
    points = share_points(ledger, words)
    assert points.returns == ("€50 (€25–no limit)", "€100 (€50–no limit)", "none won")
    assert "TV in 12 models" in points.remark
    assert "Search in 3 models" in points.remark
    assert "Infinity" not in draw_shares(points).to_json()


def test_of_forty_channels_ten_are_drawn_and_the_others_are_counted() -> None:
    points = share_points(build_ledger(FORTY), FORTY_WORDS, all_channels=False)
    assert len(points.channels) == 10
    assert "30 smallest channels, with 75% of spend" in draw_shares(points).layout.title.subtitle.text
    assert len(share_points(build_ledger(FORTY), FORTY_WORDS).channels) == 40


def test_one_paid_channel_and_no_effect_at_all_have_titles_of_their_own() -> None:
    words = vocabulary(build_result(20, ("tv_spend",)))
    assert (
        "only paid channel: ROAS 1.0" in draw_shares(share_points(build_ledger(("tv_spend",)), words)).layout.title.text
    )
    nothing = share_points(build_ledger(won=(0.0, 0.0, 0.0)), WORDS)
    assert "credits no paid channel" in draw_shares(nothing).layout.title.text


@pytest.mark.parametrize("theme", list(Theme))
def test_markup_in_channel_names_never_reaches_a_figure_as_markup(theme: Theme) -> None:
    nasty = ("<script>alert(1)</script>_spend", "plain_spend")
    words = vocabulary(build_result(20, nasty))
    for figure in (
        draw_shares(share_points(build_ledger(nasty), words), theme),
        draw_carry_over(carry_over_points(build_ledger(nasty), words), theme),
    ):
        figure.update_layout(meta=None)
        assert "<script" not in figure.to_json().replace("\\u003c", "<").lower()


def test_immediate_and_carry_over_part_sum_to_one() -> None:
    points = carry_over_points(build_ledger(), WORDS)
    assert np.allclose(points.immediate + points.carry_over, 1)
    assert "40% of what" in draw_carry_over(points).layout.title.text


def test_a_channel_that_brings_nothing_says_so_instead_of_a_share() -> None:
    figure = draw_carry_over(carry_over_points(build_ledger(won=(0.0, 1.0, 1.0)), WORDS))
    assert [note.text for note in figure.layout.annotations] == ["brings nothing in this model"]
    assert "NaN" not in figure.to_json()


def test_the_subtitle_names_the_kind_of_range() -> None:
    assert LABEL in draw_shares(share_points(build_ledger(), WORDS)).layout.title.subtitle.text
