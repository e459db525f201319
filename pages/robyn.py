"""Robyn bridge: take over a model of Meta's Robyn, see where it stands among ours, or write one of ours for it."""

from mmm_core.entities.records import ProjectRecord
from pages.shared import loaders, robyn_loaders, robyn_standing, robyn_take_over, robyn_views, robyn_write, session
from pages.shared.boundary import page
from pages.shared.robyn_views import RobynView
from pages.shared.routes import Route
from pages.shared.widgets import Crumb, header


def render() -> None:
    project = _open_project()
    crumbs = [Crumb("All projects" if project is None else project.name, Route.HOME), Crumb("Robyn bridge")]
    header("Robyn bridge", crumbs, "Go on here with a model of Meta's Robyn, or take one of ours to R.")
    view = robyn_views.choose(_fitting_view(project))
    if view is RobynView.TAKE_OVER:
        robyn_take_over.draw()
    elif view is RobynView.STANDING:
        robyn_standing.draw(project)
    else:
        robyn_write.draw(project)


def _open_project() -> ProjectRecord | None:
    """The open project; a link to a run opens its project."""
    run_id, model_id = session.run_id(), session.model_id()
    linked = loaders.run(run_id) if run_id is not None and session.project_id() is None else None
    if linked is not None:
        session.open_project(linked.project_id)
        session.open_run(run_id)
        session.open_model(model_id)
    project_id = session.project_id()
    return loaders.project(project_id) if project_id is not None else None


def _fitting_view(project: ProjectRecord | None) -> RobynView:
    is_imported = project is not None and robyn_loaders.kept_model(project.project_id) is not None
    return RobynView.STANDING if is_imported else RobynView.TAKE_OVER


with page("Robyn bridge"):
    render()
