"""`make bench`: measure, print, compare with ``targets.toml``, save. Ends with 1 when a target is missed.

    python -m tests.bench.bench [--quick] [--demo-only]

Other people's data are looked for in the folder named by MMM_STUDIO_BENCH_DATA, or beside the checkout; without them half
of the targets cannot be checked, which is a miss unless ``--demo-only`` is given.
"""

import argparse
import datetime as dt
import logging
import os
import platform
import sys
import time
import traceback
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.bench.tables import Results

for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")


def main() -> int:
    """Run all parts."""
    options = _options()
    logging.getLogger("cmdstanpy").setLevel(logging.ERROR)
    from mmm_core.engine.model_executor import warm_up
    from tests.bench.allocation import measure_allocation
    from tests.bench.backtest import measure_backtest
    from tests.bench.clusters import measure_clusters
    from tests.bench.cold import measure_cold, measure_models
    from tests.bench.coverage import measure_coverage
    from tests.bench.data_sets import VARIABLE, public_data, searched_data
    from tests.bench.first_answers import measure_first_answers
    from tests.bench.model_page import measure_model_page
    from tests.bench.refresh import measure_refresh
    from tests.bench.sampler import measure_sampler
    from tests.bench.search_quality import measure_quality
    from tests.bench.speed import measure_evaluation, measure_runs, measure_sizes
    from tests.bench.tables import Results, check_targets, save
    from tests.bench.trust import measure_trust

    began = time.perf_counter()
    results = Results()
    folder = None if options.demo_only else public_data()
    if folder is None and not options.demo_only:
        results.note(
            f"Other people's data are not at hand, so the targets on Robyn's data cannot be checked. Name their folder in "
            f"{VARIABLE}, or give --demo-only."
        )
    data_sets = searched_data(folder)
    default = measure_models(results, quick=options.quick)
    parts = (
        lambda: measure_cold(results, default),
        lambda: warm_up(2),
        lambda: measure_evaluation(results),
        lambda: measure_sizes(results, quick=options.quick),
        lambda: measure_runs(results, data_sets, quick=options.quick),
        lambda: measure_quality(results, data_sets, quick=options.quick),
        lambda: measure_clusters(results),
        lambda: measure_allocation(results),
        lambda: measure_coverage(results, quick=options.quick),
        lambda: measure_sampler(results, quick=options.quick),
        lambda: measure_trust(results),
        lambda: measure_backtest(results),
        lambda: measure_refresh(results),
        lambda: measure_first_answers(results),
        lambda: measure_model_page(results, quick=options.quick),
    )
    for part in parts:
        _attempt(results, part)
    is_met = check_targets(results, demo_only=options.demo_only, quick=options.quick)
    minutes = (time.perf_counter() - began) / 60
    heading = (
        f"{dt.date.today()}, Python {platform.python_version()}, {os.cpu_count()} processors "
        f"({platform.machine()}), load {os.getloadavg()[0]:.1f}; took {minutes:.1f} minutes{' (quick)' if options.quick else ''}."
    )
    print(f"\n{heading}")
    if not options.quick:
        save(results, heading)
    return 0 if is_met else 1


def _attempt(results: "Results", part: Callable[[], None]) -> None:
    """A part that fails costs its own figures, which are then missed targets, not those of all the parts before it."""
    try:
        part()
    except Exception:  # whatever it is, it is shown, and its targets are missed
        traceback.print_exc()
        results.note(f"A part failed and measured nothing: {traceback.format_exc().splitlines()[-1]}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description="Measure speed, memory and quality of the search.")
    parser.add_argument("--quick", action="store_true", help="fewer seeds, algorithms and sizes; saves nothing")
    parser.add_argument(
        "--demo-only", action="store_true", help="leave out other people's data and the targets on them"
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
