"""The wheel as a user gets it: built for real, unpacked, started from an empty folder."""

import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.runs.studio_process import ROOT, free_port, processes_of, started_studio, studio_environment


@pytest.fixture(scope="module")
def site_packages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    built = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(built)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = built.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(built / "site")
    return built / "site"


def test_nothing_but_our_two_folders_lands_among_the_users_modules(site_packages: Path) -> None:
    names = {path.name for path in site_packages.iterdir() if path.suffix != ".dist-info"}
    assert names == {"mmm_core", "mmm_studio"}


def test_the_command_is_declared(site_packages: Path) -> None:
    (declared,) = site_packages.glob("*.dist-info/entry_points.txt")
    assert "mmm-studio = mmm_core.cli:main" in declared.read_text()


def test_the_installed_dashboard_starts_from_an_empty_folder(site_packages: Path, tmp_path: Path) -> None:
    with started_studio(tmp_path, port := free_port(), PYTHONPATH=str(site_packages)) as (_, line):
        assert f"http://127.0.0.1:{port}" in line
        commands = [" ".join(process.cmdline()) for process in processes_of(tmp_path)]
        assert any(str(site_packages / "mmm_studio" / "app.py") in command for command in commands)


def test_the_installed_home_page_shows_no_exception(site_packages: Path, tmp_path: Path) -> None:
    app = site_packages / "mmm_studio" / "app.py"
    code = f"""
from streamlit.testing.v1 import AppTest
page = AppTest.from_file({str(app)!r}, default_timeout=60).run()
print(page.exception.len, [title.value for title in page.title])
import mmm_core
print(mmm_core.__file__)
"""
    environment = {**studio_environment(tmp_path), "PYTHONPATH": str(site_packages), "MMM_STUDIO_WORKER": "off"}
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    assert ran.stdout.startswith("0 ['What did each channel really bring?'")
    assert str(site_packages) in ran.stdout
