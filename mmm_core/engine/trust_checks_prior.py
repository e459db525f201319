"""Did the data speak? Every channel's range before and after looking at the data."""

from typing import NamedTuple

from mmm_core.engine.trust_context import CheckContext, amount, done
from mmm_core.entities.naming import join_words
from mmm_core.entities.trust import ChannelFinding, CheckKey, CheckNumber, Grade, TrustCheck

CLEAR, SOME = 0.5, 0.8
"""Relative width of a range after the data as a share of before: up to the first the data spoke clearly, up to the second a
little. Relative to the return itself, because ranges of high returns are wide in themselves."""


class _Range(NamedTuple):
    """Ends of a range of returns."""

    low: float
    high: float

    @property
    def width(self) -> float:
        return self.high - self.low

    def __str__(self) -> str:
        return f"{amount(self.low)} to {amount(self.high)}"


def check_prior(context: CheckContext) -> TrustCheck:
    """Compare ranges; nothing is computed anew."""
    findings = [_finding(context, c) for c in range(len(context.channels))]
    silent = [context.names[finding.channel] for finding in findings if finding.grade is Grade.BAD]
    summary = (
        f"About {join_words(silent)} the data say little: the range is almost what it was before looking at them."
        if silent
        else "The data narrowed the range of every channel."
    )
    return done(CheckKey.PRIOR, summary, findings)


def width_ratio(context: CheckContext, c: int) -> float:
    """Relative width of the range of one channel after the data as a share of before; inf for a return of 0."""
    after, before = _ranges(context, c)
    row = context.posterior.channels.iloc[c]
    now, usual = abs(float(row["roas"])), abs(float(row["prior_roas"]))
    return (after.width / now) / (before.width / usual) if now > 0 and before.width > 0 else float("inf")


def _ranges(context: CheckContext, c: int) -> tuple[_Range, _Range]:
    row = context.posterior.channels.iloc[c]
    after = _Range(float(row["roas_low"]), float(row["roas_high"]))
    return after, _Range(float(row["prior_roas_low"]), float(row["prior_roas_high"]))


def _finding(context: CheckContext, c: int) -> ChannelFinding:
    channel = context.channels[c]
    after, before = _ranges(context, c)
    ratio, nothing = width_ratio(context, c), float((context.posterior.roas[:, c] == 0.0).mean())
    grade = Grade.GOOD if ratio <= CLEAR else Grade.DOUBTFUL if ratio <= SOME else Grade.BAD
    told = {
        Grade.GOOD: "the data speak clearly",
        Grade.DOUBTFUL: "the data say something",
        Grade.BAD: "the data hardly narrow it",
    }[grade]
    return ChannelFinding(
        channel=channel,
        sentence=(
            f"{context.names[channel]}: before the data its {context.return_word} could be {before}, after them {after}; {told}, "
            f"and the chance that it does nothing is {_chance(nothing)}."
        ),
        grade=grade,
        numbers=(
            CheckNumber(name="Low end before the data", value=before.low, unit="ROAS"),
            CheckNumber(name="High end before the data", value=before.high, unit="ROAS"),
            CheckNumber(name="Low end after the data", value=after.low, unit="ROAS"),
            CheckNumber(name="High end after the data", value=after.high, unit="ROAS"),
            CheckNumber(name="Relative width of the range against before", value=100.0 * ratio, unit="%"),
            CheckNumber(name="Chance that it does nothing", value=100.0 * nothing, unit="%"),
        ),
    )


def _chance(share: float) -> str:
    return "below 1%" if share < 0.01 else f"{share:.0%}"
