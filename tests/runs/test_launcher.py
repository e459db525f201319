import dataclasses
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import psutil
import pytest

from mmm_core.cli import main
from mmm_core.entities.records import RunRecord, RunStatus
from mmm_core.runs.launcher import app_folder, launch_app
from mmm_core.runs.worker import worker_state
from mmm_core.store.workspace import Workspace
from tests.runs.demo import ENDLESS, demo_text, demo_upload
from tests.runs.studio_process import ROOT, free_port, processes_of, started_studio, wait_until


class Studio(NamedTuple):
    workspace: Path
    port: int
    launcher: subprocess.Popen[str]
    first_line: str


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    folder, port = tmp_path_factory.mktemp("studio"), free_port()
    left = {"pid": os.getpid(), "started": "2001-01-01T00:00:00+00:00", "host": "127.0.0.1", "port": 1}
    (folder / "launcher.json").write_text(
        json.dumps(left)
    )  # by a launcher that was killed; its id was given to another
    with started_studio(folder, port) as (launcher, line):
        yield Studio(folder, port, launcher, line)


def answer(port: int, path: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", path)
    status = connection.getresponse().status
    connection.close()
    return status


def test_the_first_line_gives_the_address_and_how_to_stop(studio: Studio) -> None:
    assert studio.first_line.startswith(f"MMM Studio is at http://127.0.0.1:{studio.port} — press Ctrl-C to stop.")


def test_what_a_killed_launcher_left_does_not_keep_the_next_from_starting(studio: Studio) -> None:
    assert json.loads((studio.workspace / "launcher.json").read_text())["pid"] == studio.launcher.pid


def test_the_dashboard_answers_as_soon_as_the_address_is_given(studio: Studio) -> None:
    assert answer(studio.port, "/") == 200


def test_it_listens_on_this_machine_only(studio: Studio) -> None:
    listening = [c.laddr for p in processes_of(studio.workspace) for c in p.net_connections() if c.status == "LISTEN"]
    assert {(address.ip, address.port) for address in listening} == {("127.0.0.1", studio.port)}


def test_a_worker_is_there_from_the_start(studio: Studio) -> None:
    worker = worker_state(Workspace(studio.workspace))
    assert worker is not None
    assert psutil.Process(worker.pid).is_running()


@pytest.mark.parametrize("other_port", [False, True])
def test_a_second_start_gives_the_address_of_the_first(studio: Studio, other_port: bool) -> None:
    said: list[str] = []
    code = launch_app(
        free_port() if other_port else studio.port, folder=studio.workspace, say=said.append, warn=pytest.fail
    )
    assert code == 0
    assert said[0].startswith(f"MMM Studio is already running at http://127.0.0.1:{studio.port} ")


def test_without_a_command_the_dashboard_is_meant(
    studio: Studio, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MMM_STUDIO_WORKSPACE", str(studio.workspace))
    monkeypatch.setattr(sys, "argv", ["mmm-studio"])
    with pytest.raises(SystemExit, match="0"):
        main()
    assert f"already running at http://127.0.0.1:{studio.port}" in capsys.readouterr().out


def test_a_busy_port_is_named_with_the_option_that_helps(tmp_path: Path) -> None:
    with socket.socket() as occupant:
        occupant.bind(("127.0.0.1", 0))
        occupant.listen()
        port, warned = occupant.getsockname()[1], list[str]()
        assert launch_app(port, folder=tmp_path, say=pytest.fail, warn=warned.append) == 1
    assert f"already uses http://127.0.0.1:{port}." in warned[0]
    assert "mmm-studio app --port" in warned[0]
    assert not (tmp_path / "launcher.json").exists()


def test_a_killed_worker_is_replaced(studio: Studio) -> None:
    workspace = Workspace(studio.workspace)
    killed = worker_state(workspace)
    assert killed is not None
    psutil.Process(killed.pid).kill()
    wait_until(lambda: (now := worker_state(workspace)) and now.pid not in (0, killed.pid), what="a new worker")


def test_ctrl_c_ends_dashboard_and_worker_without_orphans(tmp_path: Path) -> None:
    with started_studio(tmp_path, free_port()) as (launcher, _):
        assert len(processes_of(tmp_path)) >= 3
        launcher.send_signal(signal.SIGINT)
        assert launcher.wait(timeout=20) == 0
        wait_until(lambda: not processes_of(tmp_path), 5, "the end of every process")
    assert not (tmp_path / "launcher.json").exists()


def test_ctrl_c_during_a_search_leaves_neither_processes_nor_temporary_folders(tmp_path: Path) -> None:
    folder, temporary = tmp_path / "studio", tmp_path / "temporary"
    folder.mkdir()
    temporary.mkdir()
    with started_studio(folder, free_port(), TMPDIR=str(temporary)) as (launcher, _):
        run = start_endless_search(folder)
        wait_until(lambda: Workspace(folder).get_run(run.run_id).n_done > 0, what="the first candidate")
        assert list(temporary.glob("mmm-studio-run-*"))
        launcher.send_signal(signal.SIGINT)
        assert launcher.wait(timeout=20) == 0
        wait_until(lambda: not processes_of(folder), 5, "the end of every process")
    assert not list(temporary.glob("mmm-studio-run-*"))
    assert Workspace(folder).get_run(run.run_id).status is not RunStatus.FAILED


def start_endless_search(folder: Path) -> RunRecord:
    """In two processes, a minute long at least."""
    trials = dataclasses.replace(ENDLESS, trials=2, cores=2)
    workspace = Workspace(folder)
    project = workspace.create_project("Demo brand")
    workspace.save_upload(project.project_id, demo_upload())
    return workspace.enqueue_run(project.project_id, demo_text(trials), trials.n_candidates)


def test_a_killed_launcher_takes_dashboard_and_worker_with_it(tmp_path: Path) -> None:
    with started_studio(tmp_path, free_port()) as (launcher, _):
        launcher.kill()
        wait_until(lambda: not processes_of(tmp_path), 10, "the end of every process")


def test_a_checkout_runs_its_own_pages() -> None:
    assert app_folder() == ROOT
