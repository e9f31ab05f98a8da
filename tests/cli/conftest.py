import importlib.util
from pathlib import Path

import pytest

from marketsofone.cli import main


@pytest.fixture(scope="session")
def small():
    """The module that writes a small run by hand."""
    spec = importlib.util.spec_from_file_location("small_run", Path(__file__).parents[1] / "project" / "small_run.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def m1(capsys):
    """Runs a command: its status, what it printed, and what it said on the side."""
    def run(*words):
        status = main([str(word) for word in words])
        said = capsys.readouterr()
        return status, said.out, said.err
    return run


@pytest.fixture
def run(small, tmp_path):
    """A small run in a project folder of its own."""
    return small.write_small_run(tmp_path)
