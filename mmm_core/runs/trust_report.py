"""The trust card for scripts: the averaged estimate of a project, checked, as lines and as a file."""

from collections.abc import Callable, Iterator
from pathlib import Path

from mmm_core.entities.naming import display_names
from mmm_core.entities.project import Project
from mmm_core.entities.trust import CheckStatus, TrustCard
from mmm_core.runs.export import prepare_folder
from mmm_core.store.atomic_files import write_atomically
from mmm_core.store.codec import FORMAT_VERSION, dump_json, encode


def check_project(
    project: Project, *, tell: Callable[[str], None], should_stop: Callable[[], bool] | None = None
) -> TrustCard | None:
    """Make the averaged estimate of a project and its trust card, as the dashboard would.

    Args:
        project: Data, settings, seed; of the search only the number of processes matters.
        tell: Told a sentence when a step is done.
        should_stop: Asked several times a second.

    Returns:
        The card; None when it was stopped before the estimate was done.

    Raises:
        MMMError: The project cannot be modelled.
    """
    from mmm_core.engine.trust_card import build_trust_card
    from mmm_core.runs.execute import average

    tell("Averaging over plausible models …")
    posterior = average(project, should_stop=should_stop)
    if posterior is None or (should_stop is not None and should_stop()):
        return None
    tell(f"Averaged over {posterior.n_draws:,} plausible models in {posterior.seconds:.1f} s.")
    told: set[str] = set()

    def progress(card: TrustCard) -> None:
        for line in _new_lines(card, told):
            tell(line)

    return build_trust_card(
        project.data,
        posterior,
        seed=project.seed,
        cores=project.trials.cores,
        progress=progress,
        should_stop=should_stop,
    )


def verdict_lines(card: TrustCard) -> list[str]:
    """One line per channel: the verdict and why, most important first; what to test where the data leave it open."""
    names = display_names([verdict.channel for verdict in card.verdicts])
    lines = []
    for verdict in card.verdicts:
        said = verdict.verdict.value + (f": {verdict.direction.value}" if verdict.direction else "")
        test = verdict.experiment
        tried = f" Test: {test.settles}" if test else ""
        lines.append(f"{names[verdict.channel]}: {said}. {' '.join(verdict.reasons)}{tried}")
    return lines


def prepare_file(path: Path) -> None:
    """Make the folder of a file before the work, so that it never ends at a place that cannot be written.

    Raises:
        WorkspaceError: The folder cannot be created or written.
    """
    prepare_folder(path.absolute().parent)


def write_card(path: Path, card: TrustCard, project: Project) -> None:
    """Write a card as JSON, with what is needed to make it again.

    Raises:
        WorkspaceError: The folder cannot be written.
    """
    encoded = encode(card)
    assert isinstance(encoded, dict), "a dataclass becomes an object"
    document = {"format_version": FORMAT_VERSION, "data_hash": project.data.data_hash, **encoded}
    write_atomically(path, dump_json(document))


def _new_lines(card: TrustCard, told: set[str]) -> Iterator[str]:
    """Lines that came in since; a card that stands still gives none."""
    for number, check in enumerate(card.checks, start=1):
        if check.status is not CheckStatus.WAITING and check.title not in told:
            told.add(check.title)
            yield f"{number}/{len(card.checks)} {check.title} {check.summary}"
