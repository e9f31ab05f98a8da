"""What a command loads before it does its work: who looks something up waits for no mathematics."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import marketsofone

SOURCE = Path(marketsofone.__file__).parents[1]
FITTING = ("scipy", "ibis", "marketsofone.strata", "marketsofone.estimates", "marketsofone.pooling")


@pytest.fixture(scope="module")
def folder(small, tmp_path_factory):
    """A project with a run."""
    path = tmp_path_factory.mktemp("looked_up")
    small.write_small_run(path)
    return path


@pytest.mark.parametrize("command", ["version", "runs", "scores", "strata", "rank", "report", "diff"])
def test_a_command_that_looks_something_up_loads_nothing_that_fits(folder, command):
    where = [] if command == "version" else [str(folder)]
    said = subprocess.run(
        [sys.executable, "-c", "import sys; from marketsofone.cli import main; main(); "
         f"print('loaded', [name for name in {FITTING} if name in sys.modules])", command, *where],
        env={**os.environ, "PYTHONPATH": str(SOURCE)}, capture_output=True, text=True, timeout=120)
    assert said.stdout.splitlines()[-1] == "loaded []", said.stderr
