from collections.abc import Callable
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from mmm_core.engine import trust_verdict
from mmm_core.engine.trust_card import build_trust_card
from mmm_core.entities.mmmdata_collection import MMMDataCollection
from mmm_core.entities.trust import CHECK_TITLES, CheckKey, TrustCard
from mmm_core.store.workspace import Workspace
from pages.shared import manual, trust_checks
from tests.app.saved_runs import ended, new_project, plain, project_file, result, upload

Visit = Callable[..., AppTest]
VIEWS = ("Check by check", "Does it hold?", "Before and after the data", "Forecasts")
_cards: list[TrustCard] = []


def cards() -> list[TrustCard]:
    """The card of the saved run after every check, the complete one last; made once."""
    if not _cards:
        from mmm_core.engine.project_file import parse_project

        data = MMMDataCollection(table=upload().table, settings=parse_project(project_file()).settings)
        posterior = result().posterior
        assert posterior is not None
        build_trust_card(data, posterior, cores=1, progress=_cards.append)
    return _cards


@pytest.fixture
def run_id(workspace: Workspace) -> str:
    return ended(workspace, new_project(workspace))


@pytest.fixture
def page(studio: Visit, workspace: Workspace, run_id: str) -> AppTest:
    """The complete card."""
    workspace.save_trust(run_id, cards()[-1])
    return studio("trust", run=run_id)


def view(app: AppTest, name: str) -> AppTest:
    return next(group for group in app.button_group if group.key == "trust_view").set_value(name).run()


def test_every_channel_has_its_verdict_with_all_its_reasons(page: AppTest) -> None:
    said = plain(page)
    assert page.title[0].value == "Trust card"
    for verdict in cards()[-1].verdicts:
        assert all(reason in said for reason in verdict.reasons)
    badges = [element.value for element in page.markdown if "-badge[" in element.value]
    assert sum("Act on it" in one or "Cannot be told" in one or "Test it first" in one for one in badges) == 5


def test_every_check_is_a_line_with_its_question_its_summary_and_a_link_to_the_method(page: AppTest) -> None:
    said = plain(page)
    for check in cards()[-1].checks:
        assert check.title in said
        assert check.summary in said
        assert trust_checks.address_of(check.key) in said


def test_lines_stand_in_the_order_in_which_they_are_made() -> None:
    assert tuple(check.key for check in cards()[-1].checks) == trust_checks.ORDER


def test_findings_of_every_channel_are_behind_each_line(page: AppTest) -> None:
    said = plain(page)
    for check in cards()[-1].checks:
        assert all(finding.sentence in said for finding in check.findings)


def test_the_page_says_that_agreeing_models_can_be_wrong_together(page: AppTest) -> None:
    assert "Agreeing models can be wrong together" in plain(page)


@pytest.mark.parametrize("name", VIEWS)
def test_every_view_draws_its_chart(page: AppTest, name: str) -> None:
    view(page, name)
    assert len(page.get("plotly_chart")) == 1


def test_verdicts_and_findings_can_be_downloaded(page: AppTest, downloads: dict[str, bytes]) -> None:
    labels = {button.proto.label for button in page.get("download_button")}
    assert {"Verdicts (CSV)", "All findings (CSV)"} <= labels
    assert not downloads  # written when they are pressed


def test_a_complete_card_is_not_asked_for_again(page: AppTest) -> None:
    assert not page.get("progress")
    assert "8 checks made" in plain(page)


def test_a_half_filled_card_says_that_verdicts_may_change_and_what_comes_next(
    studio: Visit, workspace: Workspace, run_id: str
) -> None:
    workspace.save_trust(run_id, cards()[3])
    app = studio("trust", run=run_id)
    assert "So far: " in plain(app)
    assert "Verdicts may still change" in plain(app)
    assert plain(app).count("This line fills in by itself.") == 4


def test_a_further_check_appears_without_anything_being_pressed(
    studio: Visit, workspace: Workspace, run_id: str
) -> None:
    workspace.save_trust(run_id, cards()[3])
    app = studio("trust", run=run_id)
    workspace.save_trust(run_id, cards()[-1])
    assert "checks made" in plain(app.run())


def test_before_the_first_check_every_line_is_there_and_waits(studio: Visit, run_id: str) -> None:
    app = studio("trust", run=run_id)
    said = plain(app)
    assert app.get("progress")[0].proto.text.startswith("The checks have not begun")
    assert all(title in said for title in CHECK_TITLES.values())
    assert said.count("This line fills in by itself.") == 8
    for name in VIEWS:
        assert not view(app, name).get("plotly_chart")


@pytest.mark.parametrize("n_made", [0, 3])
def test_a_card_that_could_not_be_finished_says_so_and_keeps_what_it_has(
    studio: Visit, workspace: Workspace, run_id: str, n_made: int
) -> None:
    if n_made:
        workspace.save_trust(run_id, cards()[n_made - 1])
    workspace.save_trust(run_id, None)
    app = studio("trust", run=run_id)
    assert "The checks could not be finished" in plain(app)
    assert plain(app).count("Not made.") == 8 - n_made
    assert not app.get("progress")


def test_a_run_without_an_averaged_estimate_says_so(studio: Visit, workspace: Workspace, run_id: str) -> None:
    workspace.save_result(run_id, replace(result(), posterior=None))
    app = studio("trust", run=run_id)
    assert "no averaged estimate" in plain(app)
    assert app.button(key="guard_go").label == "Go to Run"


def test_without_a_run_the_page_says_what_is_needed(studio: Visit, workspace: Workspace) -> None:
    app = studio("trust", project=new_project(workspace))
    assert "no finished run yet" in plain(app)


@pytest.mark.parametrize("where", ["model", "budget"])
def test_the_card_in_short_stands_below_the_recommended_answer(
    studio: Visit, workspace: Workspace, run_id: str, where: str
) -> None:
    workspace.save_trust(run_id, cards()[-1])
    assert "What may be done about each channel" in plain(studio(where, run=run_id))
    picked = result().pareto["recommended_id"]
    assert "What may be done about each channel" not in plain(studio(where, run=run_id, model=picked))


def test_every_check_has_its_paragraph_in_the_methodology() -> None:
    text = next(section.text for section in manual.sections() if section.title == "Trust card")
    for key in CheckKey:
        assert f"### {CHECK_TITLES[key]}\n" in text
        assert trust_checks.address_of(key).startswith("methodology#")


def test_the_limits_in_the_methodology_are_those_of_the_rule() -> None:
    text = next(section.text for section in manual.sections() if section.title == "Trust card")
    verdicts = " ".join(text.partition("### Verdicts")[2].split())
    assert f"does nothing is at most {trust_verdict.MOST_NOTHING:.0%}" in verdicts
    assert f"(at most {trust_verdict.MOST_AS_GOOD:.0%}, or {trust_verdict.MOST_AS_GOOD_IF_CERTAIN:.0%} for" in verdicts
    assert f"by more than {trust_verdict.FURTHEST_MOVE} standard deviations" in verdicts
    assert f"find it within {trust_verdict.LARGEST_ERROR:.0%}" in verdicts
    assert f"a chance of {trust_verdict.CLEAR_DIRECTION:.0%}" in verdicts


def test_what_the_data_could_show_is_told_when_it_is_asked(studio: Visit, workspace: Workspace) -> None:
    app = studio("configure", project=new_project(workspace))
    assert "would show in four of five cases" not in plain(app)
    app.button(key="detect").click().run()
    assert plain(app).count("in four of five cases;") == 5


def test_other_settings_ask_anew_what_the_data_could_show(studio: Visit, workspace: Workspace) -> None:
    app = studio("configure", project=new_project(workspace))
    app.button(key="detect").click().run()
    next(toggle for toggle in app.toggle if toggle.label == "Season").set_value(True).run()
    assert "Data or settings changed since it was asked." in plain(app)
    assert app.button(key="detect").label == "Check what these data can show"
