"""Would the same spend at other times earn as much? Every channel against shifted copies of itself."""

from functools import partial

import numpy as np

from mmm_core.engine.placebo import FEWEST_FAKES, Placebo, run_placebo
from mmm_core.engine.trust_context import CheckContext, done, not_possible, percent_of
from mmm_core.entities.naming import join_words
from mmm_core.entities.trust import ChannelFinding, CheckKey, CheckNumber, Grade, TrustCheck

RARE, SOME = 0.05, 0.2
"""Shares of fakes that earn as much: up to the first the timing counts, beyond the second anything would do as well."""


def check_placebo(context: CheckContext) -> TrustCheck:
    """Shift every paid channel in time, many times."""
    calls = [partial(run_placebo, context.problem, context.posterior, c) for c in range(len(context.channels))]
    found = context.bench.run(calls)
    if not any(placebo.is_possible for placebo in found):
        return not_possible(
            CheckKey.PLACEBO,
            f"Copies of the channels shifted in time look too much like the real ones: fewer than {FEWEST_FAKES} differ enough.",
        )
    findings = [_finding(context, c, placebo) for c, placebo in enumerate(found)]
    replaceable = [context.names[finding.channel] for finding in findings if finding.grade is Grade.BAD]
    summary = (
        f"The spend of {join_words(replaceable)}, moved to other times, would often be credited with as much: what is credited "
        "there does not come from its timing."
        if replaceable
        else "Hardly any channel would be credited with as much had it spent at other times."
    )
    return done(CheckKey.PLACEBO, summary, findings)


def _finding(context: CheckContext, c: int, placebo: Placebo) -> ChannelFinding:
    channel = context.channels[c]
    name, share = context.names[channel], placebo.share_as_good
    if not placebo.is_possible:
        return ChannelFinding(
            channel=channel,
            sentence=f"{name}: its spend looks the same whenever it is shifted, so that this cannot be asked.",
            numbers=(CheckNumber(name="Shifted copies", value=float(placebo.n_fakes)),),
        )
    count = placebo.n_as_good
    grade = Grade.GOOD if share <= RARE else Grade.DOUBTFUL if share <= SOME else Grade.BAD
    usual = percent_of(float(np.mean(placebo.fakes.mean)), float(placebo.real.mean[0]))
    return ChannelFinding(
        channel=channel,
        sentence=(
            f"{name}: of {placebo.n_fakes} copies of its spend shifted in time, {count or 'none'} would be credited with as "
            "much on evidence as good."
        ),
        grade=grade,
        numbers=(
            CheckNumber(name="Shifted copies", value=float(placebo.n_fakes)),
            CheckNumber(name="Of these credited with as much", value=float(count)),
            CheckNumber(name="Share that earns as much, the real one counted in", value=100.0 * share, unit="%"),
            CheckNumber(name="Usual credit of a copy against the real one", value=usual, unit="%"),
        ),
    )
