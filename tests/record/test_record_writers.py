import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from marketsofone.errors import RecordRefused
from marketsofone.record import Note, Statement, open_record

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)

WRITER = """
import sys
from datetime import UTC, datetime
from itertools import count, islice
from marketsofone.record import Note, Statement, open_record

address, name, most = sys.argv[1:]
with open_record(address) as record:
    for number in islice(count(), int(most)):
        text = f"{name} {number} " + "x" * 3000
        print(record.state(Statement("run", "1", Note(text), name, datetime.now(UTC))), text, flush=True)
"""


def writer(address, name, most):
    """A process that prints every statement once it was acknowledged."""
    found = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.Popen([sys.executable, "-c", WRITER, address, name, str(most)], text=True,
                            stdout=subprocess.PIPE, env=found)


def kept(address):
    with open_record(address) as record:
        return {f"{entry.id} {entry.says.text}" for entry in record.history("run", "1")}


def test_two_processes_that_open_and_write_at_once_lose_nothing(address):
    with writer(address, "ann", 15) as first, writer(address, "bob", 15) as second:
        acknowledged = (first.communicate()[0] + second.communicate()[0]).splitlines()
    assert first.returncode == second.returncode == 0
    assert sorted(int(line.split()[0]) for line in acknowledged) == list(range(1, 31))
    assert kept(address) == set(acknowledged)


def test_a_process_killed_while_it_writes_loses_nothing_acknowledged(address, database):
    open_record(address).close()
    with writer(address, "ann", 10**9) as writing:
        acknowledged = [writing.stdout.readline() for _ in range(12)]
        writing.send_signal(signal.SIGKILL)
        acknowledged += [line for line in writing.stdout if line.endswith("\n")]
    found = kept(address)
    assert {line.strip() for line in acknowledged} <= found
    assert len(found) <= len(acknowledged) + 1
    with open_record(address) as record:
        assert record.state(Statement("run", "1", Note("on it goes"), "bob", NOON)) == len(found) + 1
    if database.dialect.name == "sqlite":
        with database.connect() as connection:
            assert connection.exec_driver_sql("pragma integrity_check").scalar() == "ok"


def test_threads_share_one_record(record):
    note = Statement("run", "1", Note("x"), "ann", NOON)
    with ThreadPoolExecutor(8) as threads:
        ids = list(threads.map(lambda _: record.state(note), range(50)))
    assert sorted(ids) == [entry.id for entry in record.statements()] == list(range(1, 51))


def test_of_two_who_correct_the_same_statement_one_is_told(address):
    with open_record(address) as ann, open_record(address) as bob:
        first = ann.state(Statement("run", "1", Note("x"), "ann", NOON))

        def correct(record):
            try:
                return record.state(Statement("run", "1", Note("y"), "ann", NOON, supersedes=first))
            except RecordRefused as refused:
                return refused

        with ThreadPoolExecutor(2) as threads:
            answers = list(threads.map(correct, (ann, bob)))
        assert {type(answer) for answer in answers} == {int, RecordRefused}
        assert len(ann.statements()) == 1


def test_threads_may_open_a_new_store_at_once(address):
    with ThreadPoolExecutor(6) as threads:
        records = list(threads.map(lambda _: open_record(address), range(6)))
    for record in records:
        record.close()
