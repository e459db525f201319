"""What is typed on the Refresh page, kept in the workspace while it is typed."""

from dataclasses import dataclass
from typing import cast

from mmm_core.entities.records import ProjectRecord
from mmm_core.entities.refresh import ModelRefreshConfig, RefreshMode
from mmm_core.errors import MMMError
from mmm_core.store.codec import decode
from pages.shared import loaders, session

PAGE = "refresh"
USUAL_STEP = 4
"""Periods a step takes when there are several: that of Robyn."""

_PLAIN = ModelRefreshConfig()


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshForm:
    """The controls of the page.

    Attributes:
        mode: One step, or as many as the new periods allow.
        steps: Periods of a step; None until somebody chooses: all new ones, or :data:`USUAL_STEP`.
        iterations: Candidates per trial.
        trials: Independent searches.
        freedom: Share of the original ranges by which parameters may move; None leaves it to the step.
        accepted: Version of the file whose revised history was accepted; 0 for none.
        new_studies: Whether lift studies that came since take part.
    """

    mode: RefreshMode = RefreshMode.MANUAL
    steps: int | None = None
    iterations: int = _PLAIN.refresh_iters
    trials: int = _PLAIN.refresh_trials
    freedom: float | None = None
    accepted: int = 0
    new_studies: bool = True


def open_form(project: ProjectRecord) -> RefreshForm:
    """The form of a project as it was left; one of another version is left aside."""
    known = session.recall(_key(project))
    if isinstance(known, RefreshForm):
        return known
    try:
        saved = loaders.workspace().load_draft(project.project_id, PAGE).get("form")
        return RefreshForm() if saved is None else decode(RefreshForm, cast("object", saved))
    except MMMError:
        return RefreshForm()


def keep_form(project: ProjectRecord, form: RefreshForm) -> None:
    """Keep what is typed; writes only when something changed."""
    if session.recall(_key(project)) == form:
        return
    session.remember(_key(project), form)
    loaders.workspace().save_draft(project.project_id, PAGE, {"form": form})


def config_of(form: RefreshForm, n_new: int) -> ModelRefreshConfig:
    """What the form asks for, given how many periods are new."""
    usual = n_new if form.mode is RefreshMode.MANUAL else USUAL_STEP
    return ModelRefreshConfig(
        refresh_steps=max(1, min(form.steps or usual, n_new)),
        refresh_mode=form.mode,
        refresh_iters=form.iterations,
        refresh_trials=form.trials,
        bounds_freedom=form.freedom,
    )


def forget_file(project: ProjectRecord) -> None:
    """Let go of the dropped file and what was said about it."""
    loaders.workspace().keep_new_rows(project.project_id, None)
    for key in (refusal_key(project), unused_key(project)):
        session.forget(key)


def refusal_key(project: ProjectRecord) -> str:
    """Where it is remembered why a file could not be read."""
    return f"refresh.refusal.{project.project_id}"


def unused_key(project: ProjectRecord) -> str:
    """Where repairs are remembered that a file did not need."""
    return f"refresh.unused.{project.project_id}"


def _key(project: ProjectRecord) -> str:
    return f"refresh.form.{project.project_id}"
