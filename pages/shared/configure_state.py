"""What is typed on Configure, kept in the workspace while it is typed."""

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple, cast

from mmm_core.engine.draft_compiler import compile_draft
from mmm_core.engine.draft_json import draft_from_json, draft_to_json
from mmm_core.engine.model_draft import ModelDraft, draft_from_settings, draft_from_suggestions
from mmm_core.engine.project_file import ParsedProject, parse_project, write_project
from mmm_core.entities.findings import IngestResult
from mmm_core.entities.mmmdata_collection import MMMDataCollection
from mmm_core.entities.records import ProjectRecord
from mmm_core.entities.settings import ModelSettings
from mmm_core.entities.trials_config import TrialsConfig
from mmm_core.errors import MMMError
from pages.shared import boundary, loaders, session

Keys = Callable[[str], str]


class Checked(NamedTuple):
    """What will be modelled, or why it cannot be; ``in_data`` when the table is at fault."""

    data: MMMDataCollection | None = None
    trials: TrialsConfig | None = None
    problems: tuple[str, ...] = ()
    in_data: bool = False


PAGE = "configure"
PROBLEMS = "problems"
EXPERT = "expert"
SUGGESTED = "suggested"


def keys_of(project: ProjectRecord) -> Keys:
    """Keys of the controls by name; a loaded project file makes all of them start afresh."""
    prefix = f"configure_{project.project_id}_{session.generation(PAGE)}"
    return lambda name: f"{prefix}_{name}"


def open_draft(project: ProjectRecord, upload: IngestResult) -> ModelDraft:
    """The draft of a project: as it was left, else from its project file, else from the suggestions."""
    known = session.recall(_key(project))
    if isinstance(known, tuple) and known[0] == _version(upload):
        return cast("ModelDraft", known[1])
    draft = _starting_point(project, upload)
    saved = loaders.workspace().load_draft(project.project_id, PAGE)
    if saved:
        draft = _with_new_suggestions(draft_from_json(saved, draft), saved.get(SUGGESTED), upload)
        session.set_expert(project.project_id, value=bool(saved.get(EXPERT, False)))
    session.remember(_key(project), (_version(upload), draft))
    return draft


def check(draft: ModelDraft, upload: IngestResult, project: ProjectRecord) -> Checked:
    """Everything that is wrong, or what will be modelled; what is right is saved as the project file."""
    try:
        settings, trials = compile_draft(draft)
    except MMMError as error:
        return Checked(problems=boundary.problems_of(error))
    try:
        data = MMMDataCollection(table=upload.table, settings=settings)
    except MMMError as error:
        return Checked(problems=boundary.problems_of(error), in_data=not upload.is_usable or bool(upload.findings))
    keep_settings(project, upload, settings, trials, draft.seed)
    return Checked(data=data, trials=trials)


def keep_draft(project: ProjectRecord, upload: IngestResult, draft: ModelDraft, problems: tuple[str, ...]) -> None:
    """Keep what is typed; writes only when something changed."""
    state = (_version(upload), draft, problems, session.is_expert(project.project_id))
    if session.recall(f"{_key(project)}.kept") == state:
        return
    values = draft_to_json(draft) | {
        PROBLEMS: list(problems),
        EXPERT: session.is_expert(project.project_id),
        SUGGESTED: _suggested(upload),
    }
    loaders.workspace().save_draft(project.project_id, PAGE, values)
    session.remember(_key(project), (_version(upload), draft))
    session.remember(f"{_key(project)}.kept", state)


def replace_draft(project: ProjectRecord, upload: IngestResult, draft: ModelDraft) -> None:
    """Show another draft: of a project file, or the suggestions again."""
    session.remember(_key(project), (_version(upload), draft))
    session.start_afresh(PAGE)


def keep_settings(
    project: ProjectRecord, upload: IngestResult, settings: ModelSettings, trials: TrialsConfig, seed: int
) -> str:
    """Save the project file when it changed.

    Returns:
        Its text.
    """
    text = write_project(settings, trials, seed, name=project.name, repairs=upload.repairs)
    if loaders.workspace().load_project_file(project.project_id) != text:
        loaders.workspace().save_project_file(project.project_id, text)
    return text


def saved_settings(project: ProjectRecord) -> ParsedProject | None:
    """What the project file says; None before it was saved."""
    text = loaders.workspace().load_project_file(project.project_id)
    return parse_project(text) if text is not None else None


def draft_from_file(text: str, upload: IngestResult) -> tuple[ModelDraft, tuple[str, ...]]:
    """What a project file would show, and what it says that has no effect.

    Raises:
        ProjectFileError: An unknown key or a value of the wrong kind.
    """
    parsed = parse_project(text)
    return _draft_of(parsed, upload), (*parsed.notes, *_missing_repairs(parsed, upload))


def open_problems(project: ProjectRecord) -> tuple[str, ...]:
    """What keeps the draft from being run, as Configure said last."""
    saved = loaders.workspace().load_draft(project.project_id, PAGE).get(PROBLEMS, [])
    return tuple(map(str, saved)) if isinstance(saved, list) else ()


def _starting_point(project: ProjectRecord, upload: IngestResult) -> ModelDraft:
    saved = saved_settings(project)
    if saved is None or not set(saved.settings.used_columns) <= set(map(str, upload.table.columns)):
        studies = saved.settings.calibration.studies if saved is not None else ()
        return replace(draft_from_suggestions(upload, name=project.name), studies=studies)
    return _draft_of(saved, upload)


def _with_new_suggestions(draft: ModelDraft, known: object, upload: IngestResult) -> ModelDraft:
    """Follow a suggestion that changed since the draft was kept (a repair that ignores a column), keep every other role."""
    before = known if isinstance(known, dict) else {}
    now = {column.column: column for column in draft_from_suggestions(upload).columns}
    moved = {name for name, role in _suggested(upload).items() if name in before and before[name] != role}
    return replace(draft, columns=tuple(now[c.column] if c.column in moved else c for c in draft.columns))


def _suggested(upload: IngestResult) -> dict[str, str]:
    return {suggestion.column: suggestion.role.value for suggestion in upload.suggestions}


def _draft_of(parsed: ParsedProject, upload: IngestResult) -> ModelDraft:
    columns = [str(column) for column in upload.table.columns]
    return draft_from_settings(parsed.settings, parsed.trials, parsed.seed, columns, name=parsed.name)


def _missing_repairs(parsed: ParsedProject, upload: IngestResult) -> tuple[str, ...]:
    missing = ", ".join(r.column or r.finding for r in parsed.repairs if r not in upload.repairs)
    return (
        (f"It repairs the data, which is not done here yet: {missing}. Use the buttons on Upload.",) if missing else ()
    )


def _key(project: ProjectRecord) -> str:
    return f"draft.{project.project_id}"


def _version(upload: IngestResult) -> tuple[object, ...]:
    return (
        upload.source_name,
        len(upload.table),
        tuple(map(str, upload.table.columns)),
        tuple(_suggested(upload).items()),
    )
