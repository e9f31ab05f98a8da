"""What a killed process left beside memory, copies of a company's rows among it, goes when the next one begins."""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

import marketsofone
from marketsofone.engine import scratch

HOLDING = """
import sys, time
sys.path.insert(0, {source!r})
from marketsofone.engine import scratch
with scratch() as folder:
    (folder / "rows.parquet").write_bytes(b"rows")
    print(folder, flush=True)
    time.sleep(60)
"""


@pytest.fixture
def place(tmp_path, monkeypatch):
    """Where folders are made."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_it_goes_when_it_is_left(place):
    with scratch() as folder:
        assert folder.parent == place
    assert list(place.iterdir()) == []


def test_what_a_killed_process_left_goes_and_what_a_living_one_holds_stays(place):
    code = HOLDING.format(source=str(Path(marketsofone.__file__).parents[1]))
    child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True,
                             env={**os.environ, "TMPDIR": str(place)})
    with child:
        held = Path(child.stdout.readline().strip())
        with scratch():
            assert (held / "rows.parquet").exists()
        child.send_signal(signal.SIGKILL)
    with scratch():
        assert not held.exists()
