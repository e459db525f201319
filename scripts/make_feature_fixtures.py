"""Write the small fixtures of the feature tests from R Robyn's golden files.

Usage: python scripts/make_feature_fixtures.py SHARED_GOLDEN_DIR

Reads `demo_holidays.csv` and `demo/inputs/` of the folder; writes tests/golden/features/*.csv.gz, byte for byte the same each
time.
"""

import gzip
import sys
from pathlib import Path

TARGET = Path(__file__).parent.parent / "tests" / "golden" / "features"
DESIGNS = ("main", "nofactor", "spendonly", "noprophet")


def write_compressed(name: str, text: str) -> None:
    """Compress without a time stamp, so that running the script again changes nothing."""
    (TARGET / f"{name}.csv.gz").write_bytes(gzip.compress(text.encode(), mtime=0))


def main(golden: Path) -> None:
    """Copy what the tests read: four design tables, the holidays Robyn was given and what it made of them."""
    TARGET.mkdir(parents=True, exist_ok=True)
    for design in DESIGNS:
        write_compressed(f"dt_mod_{design}", (golden / "demo" / "inputs" / f"dt_mod_{design}.csv").read_text())
    days = (golden / "demo_holidays.csv").read_text().splitlines()
    of_the_demo = [line for line in days[1:] if line.split(",")[-2] == "US"]
    write_compressed("holiday_days", "\n".join([days[0], *of_the_demo]) + "\n")
    write_compressed("holiday_weeks", (golden / "demo" / "inputs" / "prophet_holidays_weekly.csv").read_text())


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
