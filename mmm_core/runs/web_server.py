"""The dashboard's process: Streamlit, which ends when the launcher is gone."""

import os
import runpy
import sys

from mmm_core.runs.processes import call_when_gone


def main(arguments: list[str]) -> None:
    """Run ``streamlit`` in this process.

    Args:
        arguments: Process id of the launcher, then what follows ``streamlit``.
    """
    call_when_gone(int(arguments[0]), lambda: os._exit(1))
    sys.argv = ["streamlit", *arguments[1:]]
    runpy.run_module("streamlit", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main(sys.argv[1:])
