"""`make recovery`: how near each estimate comes to known answers. Writes docs/recovery.md; ends with 1 when a promise is missed.

    python -m tests.recovery.recover [--markets 300] [--stress 0] [--verdicts 300] [--development] [--only recommended]

Every answer is written to a checkpoint at once: a run that was stopped goes on where it was, and answers of code that has not
changed since are used again. Other people's data are looked for in the folder named by MMM_STUDIO_BENCH_DATA, or beside the
checkout.
"""

# ruff: noqa: T201 - it is a command
import argparse
import os
import shlex
import sys
import time
from pathlib import Path

for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")


def main() -> int:
    """Run what is asked."""
    options = _options()
    from tests.bench.data_sets import ROOT
    from tests.recovery.page import all_targets, main_rows, target_rows, write_page
    from tests.recovery.running import n_answered, run_jobs
    from tests.recovery.summary import failures, gather, time_target

    began = time.perf_counter()
    jobs, checkpoint = list_jobs(options), options.checkpoint or ROOT / ".recovery" / "answers.jsonl"
    is_fresh = n_answered(jobs, checkpoint) == 0
    records = run_jobs(jobs, checkpoint, options.cores)
    for kind in ("core", "stress"):
        battery = gather(records, f"{kind} ")
        if battery.cases:
            print(f"\n{len(battery.cases)} {kind} markets\n\n{main_rows(battery)}", flush=True)
    promised = all_targets(records) if gather(records, "core ").cases else []
    if promised and is_fresh:
        promised.append(time_target(time.perf_counter() - began, options.markets))
    if promised:
        print(f"\n{target_rows(promised)}")
    for failed in failures(records):
        print(f"\n{failed.case}, {failed.group} failed:\n{failed.error}")
    if not options.development and not options.only:
        command = shlex.join(["python", "-m", "tests.recovery.recover", *_told(sys.argv[1:])])
        page = write_page(records, command, options.docs or ROOT / "docs", time.perf_counter() - began)
        print(f"\n{page}")
    return 0 if promised and all(target.is_met for target in promised) else 1


def _told(arguments: list[str]) -> list[str]:
    """The options that say what was measured; where files lie on this machine is nobody's business."""
    told, skip = [], False
    for argument in arguments:
        if not skip and argument not in ("--checkpoint", "--docs"):
            told.append(argument)
        skip = argument in ("--checkpoint", "--docs")
    return told


def list_jobs(options: argparse.Namespace) -> list:  # type: ignore[type-arg]
    """Every case with every group of methods; the slow ones first, so that no core waits for one at the end."""
    from mmm_core.engine.simulate_laws import DEVELOPMENT_SEEDS, HELD_OUT_SEEDS
    from tests.bench.data_sets import public_data
    from tests.recovery.answering import GROUPS, VERDICTS, Job
    from tests.recovery.cases import public_names

    seeds = DEVELOPMENT_SEEDS if options.development else HELD_OUT_SEEDS[options.skip :]
    folder = public_data()
    cases: list[tuple[str, int | str]] = [("stress", seed) for seed in seeds[: options.stress]]
    if not options.no_public:
        cases += [("public", name) for name in public_names(folder)]
    cases += [("core", seed) for seed in seeds[: options.markets]]
    groups = [options.only] if options.only else list(GROUPS)
    n_judged = options.verdicts if options.verdicts is not None else 0 if options.only else options.markets
    judged = [Job("core", seed, VERDICTS, folder) for seed in seeds[:n_judged]]
    return judged + [Job(kind, which, group, folder) for group in reversed(groups) for kind, which in cases]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="make recovery", description="Measure how near estimates come to known answers."
    )
    parser.add_argument("--markets", type=int, default=300, help="core markets (default 300: all that were looked at)")
    parser.add_argument("--stress", type=int, default=0, help="stress markets (default none)")
    parser.add_argument("--verdicts", type=int, help="core markets to make whole trust cards of (default all)")
    parser.add_argument(
        "--skip",
        type=int,
        default=0,
        help="held-out markets to pass over: a changed recipe is judged on ones not seen before",
    )
    parser.add_argument("--development", action="store_true", help="development seeds, to tune on; writes no page")
    parser.add_argument("--only", choices=("recommended", "robyn"), help="only these methods; writes no page")
    parser.add_argument("--no-public", action="store_true", help="leave out the data sets with a truth")
    parser.add_argument("--cores", type=int, default=os.cpu_count() or 1, help="processes (default all)")
    parser.add_argument("--checkpoint", type=Path, help="file of answers (default .recovery/answers.jsonl)")
    parser.add_argument("--docs", type=Path, help="folder of the page (default docs)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
