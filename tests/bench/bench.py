"""`make bench`: measure, print, compare with ``targets.toml``, save. Ends with 1 when a target is missed.

    python -m tests.bench.bench [--quick] [--demo-only] [--again PART]

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
    from tests.bench.tables import Results, check_targets, load, replaced, save
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
    parts: dict[str, Callable[[], object]] = {
        "cold": lambda: measure_cold(results, default),
        "warm up": lambda: warm_up(2),
        "evaluation": lambda: measure_evaluation(results),
        "sizes": lambda: measure_sizes(results, quick=options.quick),
        "runs": lambda: measure_runs(results, data_sets, quick=options.quick),
        "quality": lambda: measure_quality(results, data_sets, quick=options.quick),
        "clusters": lambda: measure_clusters(results),
        "allocation": lambda: measure_allocation(results),
        "coverage": lambda: measure_coverage(results, quick=options.quick),
        "sampler": lambda: measure_sampler(results, quick=options.quick),
        "trust": lambda: measure_trust(results),
        "backtest": lambda: measure_backtest(results),
        "refresh": lambda: measure_refresh(results),
        "first answers": lambda: measure_first_answers(results),
        "model page": lambda: measure_model_page(results, quick=options.quick),
    }
    if options.again is not None:
        if options.again not in parts or options.again == "cold":
            sys.exit(
                f"--again takes one of {', '.join(name for name in parts if name != 'cold')}; got {options.again!r}."
            )
        before, heading = load()
        warm_up(2)
        parts[options.again]()
        results = replaced(
            before, results, f"{dt.date.today()}: the part '{options.again}' was measured again by itself."
        )
        is_met = check_targets(results, demo_only=options.demo_only, quick=False)
        save(results, heading)
        return 0 if is_met else 1
    default = measure_models(results, quick=options.quick)
    for part in parts.values():
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


def _attempt(results: "Results", part: Callable[[], object]) -> None:
    """A part that fails costs its own figures, which are then missed targets, not those of all the parts before it."""
    from tests.bench.tables import FAILED

    try:
        part()
    except Exception:  # whatever it is, it is shown, and its targets are missed
        traceback.print_exc()
        results.note(f"{FAILED}: {traceback.format_exc().splitlines()[-1]}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description="Measure speed, memory and quality of the search.")
    parser.add_argument("--quick", action="store_true", help="fewer seeds, algorithms and sizes; saves nothing")
    parser.add_argument(
        "--demo-only", action="store_true", help="leave out other people's data and the targets on them"
    )
    parser.add_argument("--again", help="measure one part again, such as 'first answers', into the results saved last")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
