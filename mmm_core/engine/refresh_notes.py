"""What a refresh could not use, in words."""

from mmm_core.entities.refresh import ModelRefreshConfig, RefreshCheck
from mmm_core.entities.settings import CalibrationInput


def left_over_notes(check: RefreshCheck, config: ModelRefreshConfig, n_done: int) -> tuple[str, ...]:
    """New periods that no step has used.

    Args:
        check: What the new table brought.
        config: Periods per step.
        n_done: Steps that were done.
    """
    unit, left = check.frequency.value, check.n_new - n_done * config.refresh_steps
    if n_done < check.n_steps:
        return (f"The refresh was stopped after step {n_done} of {check.n_steps}.",)
    if left <= 0:
        return ()
    units = f"{left} new {unit} at the end is" if left == 1 else f"{left} new {unit}s at the end are"
    them = "it" if left == 1 else "them"
    return (
        f"{units} not used: a step has {config.refresh_steps}. Choose another number of {unit}s a step to use {them}.",
    )


def waiting_notes(given: CalibrationInput, used: CalibrationInput) -> tuple[str, ...]:
    """Lift studies of days that the last step does not reach.

    Args:
        given: All studies there are.
        used: Those of the last step.
    """
    return tuple(
        f"The lift study of {study.label} lies outside the data of this refresh, so it is not used. Give it again when the data "
        "reach it."
        for study in given.studies
        if study not in used.studies
    )


VALIDATED = "The search is validated on later periods, so the newest ones lie in its test part and choose nothing."
"""Of a refresh whose first search was validated."""
