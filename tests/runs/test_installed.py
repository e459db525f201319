"""The program as a user gets it: built, installed by pip into an environment of its own, started from an empty folder."""

import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

from tests.runs.studio_process import ROOT, free_port, processes_of, started_studio, studio_environment


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new environment that borrows our dependencies, but not the checkout: a path in a .pth file brings no other .pth."""
    folder = tmp_path_factory.mktemp("installed")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    venv.create(folder / "venv", symlinks=True, with_pip=True)
    (wheel,) = folder.glob("*.whl")
    pip = [str(folder / "venv" / "bin" / "python"), "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*pip, str(wheel)], cwd=folder, check=True, capture_output=True)
    (site_packages_of(folder / "venv") / "borrowed.pth").write_text(sysconfig.get_path("purelib"))
    return folder / "venv"


@pytest.fixture(scope="module")
def site_packages(environment: Path) -> Path:
    return site_packages_of(environment)


def site_packages_of(environment: Path) -> Path:
    (found,) = (environment / "lib").glob("python*/site-packages")
    return found


def test_nothing_but_our_two_folders_lands_among_the_users_modules(site_packages: Path) -> None:
    (record,) = site_packages.glob("mmm_studio-*.dist-info/RECORD")
    tops = {line.partition("/")[0] for line in record.read_text().splitlines()}
    assert {top for top in tops if top != ".." and not top.endswith(".dist-info")} == {"mmm_core", "mmm_studio"}


def test_the_methodology_is_installed_beside_the_pages(site_packages: Path) -> None:
    text = (site_packages / "mmm_studio" / "docs" / "methodology.md").read_text(encoding="utf-8")
    assert text == (ROOT / "docs" / "methodology.md").read_text(encoding="utf-8")


def test_the_command_is_declared(site_packages: Path) -> None:
    (declared,) = site_packages.glob("mmm_studio-*.dist-info/entry_points.txt")
    assert "mmm-studio = mmm_core.cli:main" in declared.read_text()


def test_the_installed_command_opens_the_dashboard_from_an_empty_folder(
    environment: Path, site_packages: Path, tmp_path: Path
) -> None:
    command = str(environment / "bin" / "mmm-studio")
    with started_studio(tmp_path, port := free_port(), program=[command], PYTHONPATH="") as (_, line):
        assert f"http://127.0.0.1:{port}" in line
        commands = [" ".join(process.cmdline()) for process in processes_of(tmp_path)]
        assert any(str(site_packages / "mmm_studio" / "app.py") in command for command in commands)
        assert all(command.startswith(str(environment)) for command in commands if "mmm_core.runs.worker" in command)


def test_the_installed_home_page_shows_no_exception(environment: Path, site_packages: Path, tmp_path: Path) -> None:
    app = site_packages / "mmm_studio" / "app.py"
    code = f"""
from streamlit.testing.v1 import AppTest
page = AppTest.from_file({str(app)!r}, default_timeout=60).run()
print(page.exception.len, [title.value for title in page.title])
import mmm_core
print(mmm_core.__file__)
"""
    variables = {**studio_environment(tmp_path), "PYTHONPATH": "", "MMM_STUDIO_WORKER": "off"}
    python = str(environment / "bin" / "python")
    ran = subprocess.run([python, "-c", code], cwd=tmp_path, env=variables, capture_output=True, text=True, check=True)
    assert ran.stdout.startswith("0 ['What did each channel really bring?'")
    assert str(site_packages) in ran.stdout
