"""Builds the trust card of a result: checks from the cheapest to the dearest, verdicts that firm up on the way."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from mmm_core.engine.posterior_chains import ChainPlan
from mmm_core.engine.trust_checks_forecast import check_forecast
from mmm_core.engine.trust_checks_placebo import check_placebo
from mmm_core.engine.trust_checks_prior import check_prior
from mmm_core.engine.trust_checks_recovery import check_recovery
from mmm_core.engine.trust_checks_refit import check_baseline, check_context, check_recent, check_seeds
from mmm_core.engine.trust_context import CheckContext, make_context, not_possible
from mmm_core.engine.trust_evidence import Judge
from mmm_core.engine.trust_refits import SHORT, Bench, StoppedError, Stopwatch
from mmm_core.entities.mmmdata_collection import MMMDataCollection
from mmm_core.entities.posterior import Posterior
from mmm_core.entities.trust import CHECK_TITLES, CheckKey, TrustCard, TrustCheck
from mmm_core.errors import BoundsError, MMMError

NOTES = (
    "Agreeing models can be wrong together: a channel whose spend rises whenever people want to buy anyway passes every check "
    "here. Only an experiment settles that.",
    "Checks compare the answer with itself asked in other ways; recovery takes the model to be right. One national series is "
    "weak evidence about single channels, and one lift test is worth more than all lines of this card.",
)

_CHECKS: Mapping[CheckKey, Callable[[CheckContext], TrustCheck]] = {
    CheckKey.PRIOR: check_prior,
    CheckKey.PLACEBO: check_placebo,
    CheckKey.SEEDS: check_seeds,
    CheckKey.RECENT: check_recent,
    CheckKey.BASELINE: check_baseline,
    CheckKey.FORECAST: check_forecast,
    CheckKey.CONTEXT: check_context,
    CheckKey.RECOVERY: check_recovery,
}
_USUAL_SHARE: Mapping[CheckKey, float] = {
    CheckKey.PRIOR: 0.0,
    CheckKey.PLACEBO: 0.05,
    CheckKey.SEEDS: 0.1,
    CheckKey.RECENT: 0.1,
    CheckKey.BASELINE: 0.1,
    CheckKey.FORECAST: 0.15,
    CheckKey.CONTEXT: 0.1,
    CheckKey.RECOVERY: 0.4,
}
"""Of the whole time, on the demo."""


def build_trust_card(
    project_data: MMMDataCollection,
    posterior: Posterior,
    *,
    seed: int = 123,
    cores: int | None = None,
    progress: Callable[[TrustCard], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
    plan: ChainPlan = SHORT,
) -> TrustCard:
    """Check a result in every way that its data allow, and say what may be done about each channel.

    What a check finds depends on data, answer and seed alone, not on ``cores``. A check that these data do not allow says why;
    the others are made all the same.

    Args:
        project_data: What the answer was computed from.
        posterior: The averaged estimate.
        seed: Of refits and made-up histories, at least 0.
        cores: Refits at the same time; None means all processors this process may use.
        progress: Called with the card so far: at once, with the checks that cost nothing, then after every check.
        should_stop: Asked many times a second; once it answers yes, the card as it is then is returned, with checks waiting.
        plan: Chains of every refit.

    Returns:
        The card; complete unless it was stopped.

    Raises:
        BoundsError: ``seed`` or ``cores`` is outside its limits.
    """
    from mmm_core.engine.process_pool import available_cores

    if isinstance(seed, bool) or seed < 0 or (cores is not None and cores < 1):
        raise BoundsError(f"seed must be at least 0 and cores at least 1; got {seed} and {cores}.")
    bench = Bench(cores or available_cores(), seed, should_stop, plan)
    watch = Stopwatch()
    context = make_context(project_data, posterior, bench)
    judge = Judge(context)
    checks = {key: TrustCheck(key=key, title=CHECK_TITLES[key]) for key in _CHECKS}
    card = _card(judge, checks, seed, watch)
    for key, make in _CHECKS.items():
        try:
            bench.stop_if_asked()
            checks[key] = _timed(make, key, context)
        except StoppedError:
            return card
        card = _card(judge, checks, seed, watch)
        if progress is not None:
            progress(card)
    return card


def _timed(make: Callable[[CheckContext], TrustCheck], key: CheckKey, context: CheckContext) -> TrustCheck:
    watch = Stopwatch()
    try:
        check = make(context)
    except MMMError as refusal:
        check = not_possible(key, refusal.problems[0])
    return replace(check, seconds=watch.seconds, cpu_seconds=watch.cpu_seconds)


def _card(judge: Judge, checks: Mapping[CheckKey, TrustCheck], seed: int, watch: Stopwatch) -> TrustCard:
    made = [key for key, check in checks.items() if check.summary]
    return TrustCard(
        checks=tuple(checks.values()),
        verdicts=judge.verdicts(checks),
        share_done=1.0 if len(made) == len(checks) else sum(_USUAL_SHARE[key] for key in made),
        notes=NOTES,
        seed=seed,
        seconds=watch.seconds,
        cpu_seconds=watch.cpu_seconds,
    )
