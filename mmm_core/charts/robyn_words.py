"""What a Robyn file says, and how near its numbers come, in a sentence."""

from mmm_core.entities.naming import join_words
from mmm_core.entities.robyn import Reproduction, RobynModel

_CLOSE = 1e-6
_NEAR = 1e-2


def describe_import(model: RobynModel) -> str:
    """What the file holds: ``Model 1_130_1 of Robyn …: 170 of 208 weeks …``."""
    data = model.project.data
    settings, rows = data.settings, data.rows
    what = f"Model {model.report.model_id}" if model.report is not None else "Inputs without a model"
    first, last = data.dates.iloc[rows[0]].date(), data.dates.iloc[rows[-1]].date()
    n_exposures = sum(paid.exposure is not None for paid in settings.paid_media)
    exposures = f" ({n_exposures} by exposure)" if n_exposures else ""
    drivers = [f"{len(settings.paid_media)} paid channels{exposures}"]
    drivers += [f"{len(settings.organic)} organic"] if settings.organic else []
    drivers += [f"{len(settings.context)} context columns"] if settings.context else []
    drivers += list(settings.baseline.parts)
    return (
        f"{what} of {model.version}: {data.n_periods} of {len(data.table)} {data.frequency.value}s, {first} to {last}; "
        f"{settings.outcome.column} from {join_words(drivers)}; {settings.adstock.value.replace('_', ' ')} carry-over."
    )


def describe_agreement(result: Reproduction) -> str:
    """How near the model fitted again comes to Robyn's numbers."""
    worst = result.worst_difference
    if worst < _CLOSE:
        return "Fitted again, every contribution is Robyn's, to a millionth."
    if worst < _NEAR:
        return f"Fitted again, every contribution is Robyn's within {100 * worst:.1g}% of itself."
    return f"Fitted again, contributions differ from Robyn's by up to {worst:.0%}; below it says why."


def is_close(result: Reproduction) -> bool:
    """Whether the reproduction is near enough to be called one."""
    return result.worst_difference < _NEAR
