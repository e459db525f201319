"""Where the pages are: the one place that knows their files. A page's URL is its file name; home is ``/``."""

from enum import StrEnum
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


class Route(StrEnum):
    """File of a page, relative to ``app.py``."""

    HOME = "pages/home.py"
    UPLOAD = "pages/upload.py"
    CONFIGURE = "pages/configure.py"
    STUDIES = "pages/studies.py"
    RUN = "pages/run.py"
    PARETO = "pages/pareto.py"
    CLUSTERS = "pages/clusters.py"
    MODEL = "pages/model.py"
    BACKTEST = "pages/backtest.py"
    BUDGET = "pages/budget.py"
    REFRESH = "pages/refresh.py"
    TRUST = "pages/trust.py"
    SAVED = "pages/saved.py"
    ROBYN = "pages/robyn.py"
    METHODOLOGY = "pages/methodology.py"

    @property
    def exists(self) -> bool:
        """Whether the page is part of this version."""
        return (ROOT / self.value).is_file()
