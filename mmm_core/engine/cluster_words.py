"""What distinguishes a cluster of models, in plain words."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from mmm_core.engine.cluster_candidates import Candidates
from mmm_core.entities.clusters import ClusterTrait
from mmm_core.entities.columns import OutcomeKind
from mmm_core.entities.design import FloatArray
from mmm_core.entities.model_output import BoolArray
from mmm_core.entities.naming import display_names, join_words

MOST_TRAITS = 3
"""More do not fit into one sentence."""

NOTEWORTHY = 0.5
"""Standard deviations: a difference below this ("medium" by Cohen 1988) is not worth a sentence."""


class _Phrase(NamedTuple):
    """What is said of one channel, and of several."""

    one: str
    several: str


_PHRASES: Mapping[str, tuple[_Phrase, _Phrase]] = {
    "theta": (_Phrase("carries over long", "carry over long"), _Phrase("fades quickly", "fade quickly")),
    "gamma": (_Phrase("saturates late", "saturate late"), _Phrase("saturates early", "saturate early")),
    "alpha": (
        _Phrase("starts slowly", "start slowly"),
        _Phrase("works from small spends on", "work from small spends on"),
    ),
    "shape": (_Phrase("holds on at first", "hold on at first"), _Phrase("fades at once", "fade at once")),
    "scale": (_Phrase("fades late", "fade late"), _Phrase("fades soon", "fade soon")),
    "penalty": (_Phrase("is held back more", "are held back more"), _Phrase("is held back less", "are held back less")),
}
"""Parameter to what more and less of it means."""

_RETURN_PHRASES: Mapping[OutcomeKind, tuple[_Phrase, _Phrase]] = {
    OutcomeKind.REVENUE: (_Phrase("returns more", "return more"), _Phrase("returns less", "return less")),
    OutcomeKind.CONVERSION: (
        _Phrase("costs less per conversion", "cost less per conversion"),
        _Phrase("costs more per conversion", "cost more per conversion"),
    ),
}


def traits_of(candidates: Candidates, inside: BoolArray) -> tuple[ClusterTrait, ...]:
    """The largest differences between a cluster and all other models.

    A channel that most models of the cluster credit with nothing is passed over: how it carries over or saturates has then
    no meaning.

    Args:
        candidates: All clustered models.
        inside: Which of them belong to the cluster, shape (n_models,).

    Returns:
        At most :data:`MOST_TRAITS`, largest difference first.
    """
    values = candidates.values
    spread = values.std(axis=0)
    within, others = values[inside].mean(axis=0), values[~inside].mean(axis=0)
    difference: FloatArray = np.divide(within - others, spread, out=np.zeros_like(spread), where=spread > 0)
    idle = _idle_channels(candidates, inside)
    order = np.argsort(-np.abs(difference), kind="stable")
    kept = [
        k
        for k in order
        if abs(difference[k]) >= NOTEWORTHY
        and (candidates.names[k][0] not in idle or candidates.names[k][1] == "return")
    ]
    return tuple(
        ClusterTrait(
            column=candidates.names[k][0],
            parameter=candidates.names[k][1],
            difference=float(difference[k]),
            inside=float(within[k]),
            outside=float(others[k]),
        )
        for k in kept[:MOST_TRAITS]
    )


def trait_sentence(traits: Sequence[ClusterTrait], columns: Sequence[str], kind: OutcomeKind) -> str:
    """Say what distinguishes a cluster, as in "TV carries over long; Print and Search saturate early".

    Args:
        traits: Largest difference first.
        columns: All columns of the model, so that names stay distinct.
        kind: Revenue or conversions.
    """
    if not traits:
        return "Close to the average of all models."
    names = display_names(list(dict.fromkeys([*columns, *(trait.column for trait in traits)])))
    said: dict[str, list[_Phrase]] = {}
    for trait in traits:
        more, less = _PHRASES.get(trait.parameter) or _RETURN_PHRASES[kind]
        said.setdefault(trait.column, []).append(more if trait.difference > 0 else less)
    alike: dict[tuple[_Phrase, ...], list[str]] = {}
    for column, phrases in said.items():
        alike.setdefault(tuple(phrases), []).append(names[column])
    return "; ".join(_clause(who, phrases) for phrases, who in alike.items()) + "."


def _clause(who: Sequence[str], phrases: Sequence[_Phrase]) -> str:
    return f"{join_words(who)} {join_words([phrase.one if len(who) == 1 else phrase.several for phrase in phrases])}"


def _idle_channels(candidates: Candidates, inside: BoolArray) -> set[str]:
    """Media credited with nothing by more than half of a cluster's models."""
    output = candidates.output
    media = [*output.paid_names, *output.organic_names]
    columns = [output.term_names.index(name) for name in media]
    is_nothing = (output.stacked("contributions")[inside][:, columns] == 0).mean(axis=0) > 0.5
    return {name for name, nothing in zip(media, is_nothing, strict=True) if nothing}
