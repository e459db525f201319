import pytest

from mmm_core.errors import NotFoundError
from mmm_core.store.workspace import Workspace


def test_the_robyn_model_of_a_project_is_kept_as_it_is(workspace: Workspace) -> None:
    project_id = workspace.create_project("Taken over").project_id
    assert (workspace.load_robyn(project_id), workspace.robyn_version(project_id)) == (None, 0)
    workspace.save_robyn(project_id, '{"InputCollect": {"dep_var": ["Umsatz in €"]}}')
    assert workspace.load_robyn(project_id) == '{"InputCollect": {"dep_var": ["Umsatz in €"]}}'
    assert workspace.robyn_version(project_id) > 0


def test_it_goes_with_its_project(workspace: Workspace) -> None:
    project_id = workspace.create_project("Taken over").project_id
    workspace.save_robyn(project_id, "{}")
    workspace.delete_project(project_id)
    assert not workspace.project_folder(project_id).exists()


def test_no_project_no_model(workspace: Workspace) -> None:
    with pytest.raises(NotFoundError):
        workspace.save_robyn("abcdef0123", "{}")
    with pytest.raises(NotFoundError):
        workspace.load_robyn("abcdef0123")
