"""The import rule: which layer may know which, and which libraries belong to which layer."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

MAY_IMPORT: dict[str, set[str]] = {
    "errors": set(),
    "entities": {"errors"},
    "kernels": {"errors"},
    "engine": {"errors", "entities", "kernels"},
    "charts": {"errors", "entities"},
    "store": {"errors", "entities"},
    "report": {"errors", "entities", "charts"},
    "runs": {"errors", "entities", "engine", "store"},
    "cli": {"errors", "entities", "kernels", "engine", "charts", "store", "report", "runs"},
}

ONLY_IN: dict[str, set[str]] = {
    "numba": {"kernels"},
    "nevergrad": {"engine"},
    "prophet": {"engine"},
    "holidays": {"engine"},
    "sklearn": {"engine"},
    "yaml": {"engine"},
    "openpyxl": {"engine", "report"},
    "charset_normalizer": {"engine"},
    "joblib": {"engine", "runs"},
    "plotly": {"charts"},
    "sqlalchemy": {"store"},
    "pyarrow": {"store"},
    "platformdirs": {"store"},
    "subprocess": {"runs"},
    "psutil": {"runs"},
    "typer": {"cli"},
    "rich": {"cli"},
    "streamlit": set(),
    "pickle": set(),
    "marshal": set(),
    "shelve": set(),
}

NOT_IN_KERNELS = {"pandas", "logging", "time", "datetime", "pathlib", "os", "io", "random"}

HEAVY = ("numba", "nevergrad", "prophet", "sklearn", "cmdstanpy", "streamlit", "plotly")

SOURCES = sorted((ROOT / "mmm_core").rglob("*.py"))
PAGES = [ROOT / "app.py", *sorted((ROOT / "pages").rglob("*.py"))]


def imports_of(path: Path) -> set[str]:
    """Every module a file imports, wherever in the file."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno} uses a relative import"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def layer_of(path: Path) -> str:
    part = path.relative_to(ROOT / "mmm_core").parts[0]
    return part.removesuffix(".py")


def layers_used(modules: set[str]) -> set[str]:
    return {module.split(".")[1] for module in modules if module.startswith("mmm_core.")}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_layer_imports_only_the_layers_below_it(path: Path) -> None:
    layer = layer_of(path)
    if layer == "__init__":
        return  # the public names: resolved lazily, checked by test_public_api
    own_version = {"__version__"}
    assert layers_used(imports_of(path)) - own_version <= MAY_IMPORT[layer] | {layer}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_library_is_imported_only_by_the_layer_it_belongs_to(path: Path) -> None:
    layer = layer_of(path)
    tops = {module.split(".")[0] for module in imports_of(path)}
    strays = {top for top in tops if top in ONLY_IN and layer not in ONLY_IN[top]}
    assert not strays
    if layer == "kernels":
        assert not tops & NOT_IN_KERNELS


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_pages_never_import_kernels(path: Path) -> None:
    assert "kernels" not in layers_used(imports_of(path))


def test_folders_are_never_nested_deeper_than_two() -> None:
    deepest = max(len(path.relative_to(ROOT).parts) for path in [*SOURCES, *PAGES])
    assert deepest <= 3  # folder / folder / file


def test_app_py_stays_under_60_lines() -> None:
    assert len((ROOT / "app.py").read_text(encoding="utf-8").splitlines()) < 60


@pytest.mark.parametrize(
    "statement",
    ["import mmm_core", "import mmm_core.store.workspace", "import mmm_core.engine.ingest", "import mmm_core.cli"],
)
def test_importing_the_core_brings_nothing_heavy(statement: str) -> None:
    code = f"{statement}\nimport sys\nprint(*[name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.split() == []
