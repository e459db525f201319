"""Lift studies as people type them or drop them as a file."""

import datetime as dt
from dataclasses import replace

import pytest

from mmm_core.engine.study_file import read_study_file, study_template
from mmm_core.engine.study_table import StudyLine, check_lines, days_of, line_of, lines_from_json, lines_to_json
from mmm_core.entities.mmmdata_collection import MMMDataCollection
from mmm_core.entities.settings import LiftStudy
from mmm_core.errors import DataError
from tests.data_builders import small_data

GOOD = StudyLine(
    channels=("tv",), start="2023-03-06", end="2023-03-19", lift="250", standard_error="60", confidence="0.9"
)
STUDY = LiftStudy(
    channels=("tv",),
    start=dt.date(2023, 3, 6),
    end=dt.date(2023, 3, 19),
    lift=250.0,
    standard_error=60.0,
    confidence=0.9,
)


def data() -> MMMDataCollection:
    return small_data()


def findings(*lines: StudyLine, problems: bool = True) -> list[tuple[int, str]]:
    found = check_lines(lines, data()).findings
    return [(one.line, one.sentence) for one in found if one.is_problem is problems]


def test_a_good_line_is_a_study_and_a_study_is_a_line() -> None:
    assert check_lines([GOOD], data()) == ((STUDY,), ())
    assert check_lines([line_of(STUDY)], data()).usable == (STUDY,)
    exact = replace(STUDY, lift=1234567.8912345, spend=0.1, scope="immediate")
    assert check_lines([line_of(exact)], data()).studies == (exact,)


@pytest.mark.parametrize("lift", [1.125, 123.456, -12.5, 1234.567, 0.125, 1e16, 3e-7])
def test_a_study_keeps_its_numbers_whatever_mark_its_neighbours_are_typed_with(lift: float) -> None:
    typed = replace(GOOD, start="2023-05-01", end="2023-05-14", lift="1.250,5", standard_error="2,5", confidence="0,9")
    exact = replace(STUDY, lift=lift, standard_error=2.125)
    assert check_lines([line_of(exact), typed], data()).studies[0] == exact


def test_an_empty_line_is_no_study_and_no_problem() -> None:
    assert check_lines([StudyLine(), GOOD], data()) == ((None, STUDY), ())


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"lift": "about 250"},
            "The lift must be the outcome the channels brought, such as 250000 or 250k; got 'about 250'.",
        ),
        ({"lift": ""}, "The lift is missing: enter the outcome the channels brought, such as 250000 or 250k."),
        ({"lift": "10%"}, "The lift must be the outcome the channels brought, such as 250000 or 250k; got '10%'."),
        ({"standard_error": "small"}, "The standard error must be a number above 0 such as 60000, or a share"),
        ({"standard_error": "-5"}, "The standard_error of a lift study must be above 0, got -5.0."),
        ({"spend": "-1"}, "The spend of a lift study must be at least 0, got -1.0."),
        (
            {"confidence": "sure"},
            "The confidence must be a share within 0 and 1 or a percentage, such as 0.9 or 90%; got 'sure'.",
        ),
        ({"confidence": "250"}, "The confidence of a lift study must lie within 0 and 1, got 250.0."),
        ({"start": "2023-04-01"}, "A lift study must end on or after its start; got 2023-04-01 to 2023-03-19."),
        ({"start": "soon"}, "The first day must be a day such as 2024-03-04, got 'soon'. Correct it."),
        ({"end": ""}, "The last day is missing: enter a day such as 2024-03-04."),
        ({"end": "2023-03"}, "The last day must be a day such as 2024-03-04, got '2023-03'."),
        ({"channels": ()}, "The channel is missing: choose one or more of "),
        ({"channels": ("tvv",)}, "'tvv' is no channel of the model; there are TV, Search"),
        ({"scope": "all"}, "The scope of a lift study must be one of total, immediate; got 'all'."),
        ({"end": "2029-01-01"}, "reaches outside the data, which run from 2023-01-02 to 2024-02-19."),
        ({"lift": "0", "standard_error": ""}, "found a lift of 0"),
    ],
)
def test_what_is_wrong_is_said_with_its_line_and_keeps_no_other_line_from_being_used(
    changes: dict[str, object], sentence: str
) -> None:
    checked = check_lines([replace(GOOD, **changes), replace(GOOD, channels=("search",))], data())  # type: ignore[arg-type]
    assert checked.usable == (replace(STUDY, channels=("search",)),)
    assert [one.line for one in checked.findings] == [0]
    assert sentence in checked.findings[0].sentence


def test_every_problem_of_a_line_is_said_at_once() -> None:
    assert len(findings(StudyLine(channels=("tvv",), start="x", end="", lift="y", confidence="z"))) == 5


def test_an_unknown_channel_is_told_with_the_nearest_one() -> None:
    assert "Did you mean 'Search'?" in findings(replace(GOOD, channels=("serach",)))[0][1]


def test_little_confidence_and_another_spend_are_notes_that_keep_the_study() -> None:
    line = replace(GOOD, confidence="70%", spend="5")
    assert [number for number, _ in findings(line, problems=False)] == [0, 0]
    assert check_lines([line], data()).usable[0].confidence == 0.7


def test_of_two_that_overlap_the_first_is_used_and_the_second_says_so() -> None:
    later = replace(GOOD, start="2023-03-19", end="2023-03-26")
    checked = check_lines([GOOD, later], data())
    assert checked.usable == (STUDY,)
    assert checked.findings[0].line == 1
    assert "Until then line 1 is used and this one is not." in checked.findings[0].sentence


def test_the_same_study_twice_is_used_once() -> None:
    checked = check_lines([GOOD, StudyLine(), GOOD], data())
    assert checked.studies == (STUDY, None, None)
    assert checked.findings[0][:2] == (2, "This line says the same as line 1. Remove one of them.")


@pytest.mark.parametrize(
    ("typed", "lift"),
    [("€1,250.50", 1250.5), ("1.250,50 €", 1250.5), ("250k", 250_000.0), ("(300)", -300.0), ("1,250", 1250.0)],
)
def test_amounts_are_read_as_people_write_them(typed: str, lift: float) -> None:
    assert check_lines([replace(GOOD, lift=typed)], data()).usable[0].lift == lift


def test_what_could_be_either_is_read_as_the_other_cells_are_written() -> None:
    assert check_lines([replace(GOOD, lift="1,250", spend="2.000,5", confidence="")], data()).usable[0].lift == 1.25


def test_a_standard_error_in_percent_is_a_share_of_the_lift() -> None:
    assert check_lines([replace(GOOD, lift="-200", standard_error="10%")], data()).usable[0].standard_error == 20.0


def test_days_are_read_in_any_way_to_write_them_and_decide_together() -> None:
    assert days_of(["13/03/2023", "04/03/2023"])["04/03/2023"] == dt.date(2023, 3, 4)
    assert days_of(["03/13/2023", "03/04/2023"])["03/04/2023"] == dt.date(2023, 3, 4)
    assert days_of(["2023-03-06", "6. März 2023", "soon"]) == dict.fromkeys(
        ["2023-03-06", "6. März 2023"], dt.date(2023, 3, 6)
    )


def test_channels_are_known_by_their_readable_names_and_may_be_joined() -> None:
    assert check_lines([replace(GOOD, channels=("TV + Search",))], data()).usable[0].channels == ("tv", "search")
    assert check_lines([replace(GOOD, channels=("Search", "tv"))], data()).usable[0].channels == ("search", "tv")


def test_lines_survive_json_however_wrong_they_are() -> None:
    wrong = StudyLine(channels=("x", "y"), start="soon", lift="a lot", scope="")
    assert lines_from_json(lines_to_json([wrong, GOOD])) == (wrong, GOOD)
    assert lines_from_json("damaged") == ()
    assert lines_from_json([{"lift": 5, "channels": "tv"}, 7]) == (StudyLine(),)


def test_the_template_can_be_dropped_as_it_is() -> None:
    reading = read_study_file(study_template(data()))
    assert reading.notes == ()
    assert len(check_lines(reading.lines, data()).usable) == 1


def test_a_german_file_is_read_like_any_other() -> None:
    text = "Kanal;Von;Bis;Lift;Standardfehler;Bemerkung\nTV;06.03.2023;19.03.2023;1.250,5;60,25;gut\n"
    reading = read_study_file(text.encode("cp1252"))
    (study,) = check_lines(reading.lines, data()).usable
    assert (study.lift, study.standard_error, study.end) == (1250.5, 60.25, dt.date(2023, 3, 19))
    assert reading.notes == ("Not used: the column Bemerkung.",)


def test_robyn_s_calibration_input_is_read_as_it_is() -> None:
    text = (
        "channel,liftStartDate,liftEndDate,liftAbs,spend,confidence,metric,calibration_scope\n"
        "tv+search,2023-03-06,2023-03-19,400000,421000,0.85,revenue,immediate\n"
    )
    (line,) = read_study_file(text.encode()).lines
    (study,) = check_lines([line], data()).usable
    assert (study.channels, study.lift, study.scope) == (("tv", "search"), 400_000.0, "immediate")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "week,sales\n2023-03-06,5\n",
            "The file has no column for channels, start, end, lift; it needs channels, start",
        ),
        (
            "channel,start,lift\ntv,2023-03-06,5\n",
            "no column for end; it needs channels, start, end, lift, and may have",
        ),
        ("", "cannot be read as a table with the columns channels, start, end, lift"),
        ("channel,start,end,lift\n" + "tv,2023-03-06,2023-03-07,5\n" * 201, "At most 200 lift studies"),
    ],
)
def test_a_file_without_the_columns_is_refused_with_those_it_needs(text: str, sentence: str) -> None:
    with pytest.raises(DataError, match=sentence):
        read_study_file(text.encode())


def test_cells_of_a_file_that_cannot_be_read_stay_as_they_were_written() -> None:
    (line,) = read_study_file(b"channel,start,end,lift\nradio,soon,2023-03-19,a lot\n").lines
    assert (line.channels, line.start, line.lift) == (("radio",), "soon", "a lot")
    assert len(findings(line)) == 3


def test_days_that_could_be_meant_in_two_ways_are_said_to_be() -> None:
    reading = read_study_file(b"channel,start,end,lift\ntv,05/03/2023,06/03/2023,5\n")
    assert "could be day/month/year or month/day/year" in reading.notes[0]
