import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
import pytest

from mmm_core.engine.process_pool import call_in_processes, run_folder
from mmm_core.errors import DataError

START_POOL = """
import os, time
from mmm_core.engine.process_pool import call_in_processes
if __name__ == "__main__":
    print(*set(call_in_processes([os.getpid] * 4, 2)), flush=True)
    time.sleep(60)
"""


SEARCH_IN_POOL = """
from mmm_core.engine.process_pool import call_in_processes
from mmm_core.engine.warm_up import warm_up_pool

def heavy():
    import sys
    return {"pandas", "nevergrad", "prophet", "sklearn", "streamlit"} & set(sys.modules)

if __name__ == "__main__":
    warm_up_pool(2)
    print(*call_in_processes([heavy, heavy], 2))
"""


def refuse() -> None:
    raise DataError("no")


def dead_pid() -> int:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    return ended.pid


def test_what_goes_wrong_in_a_process_is_raised_here_and_the_pool_lives_on() -> None:
    with pytest.raises(DataError, match="no"):
        call_in_processes([refuse, refuse], 2)
    assert len(call_in_processes([os.getpid] * 3, 2)) == 3


def test_processes_are_kept_from_call_to_call() -> None:
    first, second = (set(call_in_processes([os.getpid] * 6, 2)) for _ in range(2))
    assert first & second


def test_processes_that_have_searched_have_imported_nothing_heavy(tmp_path: Path) -> None:
    script = tmp_path / "search.py"
    script.write_text(SEARCH_IN_POOL)
    answer = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=True)
    assert answer.stdout.split() == ["set()", "set()"]


def test_processes_end_soon_after_their_parent_was_killed(tmp_path: Path) -> None:
    script = tmp_path / "start_pool.py"
    script.write_text(START_POOL)
    parent = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    children = [int(pid) for pid in parent.stdout.readline().split()]
    parent.send_signal(signal.SIGKILL)
    parent.communicate()
    deadline = time.monotonic() + 10.0
    while any(map(psutil.pid_exists, children)) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert children
    assert not any(map(psutil.pid_exists, children))


def test_calls_leave_no_folders_behind() -> None:
    def folders() -> set[Path]:
        places = (Path("/dev/shm"), Path(tempfile.gettempdir()))
        return {path for place in places for path in place.glob(f"joblib_memmapping_folder_{os.getpid()}_*")}

    before = folders()
    call_in_processes([os.getpid] * 2, 2)
    assert folders() == before


def test_the_folder_of_a_run_is_gone_afterwards() -> None:
    with run_folder() as folder:
        assert folder.is_dir()
    assert not folder.exists()


def test_what_a_killed_run_left_behind_is_removed_by_the_next_one() -> None:
    left = Path(tempfile.gettempdir()) / f"mmm-studio-run-{dead_pid()}-left"
    left.mkdir()
    with run_folder():
        assert not left.exists()


def test_folders_of_other_living_runs_are_left_alone() -> None:
    other = Path(tempfile.gettempdir()) / f"mmm-studio-run-{os.getppid()}-test"
    other.mkdir(exist_ok=True)
    with run_folder():
        assert other.exists()
    other.rmdir()
