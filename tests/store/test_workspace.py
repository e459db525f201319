import subprocess
import sys
from pathlib import Path
from typing import BinaryIO

import pytest
import sqlalchemy as sa

from mmm_core.errors import StoreError, WorkspaceError
from mmm_core.store.atomic_files import write_atomically, write_exclusively
from mmm_core.store.tables import about
from mmm_core.store.workspace import Workspace, default_folder


def test_the_environment_chooses_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MMM_STUDIO_WORKSPACE", str(tmp_path / "chosen"))
    assert default_folder() == tmp_path / "chosen"


def test_without_a_choice_the_folder_is_the_platforms(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MMM_STUDIO_WORKSPACE", raising=False)
    assert default_folder().name == "mmm-studio"


def test_a_folder_that_cannot_be_made_is_refused_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(WorkspaceError, match=r"cannot be read or written .*choose another folder"):
        Workspace(tmp_path / "file" / "inside")


def test_a_damaged_database_is_refused_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "workspace.sqlite").write_bytes(b"not a database" * 100)
    with pytest.raises(WorkspaceError, match="file is not a database"):
        Workspace(tmp_path)


def test_a_workspace_of_a_newer_version_is_refused_with_advice(workspace: Workspace) -> None:
    with workspace.database.writing() as connection:
        connection.execute(sa.update(about).values(value=2))
    with pytest.raises(StoreError, match=r"newer MMM Studio \(format 2; this version reads up to 1\)"):
        Workspace(workspace.folder)


def test_several_processes_can_open_a_new_workspace_at_once(tmp_path: Path) -> None:
    code = "import sys; from pathlib import Path; from mmm_core.store.workspace import Workspace; Workspace(Path(sys.argv[1]))"
    started = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path / "new")]) for _ in range(3)]
    assert [process.wait(timeout=60) for process in started] == [0, 0, 0]


def test_a_failed_write_leaves_the_old_file_and_no_rest(tmp_path: Path) -> None:
    path = tmp_path / "kept.txt"
    write_atomically(path, b"old")

    def fail_half_way(file: BinaryIO) -> None:
        file.write(b"ne")
        raise RuntimeError("half way")

    with pytest.raises(RuntimeError, match="half way"):
        write_atomically(path, fail_half_way)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_an_exclusive_file_is_written_once(tmp_path: Path) -> None:
    assert write_exclusively(tmp_path / "lock", b"first")
    assert not write_exclusively(tmp_path / "lock", b"second")
    assert (tmp_path / "lock").read_bytes() == b"first"


def test_opening_a_workspace_imports_nothing_heavy() -> None:
    heavy = "{'numba', 'prophet', 'nevergrad', 'sklearn', 'joblib', 'scipy', 'streamlit'}"
    code = f"import sys, mmm_core.store.workspace; print(sorted({heavy} & set(sys.modules)))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_a_workspace_from_somebody_else_brings_no_pickles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MMM_STUDIO_CACHE", str(tmp_path / "caches"))
    mine, yours = Workspace(tmp_path / "mine"), Workspace(tmp_path / "yours")
    assert mine.cache_folder.parent == yours.cache_folder.parent == tmp_path / "caches"
    assert mine.cache_folder != yours.cache_folder


def test_without_a_choice_the_cache_is_the_platforms(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MMM_STUDIO_CACHE")
    assert workspace.cache_folder.parent.name == "mmm-studio"
    assert not workspace.cache_folder.is_relative_to(workspace.folder)


@pytest.mark.parametrize("name", ["what?", "50%20off", "a#b"])
def test_a_folder_whose_name_looks_like_an_address_is_taken_as_it_is(tmp_path: Path, name: str) -> None:
    home = Workspace(tmp_path / name)
    home.create_project("kept")
    home.close()
    assert (tmp_path / name / "workspace.sqlite").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == [name]
