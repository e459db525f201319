"""One run in a fresh process, as the worker does it: warm up, features, search, fronts, files. Prints times as JSON."""

import json
import sys
import tempfile
import time
from pathlib import Path

from tests.bench.data_sets import demo_data


def main(trials: int, iterations: int, cores: int) -> None:
    """Run twice as small first when warm, so that only the run itself is timed."""
    began = time.perf_counter()
    from mmm_core.engine.features import build_design
    from mmm_core.engine.model_executor import MMMModelExecutor, warm_up
    from mmm_core.entities.project import Project
    from mmm_core.entities.trials_config import TrialsConfig
    from mmm_core.runs.execute import execute_project
    from mmm_core.runs.export import write_run

    imported = time.perf_counter()
    warm_up(cores)
    warm = time.perf_counter()
    data = demo_data()
    build_design(data)
    fitted = time.perf_counter()
    build_design(data)
    cached = time.perf_counter()
    del MMMModelExecutor
    project = Project(data=data, trials=TrialsConfig(trials=trials, iterations=iterations, cores=cores))
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        result, _ = execute_project(project)
        searched = time.perf_counter()
        write_run(Path(folder), result)
        done = time.perf_counter()
    times = {
        "imports": imported - began,
        "pool": warm - imported,
        "prophet": fitted - warm,
        "prophet_again": cached - fitted,
        "run": done - start,
        "writing": done - searched,
        **result.collection.info.timings,
    }
    print(json.dumps(times))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
