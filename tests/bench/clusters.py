"""How long it takes to group models, once everything is imported."""

import time

import numpy as np

from mmm_core.engine.clusters_analyzer import ModelClustersAnalyzer
from mmm_core.entities.clusters import ClusterBasis
from mmm_core.entities.model_output import ModelOutput
from tests.bench.tables import Cell, Results
from tests.cluster_builders import output_with

SIZES = ((200, 6), (200, 40), (1000, 6))
REPEATS = 3


def measure_clusters(results: Results) -> None:
    """Models without any structure, the hardest case for k-means: automatic number, all starts; the best of three runs."""
    rows: list[list[Cell]] = []
    for n_models, n_channels in SIZES:
        output = shapeless(n_models, n_channels)
        for basis in ClusterBasis:
            seconds = best_seconds(output, basis)
            rows.append([n_models, n_channels, str(basis), seconds])
    results.figures["clusters.200.seconds"] = max(float(row[3]) for row in rows if row[0] == 200)
    results.add_table("Clusters, warm", ("models", "channels", "by", "seconds"), rows)


def shapeless(n_models: int, n_channels: int) -> ModelOutput:
    """Hyperparameters and returns drawn evenly."""
    random = np.random.default_rng(n_models)
    channels = [f"channel_{k}" for k in range(n_channels)]
    return output_with(random.random((n_models, 3 * n_channels)), random.random((n_models, n_channels)), channels)


def best_seconds(output: ModelOutput, basis: ClusterBasis) -> float:
    seconds = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        frame = ModelClustersAnalyzer().model_clusters_analyze(output, "revenue", basis)
        seconds.append(time.perf_counter() - start)
        assert frame is not None
    return min(seconds)
