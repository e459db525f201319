"""What the Clusters page says of every cluster, and how it is asked to group."""

import streamlit as st

from mmm_core.charts.vocabulary import Vocabulary
from mmm_core.entities.clusters import Cluster, ClusterBasis, separation_words
from mmm_core.entities.columns import OutcomeKind
from pages.shared import session
from pages.shared.glossary import term
from pages.shared.widgets import as_text

AUTO = "auto"
NUMBERS: tuple[str | int, ...] = (AUTO, *range(2, 11))
MOST_RETURNS = 4
_CAPTION_HELP = (
    "The pick's value, in brackets lowest to highest ({spread}). All channels stand in the chart below. Silhouette: how much "
    "nearer its models are to their own cluster than to the next."
)
_BY, _NUMBER = "cluster_by", "cluster_number"


def controls(words: Vocabulary) -> tuple[str, str | int]:
    """Ask what makes models alike and how many clusters there shall be; answers as the engine takes them."""
    cluster_by, number = session.clustering()
    returns = "What channels return (ROAS)" if words.kind is OutcomeKind.REVENUE else "What channels cost (CPA)"
    labels = {ClusterBasis.HYPERPARAMETERS: "How channels work", ClusterBasis.PERFORMANCE: returns}
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key="cluster_controls"):
        st.segmented_control(
            "Group models that are alike in",
            list(labels),
            default=ClusterBasis(cluster_by),
            format_func=labels.__getitem__,
            required=True,
            key=_BY,
            help="How channels work: carry-over and saturation (the hyperparameters). What they return: the result per channel.",
            on_change=_keep,
        )
        st.selectbox(
            "Number of clusters",
            NUMBERS,
            index=NUMBERS.index(number),
            format_func=lambda one: "Automatic" if one == AUTO else str(one),
            key=_NUMBER,
            width=160,
            help=term("cluster"),
            on_change=_keep,
        )
    return session.clustering()


def card(
    cluster: Cluster, words: Vocabulary, paid_names: tuple[str, ...], solution_id: str, *, is_chosen: bool
) -> None:
    """One cluster: what distinguishes it, its pick, how clear it is, and what it says of the largest channels.

    Args:
        cluster: Which one.
        words: Names and units.
        paid_names: The order of its returns.
        solution_id: The model that is looked at.
        is_chosen: Whether that model belongs to it.
    """
    models = f"{cluster.n_models:,} model{'' if cluster.n_models == 1 else 's'}"
    apart = f"{separation_words(cluster.silhouette).capitalize()} (silhouette {cluster.silhouette:.2f})"
    with st.container(border=True, gap="xsmall", key=f"cluster_{cluster.number}"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(f"**Cluster {cluster.number}** :gray[· {models}, {cluster.share:.0%}]", width="content")
            st.space("stretch")
            st.button(
                f"Look at pick {cluster.pick_id}",
                key=f"pick_{cluster.number}",
                type="tertiary",
                icon=":material/star:",
                on_click=session.open_model,
                args=(cluster.pick_id,),
                disabled=cluster.pick_id == solution_id,
            )
        if is_chosen:
            here = "its pick is selected" if cluster.pick_id == solution_id else f"model {solution_id} is selected"
            st.badge(here, color="blue", icon=":material/my_location:")
        st.markdown(as_text(cluster.sentence))
        st.caption(
            f"{_returns(cluster, words, paid_names)}  \n{apart}",
            help=_CAPTION_HELP.format(spread=cluster.interval_label),
        )


def _returns(cluster: Cluster, words: Vocabulary, paid_names: tuple[str, ...]) -> str:
    """Returns of the channels with the highest spend, each with its spread."""
    said = []
    for name in words.paid[:MOST_RETURNS]:
        k = paid_names.index(name)
        value, spread = (
            words.returns(float(cluster.roas[k])),
            words.interval(float(cluster.roas_low[k]), float(cluster.roas_high[k])),
        )
        said.append(f"{as_text(words.names[name])} {as_text(value)} ({as_text(spread)})")
    return f"{words.return_word}: {' · '.join(said)}"


def _keep() -> None:
    session.set_clustering(str(st.session_state[_BY]), st.session_state[_NUMBER])
