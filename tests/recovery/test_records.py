"""The checkpoint: nothing is lost, nothing old is taken for new."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from tests.recovery.answering import Job, fingerprints
from tests.recovery.records import Record, append, fingerprint, finished, read
from tests.recovery.running import n_answered, run_jobs
from tests.recovery.summary import failures, gather, subgroups, targets, time_target, worst
from tests.recovery.test_scores import ANSWER, KNOWN


def record(case: str = "core 1", group: str = "robyn", mark: str = "now") -> Record:
    answers = (replace(ANSWER, method="Robyn-compatible" if group == "robyn" else "recommended"),)
    return Record(case=case, group=group, fingerprint=mark, known=KNOWN, answers=answers, error="")


def test_a_record_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "answers.jsonl"
    append(path, record())
    assert list(read(path)) == [record()]


def test_a_line_that_a_killed_run_left_unfinished_is_passed_over_and_spoils_no_other(tmp_path: Path) -> None:
    path = tmp_path / "answers.jsonl"
    append(path, record("core 1"))
    with path.open("ab") as file:
        file.write(b'{"case": "core 2", "gro')
    append(path, record("core 3"))
    assert [one.case for one in read(path)] == ["core 1", "core 3"]


def test_only_what_the_present_code_wrote_counts_as_done_and_the_newest_counts(tmp_path: Path) -> None:
    path = tmp_path / "answers.jsonl"
    append(path, record("core 1", mark="earlier"))
    append(path, record("core 2"))
    append(path, replace(record("core 2"), error="newer"))
    done = finished(path, {"robyn": "now"})
    assert {key: one.error for key, one in done.items()} == {("core 2", "robyn"): "newer"}


def test_a_fingerprint_follows_imports_and_nothing_else() -> None:
    robyn, again = fingerprint("tests.recovery.robyn"), fingerprint("tests.recovery.robyn")
    assert robyn == again
    assert robyn != fingerprint("tests.recovery.robyn", "mmm_core.kernels.nsga2", "mmm_core.runs.worker")
    assert fingerprint("mmm_core.errors", "mmm_core.entities.design") == fingerprint("mmm_core.entities.design")


def test_a_run_that_was_stopped_goes_on_where_it_was(tmp_path: Path) -> None:
    path = tmp_path / "answers.jsonl"
    said: list[str] = []
    jobs = [Job("core", seed, "recommended", None) for seed in (0, 1)]
    first = run_jobs(jobs[:1], path, cores=1, say=said.append)
    both = run_jobs(jobs, path, cores=1, say=said.append)
    assert list(first) == [("core 0", "recommended")]
    assert set(both) == {("core 0", "recommended"), ("core 1", "recommended")}
    assert both["core 0", "recommended"] == first["core 0", "recommended"]
    assert len(list(read(path))) == 2
    assert "1 of 2 answers are in" in said[2]


def test_other_methods_are_compared_with_where_they_are_done_on_all_of_the_cases(tmp_path: Path) -> None:
    path, jobs = tmp_path / "answers.jsonl", [Job("core", 0, "recommended", None), Job("core", 1, "recommended", None)]
    marks = fingerprints()
    for job in jobs:
        append(path, record(job.case, "recommended", marks["recommended"]))
    append(path, record("core 0", "robyn", marks["robyn"]))
    assert {group for _, group in run_jobs(jobs, path, cores=1, say=lambda sentence: None)} == {"recommended"}
    append(path, record("core 1", "robyn", marks["robyn"]))
    assert {group for _, group in run_jobs(jobs, path, cores=1, say=lambda sentence: None)} == {"recommended", "robyn"}


def test_markets_compare_only_where_every_method_answered_and_failures_are_listed() -> None:
    records = {
        (one.case, one.group): one for one in (record("core 1"), record("core 1", "recommended"), record("core 2"))
    }
    failed = replace(record("core 2", "recommended"), answers=(), error="Prophet could not split the outcome")
    records["core 2", "recommended"] = failed
    battery = gather(records, "core ")
    assert battery.cases == ("core 1",)
    assert battery.methods == ("recommended", "Robyn-compatible")
    assert failures(records) == [failed]


def many_records() -> dict[tuple[str, str], Record]:
    random = np.random.default_rng(0)
    found = {}
    for seed in range(10):
        known = replace(KNOWN, tags={"demand": "hidden" if seed % 2 else "seen", "periods": "weeks"})
        for group in ("robyn", "recommended"):
            moved = tuple(random.uniform(0.5, 1.5) * value for value in (100.0, 300.0, 10.0))
            one = record(f"core {seed}", group)
            answer = replace(one.answers[0], contribution=moved)
            found[one.case, group] = replace(one, known=known, answers=(answer,))
    return found


def test_subgroups_are_told_apart_by_tag_with_those_that_gain_least_first() -> None:
    found = subgroups(gather(many_records(), "core "))
    assert {(one.group, one.kind, one.n_markets) for one in found} == {("demand", "hidden", 5), ("demand", "seen", 5)}
    gains = [-one.rows[0].difference.value for one in found if one.rows[0].difference is not None]
    assert gains == sorted(gains)


def test_the_worst_markets_come_first_and_a_missed_promise_is_called_so() -> None:
    battery = gather(many_records(), "core ")
    errors = [one.wape for _, _, one in worst(battery, "recommended", n=5)]
    assert errors == sorted(errors, reverse=True)
    assert errors[0] == max(one.wape for one in battery.scores["recommended"])
    by_label = {target.label: target for target in targets(battery)}
    assert not by_label["intervals shown as about 90% (nominal 95%) cover"].is_met  # no such interval in these answers
    assert by_label["working channels credited with nothing"].is_met


def test_a_run_is_held_to_its_time_only_when_it_made_every_answer_itself(tmp_path: Path) -> None:
    path, jobs = tmp_path / "answers.jsonl", [Job("core", seed, "robyn", None) for seed in (1, 2)]
    assert n_answered(jobs, path) == 0
    append(path, record("core 1", mark=fingerprints()["robyn"]))
    assert n_answered(jobs, path) == 1
    assert time_target(40 * 60, 200).is_met
    assert not time_target(41 * 60, 200).is_met
