"""Import and compile before anyone waits for it: kernels here, and the processes of the pool."""

import datetime as dt
from functools import partial
from pathlib import Path

import numpy as np

from mmm_core.entities.columns import AdstockKind
from mmm_core.entities.design import Design, SearchSpace
from mmm_core.entities.trials_config import DEFAULT_ALGORITHM, TrialsConfig

_VALUES = {"alpha": 1.5, "gamma": 0.5, "theta": 0.3, "shape": 1.0, "scale": 0.1}


def warm_up() -> None:
    """Compile what a page needs to show a model, its curves, refits and budgets, in this process only."""
    from mmm_core.engine.bootstrap import bootstrap_model
    from mmm_core.engine.budget_allocator import BudgetAllocator
    from mmm_core.engine.candidate import refit_model, response_curve
    from mmm_core.engine.model_sets import set_curve, set_of_model
    from mmm_core.entities.budget import BudgetRequest, PlanAim

    design = _tiny_design()
    model = refit_model(design, dict(zip(_names(design), _tiny_space(design).low.tolist(), strict=True)))
    response_curve(model, design, "a")
    models = set_of_model(design, model, name="a", label="a")
    set_curve(models, "a")
    for aim in PlanAim:
        BudgetAllocator().allocate(models, BudgetRequest(aim=aim))
    bootstrap_model(design, model, n_refits=2)


def warm_up_sampler() -> None:
    """Compile the averaged estimate, in this process only; some seconds the first time after an update, else milliseconds."""
    import pandas as pd

    from mmm_core.engine.posterior_sampler import PosteriorSampler
    from mmm_core.engine.study_predictions import predictions_of_draws
    from mmm_core.entities.columns import Outcome, PaidMedia
    from mmm_core.entities.mmmdata_collection import MMMDataCollection
    from mmm_core.entities.settings import LiftStudy, ModelSettings

    days = pd.date_range("2024-01-01", periods=20, freq="7D")
    table = pd.DataFrame({"day": days, "spend": np.arange(20) % 3, "sales": 10.0 + np.arange(20) % 4})
    roles = ModelSettings(date="day", outcome=Outcome(column="sales"), paid_media=(PaidMedia(spend="spend"),))
    data = MMMDataCollection(table=table, settings=roles)
    posterior = PosteriorSampler().sample(data, chains=2, sweeps=30, burn_in=10, cores=1)
    week = LiftStudy(channels=("spend",), start=dt.date(2024, 1, 8), end=dt.date(2024, 1, 14), lift=1.0)
    predictions_of_draws(posterior, (week,))


def warm_up_process(algorithm: str = DEFAULT_ALGORITHM) -> None:
    """Search a little, watch it, rank and refit, in this process."""
    from mmm_core.engine.process_pool import run_folder
    from mmm_core.engine.progress_board import ProgressBoard
    from mmm_core.engine.run_watch import RunWatch
    from mmm_core.engine.trial_search import BOARD
    from mmm_core.kernels.dominance import rank_fronts

    with run_folder() as folder:
        _search_a_little(folder, algorithm)
        RunWatch(ProgressBoard(folder / BOARD), lambda _: None, None).report()
    rank_fronts(np.zeros(1), np.zeros(1))
    warm_up()


def warm_up_pool(cores: int, algorithm: str = DEFAULT_ALGORITHM) -> None:
    """Start the processes of the pool and let each of them search a little; with one core there is no pool."""
    from mmm_core.engine.process_pool import call_in_processes, run_folder

    if cores == 1:
        return
    with run_folder() as folder:
        call_in_processes([partial(_warm_child, folder, number, cores, algorithm) for number in range(cores)], cores)


def _warm_child(folder: Path, number: int, n_children: int, algorithm: str) -> None:
    from mmm_core.engine.process_pool import meet

    own = folder / str(number)
    own.mkdir()
    _search_a_little(own, algorithm)
    meet(folder, n_children)  # so that every process gets one of these calls


def _search_a_little(folder: Path, algorithm: str) -> None:
    from mmm_core.engine.progress_board import ProgressBoard
    from mmm_core.engine.trial_search import BOARD, TrialTask, run_trial

    design = _tiny_design()
    trials = TrialsConfig(trials=1, iterations=120, algorithm=algorithm)
    ProgressBoard.create(folder / BOARD, 1, trials.iterations)
    stream = np.random.SeedSequence(0)
    space = _tiny_space(design)
    run_trial(TrialTask(number=1, design=design, space=space, trials=trials, seed=stream, folder=folder))


def _tiny_design() -> Design:
    """Twenty weeks, one channel of each kind of adstock."""
    n = 20
    random = np.random.default_rng(0)
    media, kinds = random.random((n, 3)), tuple(AdstockKind)
    return Design(
        dates=np.datetime64(dt.date(2024, 1, 1)) + 7 * np.arange(n),
        outcome=10.0 + media.sum(axis=1),
        baseline_names=("trend",),
        baseline=np.linspace(1.0, 2.0, n)[:, None],
        media_names=("a", "b", "c"),
        media=media,
        n_paid=2,
        adstock=kinds,
        spend=media[:, :2],
        lower=np.array([0.0, 0.0, 0.0, 0.0]),
        upper=np.array([1.0, np.inf, np.inf, np.inf]),
        trend_column=0,
        rows=np.arange(2, n),
        weibull_length=n,
    )


def _names(design: Design) -> tuple[str, ...]:
    from mmm_core.entities.settings import DEFAULT_BOUNDS

    media = zip(design.media_names, design.adstock, strict=True)
    return (*(f"{channel}_{parameter}" for channel, kind in media for parameter in DEFAULT_BOUNDS[kind]), "lambda")


def _tiny_space(design: Design) -> SearchSpace:
    names = _names(design)
    low = np.array([_VALUES.get(name.partition("_")[2], 1.0) for name in names])
    return SearchSpace(names=names, low=low, high=np.where(low < 1.0, 1.1 * low, low))
