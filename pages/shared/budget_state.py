"""What is typed on the Budget page, kept in the workspace while it is typed."""

from collections.abc import Callable
from typing import cast

from mmm_core.charts.vocabulary import Vocabulary
from mmm_core.engine.budget_form import HORIZONS, BudgetForm
from mmm_core.entities.records import RunRecord
from mmm_core.errors import MMMError
from mmm_core.store.codec import decode
from pages.shared import loaders, session

Keys = Callable[[str], str]

PAGE = "budget"


def keys_of(run: RunRecord) -> Keys:
    """Keys of the controls by name; a reopened plan makes all of them start afresh."""
    prefix = f"budget_{run.run_id}_{session.generation(PAGE)}"
    return lambda name: f"{prefix}_{name}"


def open_form(run: RunRecord, words: Vocabulary) -> BudgetForm:
    """The form of a run: as it was left, else an untouched one that plans a quarter."""
    known = session.recall(_key(run))
    if isinstance(known, BudgetForm):
        return known
    form = _saved(run) or BudgetForm(n_periods=HORIZONS[words.frequency])
    session.remember(_key(run), form)
    return form


def keep_form(run: RunRecord, form: BudgetForm) -> None:
    """Keep what is typed; writes only when something changed."""
    if session.recall(_key(run)) == form:
        return
    session.remember(_key(run), form)
    loaders.workspace().save_draft(run.project_id, _draft(run), {"form": form})


def replace_form(run: RunRecord, form: BudgetForm) -> None:
    """Show another form: that of a kept plan, or an untouched one."""
    keep_form(run, form)
    session.start_afresh(PAGE)


def types_limits(run: RunRecord, *, many: bool) -> bool:
    """Whether limits are typed into a table; sliders are the rule unless there are many channels."""
    return bool(session.recall(f"{_key(run)}.typed", many))


def set_types_limits(run: RunRecord, *, value: bool) -> None:
    """Remember how limits are given on this visit."""
    session.remember(f"{_key(run)}.typed", value)


def _saved(run: RunRecord) -> BudgetForm | None:
    """The form kept in the workspace; one of another version is left aside."""
    try:
        saved = loaders.workspace().load_draft(run.project_id, _draft(run)).get("form")
        return None if saved is None else decode(BudgetForm, cast("object", saved))
    except MMMError:
        return None


def _draft(run: RunRecord) -> str:
    return f"{PAGE}-{run.run_id}"


def _key(run: RunRecord) -> str:
    return f"budget.form.{run.run_id}"
