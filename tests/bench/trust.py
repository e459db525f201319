"""How long the trust card takes, its first lines and the whole of it, and what the data of the demo could detect."""

import time

import pandas as pd

from mmm_core.engine.demo_project import demo_settings
from mmm_core.engine.detectability import detectable_roas
from mmm_core.engine.posterior_sampler import PosteriorSampler
from mmm_core.engine.trust_card import build_trust_card
from mmm_core.entities.mmmdata_collection import MMMDataCollection
from mmm_core.entities.trust import TrustCard
from tests.bench.data_sets import DEMO
from tests.bench.tables import Results

CORES = 2


def measure_trust(results: Results) -> None:
    """The card of the demo on two processors, warm; then detectability."""
    demo = MMMDataCollection(table=pd.read_csv(DEMO), settings=demo_settings())
    posterior = PosteriorSampler().sample(demo, cores=CORES)
    build_trust_card(demo, posterior, cores=CORES)
    seen: list[float] = []
    began = time.perf_counter()

    def note(_: TrustCard) -> None:
        seen.append(time.perf_counter() - began)

    card = build_trust_card(demo, posterior, cores=CORES, progress=note)
    detected = detectable_roas(demo)
    results.figures["trust.first_seconds"] = seen[0]
    results.figures["trust.total_seconds"] = card.seconds
    results.figures["trust.cpu_seconds"] = card.cpu_seconds
    results.figures["trust.detectability_seconds"] = detected.seconds
    results.add_table(
        f"Trust card of the demo, {CORES} processors, warm: first lines after {seen[0]:.2f} s, all after {card.seconds:.1f} s "
        f"({card.cpu_seconds:.1f} s of processor time); what the data could detect takes {detected.seconds:.2f} s",
        ("check", "seconds", "processor seconds"),
        [[check.title, check.seconds, check.cpu_seconds] for check in card.checks],
    )
