"""Fresh processes: memory, runs of a million models, and what a first start costs."""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from mmm_core.engine.project_file import write_project
from mmm_core.entities.trials_config import TrialsConfig
from tests.bench.data_sets import DEMO, demo_data
from tests.bench.memory import Peak, run_and_watch
from tests.bench.speed import slope
from tests.bench.tables import Cell, Results

SIZES = (200, 2000, 20_000, 200_000)


def measure_models(results: Results, *, quick: bool) -> dict[str, float]:
    """Time and memory of whole runs of a thousand to a million models with two processes.

    Returns:
        Times of the default run's process, for :func:`measure_cold`.
    """
    rows: list[list[Cell]] = []
    points: list[tuple[int, float]] = []
    default: dict[str, float] = {}
    for iterations in SIZES[:3] if quick else SIZES:
        times, peak = _run(iterations)
        models = 5 * iterations
        points.append((models, times["run"]))
        rows.append([models, times["run"], models / times["run"], peak.megabytes, peak.processes])
        results.figures[f"memory.{models}.megabytes"] = peak.megabytes
        if iterations == 2000:
            default = times
    results.figures["slope.models"] = slope(points)
    results.add_table(
        f"Whole runs (search, fronts, files) on the demo, two processes: slope {slope(points):.2f} of the logarithms",
        ("models", "seconds", "models/s", "peak MB (PSS of all processes)", "processes"),
        rows,
    )
    return default


def measure_cold(results: Results, default: dict[str, float]) -> None:
    """Imports, process start, compilation, Prophet, and the command line from nothing."""
    with tempfile.TemporaryDirectory() as empty:
        times, _ = _run(200, environment={"NUMBA_CACHE_DIR": empty})
    rows: list[list[Cell]] = [
        ["imports of a run", default["imports"]],
        ["start of the pool: processes, imports, compiled code from disk", default["pool"]],
        ["the same with compilation (once per installation)", times["pool"]],
        ["Prophet, first fit of a data set with its import", default["prophet"]],
        ["Prophet, remembered", default["prophet_again"]],
        ["import of nevergrad", _seconds_of([sys.executable, "-c", "import nevergrad"])],
        ["`mmm-studio run`, 10,000 models, cold", _command_line()],
    ]
    results.figures["cold.command.seconds"] = float(rows[-1][1])
    results.add_table("Cold: seconds that the warm figures leave out", ("what", "seconds"), rows)


def _run(iterations: int, environment: dict[str, str] | None = None) -> tuple[dict[str, float], Peak]:
    before = dict(os.environ)
    os.environ.update(environment or {})
    try:
        printed, peak, _ = run_and_watch(["tests.bench.one_run", "5", str(iterations), "2"])
    finally:
        os.environ.clear()
        os.environ.update(before)
    return json.loads(printed), peak


def _command_line() -> float:
    script = Path(sys.executable).parent / "mmm-studio"
    command = [str(script)] if script.exists() else [sys.executable, "-c", "from mmm_core.cli import main; main()"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        project = folder / "project.yaml"
        project.write_text(write_project(demo_data().settings, TrialsConfig(cores=2), 123), encoding="utf-8")
        run = ["run", str(project), "--data", str(DEMO), "--out", str(folder / "results"), "--quiet"]
        return _seconds_of([*command, *run])


def _seconds_of(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - start
