"""Write the small fixtures of the Robyn bridge from R Robyn's golden files.

Usage: python scripts/make_robyn_fixtures.py SHARED_GOLDEN_DIR

Reads `demo/write/` and `demo/refresh/` of the folder; writes tests/golden/robyn/*.json.gz, byte for byte the same each time.
The second file goes without its data, which are those of the first.
"""

import gzip
import json
import sys
from pathlib import Path

TARGET = Path(__file__).parent.parent / "tests" / "golden" / "robyn"


def write_compressed(name: str, text: str) -> None:
    """Compress without a time stamp, so that running the script again changes nothing."""
    (TARGET / f"{name}.json.gz").write_bytes(gzip.compress(text.encode(), mtime=0))


def main(golden: Path) -> None:
    """Copy a model with its data, another without, and what R itself recreates of the first."""
    TARGET.mkdir(parents=True, exist_ok=True)
    write_compressed("model", (golden / "demo/write/RobynModel-1_130_1.json").read_text())
    fitted_again = json.loads((golden / "demo/refresh/init_model.json").read_text())
    del fitted_again["Extras"]
    write_compressed("fitted_again", json.dumps(fitted_again))
    write_compressed("recreated", (golden / "demo/write/recreate.json").read_text())


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
