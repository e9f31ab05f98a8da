import importlib.util
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def small():
    """The module that writes a small run by hand."""
    spec = importlib.util.spec_from_file_location("small_run", Path(__file__).parents[1] / "project" / "small_run.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def run(small, tmp_path):
    """A small run in a project folder of its own."""
    return small.write_small_run(tmp_path)
