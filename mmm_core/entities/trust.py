"""The trust card: what was done to a result to see whether it holds, and what that means for every channel.

Plain values only, so that the codec of the store writes and reads it as JSON.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from mmm_core.errors import SettingsError


class CheckKey(StrEnum):
    """The checks, in the order they are made: cheapest first."""

    PRIOR = "prior"
    SEEDS = "seeds"
    RECENT = "recent"
    FORECAST = "forecast"
    CONTEXT = "context"
    BASELINE = "baseline"
    PLACEBO = "placebo"
    RECOVERY = "recovery"


CHECK_TITLES: Mapping[CheckKey, str] = {
    CheckKey.PRIOR: "Did the data speak?",
    CheckKey.SEEDS: "Does it come out the same again?",
    CheckKey.RECENT: "Does it hold without the last weeks?",
    CheckKey.FORECAST: "Can it predict weeks it has not seen?",
    CheckKey.CONTEXT: "Does it depend on one context column?",
    CheckKey.BASELINE: "Does it depend on how stiff the baseline is?",
    CheckKey.PLACEBO: "Would the same spend at other times earn as much?",
    CheckKey.RECOVERY: "Would it find the truth on data like these?",
}
"""What every check asks, in plain words."""


class CheckStatus(StrEnum):
    """Where a check stands; NOT_POSSIBLE says why in its summary."""

    WAITING = "waiting"
    DONE = "done"
    NOT_POSSIBLE = "not_possible"


class Grade(StrEnum):
    """What a check says about one channel: NONE where it says nothing for or against."""

    GOOD = "good"
    DOUBTFUL = "doubtful"
    BAD = "bad"
    NONE = "none"


class Verdict(StrEnum):
    """What to do about a channel. The values are the words the user reads."""

    ACT = "act on it"
    TEST = "test it first"
    UNKNOWN = "cannot be told from these data"


class Direction(StrEnum):
    """Where to move the spend of a channel to act on."""

    RAISE = "raise"
    LOWER = "lower"
    KEEP = "keep"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckNumber:
    """One number of a finding.

    Attributes:
        name: In plain words: "ROAS without the last 13 weeks".
        value: NaN where there is none.
        unit: "ROAS" (outcome per unit of spend), "%" (value 12.3 means 12.3%), "outcome" (units of the outcome) or "" (a count).
    """

    name: str
    value: float
    unit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelFinding:
    """What one check found about one channel.

    Attributes:
        channel: Channel key.
        sentence: In plain words, one sentence.
        grade: Whether that is good.
        numbers: What the sentence rests on.
    """

    channel: str
    sentence: str
    grade: Grade = Grade.NONE
    numbers: tuple[CheckNumber, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustCheck:
    """One line of the card.

    Attributes:
        key: Which check.
        title: What it asks, in plain words.
        status: Waiting, done, or not possible with these data.
        summary: One sentence on the whole: what came out, or why it is not possible; empty while waiting.
        findings: One per paid channel in design order (organic media follow where the check speaks of them); empty unless done.
        numbers: Of the whole, beside those of the channels.
        seconds: Time taken.
        cpu_seconds: Processor time taken.
    """

    key: CheckKey
    title: str
    status: CheckStatus = CheckStatus.WAITING
    summary: str = ""
    findings: tuple[ChannelFinding, ...] = ()
    numbers: tuple[CheckNumber, ...] = ()
    seconds: float = 0.0
    cpu_seconds: float = 0.0

    def __post_init__(self) -> None:
        if self.status is not CheckStatus.WAITING and not self.summary:
            raise SettingsError(f"The check {self.key.value!r} is {self.status.value} and must say what came out.")

    def finding(self, channel: str) -> ChannelFinding | None:
        """What it found about a channel; None when it says nothing about it."""
        return next((finding for finding in self.findings if finding.channel == channel), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Experiment:
    """A lift test that would settle what the data leave open.

    Attributes:
        channel: Channel key.
        change: Of its spend, in percent: -50.0 means half of today's.
        weeks: How long.
        in_half_of_regions: Whether it needs regions to compare with: spend changes in half of the market only. Otherwise it is
            made everywhere, against what the baseline expects.
        spend_change: Spend more or less per week where it changes, currency.
        expected: Outcome more or less over the test if the estimate is right, units of the outcome.
        detectable: The smallest such difference that a test of this size would show with 80% power, units of the outcome; NaN
            when it cannot be told.
        settles: What is known afterwards, one sentence.
    """

    channel: str
    change: float
    weeks: int
    in_half_of_regions: bool = False
    spend_change: float
    expected: float
    detectable: float
    settles: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelVerdict:
    """What to do about one channel, and why.

    Attributes:
        channel: Channel key (organic media have no spend to move and get no verdict).
        verdict: Act, test, or cannot be told.
        direction: Only for ACT: where to move its spend.
        reasons: Sentences, most important first.
        experiment: What to try; None for ACT, or when no sensible test exists.
        is_preliminary: Whether checks are still waiting, so that it may change.
    """

    channel: str
    verdict: Verdict
    direction: Direction | None
    reasons: tuple[str, ...]
    experiment: Experiment | None = None
    is_preliminary: bool = False

    def __post_init__(self) -> None:
        if (self.verdict is Verdict.ACT) != (self.direction is not None):
            raise SettingsError(
                f"The verdict on {self.channel!r} needs a direction exactly when it is {Verdict.ACT.value!r}; got "
                f"{self.verdict.value!r} and {self.direction}."
            )
        if not self.reasons:
            raise SettingsError(f"The verdict on {self.channel!r} needs at least one reason.")


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustCard:
    """All checks and verdicts on one result; also while it fills in.

    Attributes:
        checks: In the order they are made; those to come are waiting.
        verdicts: One per paid channel in design order; preliminary until all checks are made.
        share_done: 0 to 1, by the time the checks usually take.
        notes: What no check can tell, beginning with the warning that agreeing models can be wrong together.
        seed: Of everything random in it.
        seconds: Time taken so far.
        cpu_seconds: Processor time taken so far.
    """

    checks: tuple[TrustCheck, ...]
    verdicts: tuple[ChannelVerdict, ...]
    share_done: float
    notes: tuple[str, ...]
    seed: int
    seconds: float
    cpu_seconds: float

    @property
    def is_complete(self) -> bool:
        """Whether no check is waiting."""
        return all(check.status is not CheckStatus.WAITING for check in self.checks)

    def check(self, key: CheckKey) -> TrustCheck:
        """One line of the card."""
        return next(check for check in self.checks if check.key is key)

    def verdict(self, channel: str) -> ChannelVerdict | None:
        """The verdict on a channel; None for organic media."""
        return next((verdict for verdict in self.verdicts if verdict.channel == channel), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelDetectability:
    """How large the effect of one channel must be before these data can show it.

    Attributes:
        channel: Channel key.
        spend: In the modelled periods, currency.
        roas: The smallest ROAS that would be told from nothing with 80% power; inf when none would.
        share: The same as a share of the outcome, 0 to 1 (inf likewise).
        usual_roas: The ROAS that is expected before looking at the data, for comparison.
        sentence: In plain words.
    """

    channel: str
    spend: float
    roas: float
    share: float
    usual_roas: float
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Detectability:
    """What these data could detect, before any run.

    Attributes:
        channels: One per paid channel in design order.
        noise: Standard deviation of the outcome that the baseline leaves, units of the outcome.
        power: 0.8.
        seconds: Time taken.
        notes: How it was found and what it leaves out.
    """

    channels: tuple[ChannelDetectability, ...]
    noise: float
    power: float
    seconds: float
    notes: tuple[str, ...]
