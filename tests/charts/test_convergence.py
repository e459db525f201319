import pandas as pd
import pytest

from mmm_core.charts.convergence import convergence_points, course_points, draw_convergence
from mmm_core.charts.theme import take_title
from mmm_core.entities.model_output import Convergence
from tests.charts.run_builder import build_convergence, build_progress


def test_every_objective_has_its_course_and_verdict() -> None:
    points = convergence_points(build_convergence())
    assert [(course.objective, course.converged) for course in points.courses] == [
        ("nrmse", True),
        ("decomp_rssd", False),
    ]
    assert "has not settled" in draw_convergence(points).layout.title.text


def test_a_run_too_short_to_judge_says_so() -> None:
    table = pd.DataFrame(columns=["objective", "cut", "iteration", "n", "median", "std"])
    points = convergence_points(Convergence(table=table, converged={}, messages=()))
    assert "Too few models" in draw_convergence(points).layout.title.text


def test_while_the_search_runs_its_course_so_far_is_drawn_without_a_verdict() -> None:
    points = course_points(build_progress(n_per_trial=100, trials=2), n_trials=2)
    nrmse = points.courses[0]
    assert nrmse.iteration.tolist() == [50.0, 100.0]
    assert 0.05 < nrmse.median[0] < 0.3
    assert "as the search goes on" in draw_convergence(points).layout.title.text


def test_before_the_first_candidate_the_chart_is_empty_and_as_high() -> None:
    empty, full = (draw_convergence(course_points(found, n_trials=2)) for found in (None, build_progress()))
    assert empty.layout.height == full.layout.height
    assert all(len(trace.x) == 0 for trace in empty.data)


def test_the_title_of_every_panel_has_room_above_it_when_the_page_takes_the_chart_title() -> None:
    figure = draw_convergence(convergence_points(build_convergence()))
    take_title(figure)
    assert [note.text for note in figure.layout.annotations] == [
        "Error of fit<br>(NRMSE)",
        "Gap to spend shares<br>(DECOMP.RSSD)",
    ]
    assert figure.layout.margin.t >= 2 * 1.3 * figure.layout.annotations[0].font.size


def test_a_trial_is_as_long_as_the_others_also_while_they_wait_for_it() -> None:
    nrmse = course_points(build_progress(n_per_trial=100, trials=1), n_trials=5).courses[0]
    assert nrmse.iteration.tolist() == [10.0 * (k + 1) for k in range(10)]


def test_the_spread_of_a_running_search_is_that_of_the_finished_chart() -> None:
    progress = build_progress(n_per_trial=100, trials=1)
    nrmse = course_points(progress, n_trials=1).courses[0]
    assert nrmse.spread[0] == pytest.approx(pd.Series(progress.nrmse[:50]).std())


def test_on_a_phone_the_panels_stand_below_each_other_and_only_the_last_names_the_axis() -> None:
    beside, below = (draw_convergence(convergence_points(build_convergence()), stacked=on) for on in (False, True))
    assert below.layout.height > beside.layout.height
    assert below.layout.xaxis.domain == below.layout.xaxis2.domain
    assert (below.layout.xaxis.title.text, below.layout.xaxis2.title.text) == (None, "models tried in each trial")
