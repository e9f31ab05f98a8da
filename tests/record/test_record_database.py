import stat
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from marketsofone.errors import MarketError, RecordRefused, SettingsInvalid, SourceMissing, SourceUnreadable
from marketsofone.record import Note, Statement, Withdrawal, open_record
from marketsofone.record.database import writing

NOTE = Statement("run", "1", Note("x"), "ann", datetime(2026, 6, 1, tzinfo=UTC))

CHANGES = (
    "update statement set body = '{}'",
    "delete from statement",
    "delete from statement where id = 1",
)
SQLITE_CHANGES = (
    *CHANGES,
    "insert or replace into statement select * from statement where id = 1",
    "insert or replace into statement select 9, kind, about, about_id, body, stated_by, stated_at, 1 "
    "from statement where id = 1",
    "replace into statement (id, kind, about, about_id, body, stated_by, stated_at) "
    "values (1, 'note', 'run', '1', '{}', 'eve', '2026-01-01')",
)
POSTGRESQL_CHANGES = (*CHANGES, "truncate statement", "truncate statement cascade")


def test_the_database_itself_refuses_every_change(record, database):
    first = record.state(NOTE)
    record.state(Statement("run", "1", Withdrawal(), "ann", NOTE.stated_at, first))
    before = record.history("run", "1")
    for change in SQLITE_CHANGES if database.dialect.name == "sqlite" else POSTGRESQL_CHANGES:
        with database.connect() as connection, pytest.raises(sa.exc.DBAPIError, match="append-only"):
            connection.exec_driver_sql(change)
    assert record.history("run", "1") == before


def test_the_database_itself_refuses_a_correction_of_nothing_or_of_the_future(record, database):
    row = "insert into statement values (1, 'note', 'run', '1', '{}', 'eve', '2026-01-01', %s)"
    for supersedes in (1, 2):
        with database.connect() as connection, pytest.raises(sa.exc.IntegrityError):
            connection.exec_driver_sql(row % supersedes)


def test_what_was_stated_is_there_after_the_store_is_opened_again(address):
    with open_record(address) as record:
        record.state(NOTE)
    with open_record(address) as record:
        assert len(record.statements()) == 1


def test_sqlite_commits_to_the_disk_and_lets_readers_go_on(tmp_path):
    with open_record(tmp_path / "record.db") as record, record._engine.connect() as connection:
        settings = [connection.exec_driver_sql(f"pragma {name}").scalar()
                    for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")]
    assert settings == ["wal", 2, 1, 30_000]


def test_a_full_disk_is_said_and_nothing_is_half_written(tmp_path):
    def no_more_room(connection, _):
        connection.execute("pragma max_page_count = 20")

    sa.event.listen(sa.Engine, "connect", no_more_room)
    try:
        with open_record(tmp_path / "record.db") as record:
            stated = [record.state(NOTE)]
            long = Statement("run", "1", Note("x" * 9_000), "ann", NOTE.stated_at)
            with pytest.raises(RecordRefused, match="Make room on the disk"):
                stated.extend(record.state(long) for _ in range(50))
            assert [entry.id for entry in record.statements()] == stated
    finally:
        sa.event.remove(sa.Engine, "connect", no_more_room)
    with open_record(tmp_path / "record.db") as record:
        assert record.state(NOTE) == len(stated) + 1


def test_a_writer_that_never_ends_is_not_waited_for_without_end(address, monkeypatch):
    monkeypatch.setattr("marketsofone.record.database.WAIT_SECONDS", 1)
    with open_record(address) as record, writing(record._engine), pytest.raises(RecordRefused, match="lock"):
        record.state(NOTE)


def test_a_read_only_file_is_read_and_refuses_to_be_written(tmp_path):
    path = tmp_path / "record.db"
    with open_record(path) as record:
        record.state(NOTE)
    path.chmod(stat.S_IREAD)
    with open_record(f"sqlite:///file:{path}?mode=ro&uri=true") as record:
        assert len(record.statements()) == 1
        with pytest.raises(RecordRefused, match="Allow this user to write"):
            record.state(NOTE)


@pytest.fixture
def forbid_writing(monkeypatch):
    """From then on folders are as in a backup, or on a share that is read only."""
    return lambda: monkeypatch.setattr("marketsofone.record.database.os.access", lambda *_: False)


def test_a_record_in_a_folder_that_cannot_be_written_to_is_read_and_refuses_to_be_written(
        tmp_path, forbid_writing):
    path = tmp_path / "a folder, ü" / "record.db"
    path.parent.mkdir()
    with open_record(path) as record:
        record.state(NOTE)
    before = sorted(path.parent.iterdir())
    forbid_writing()
    with open_record(path) as record:
        assert len(record.statements()) == 1
        assert sorted(path.parent.iterdir()) == before
        with pytest.raises(RecordRefused, match="Allow this user to write"):
            record.state(NOTE)


def test_a_log_beside_a_record_is_read_too_wherever_it_stands(tmp_path, forbid_writing):
    path = tmp_path / "record.db"
    with open_record(path) as stating:
        stating.state(NOTE)
        assert path.with_name("record.db-wal").stat().st_size
        forbid_writing()
        with open_record(path) as record:
            assert len(record.statements()) == 1


def test_a_read_only_file_without_a_record_cannot_become_one(tmp_path):
    path = tmp_path / "record.db"
    path.touch()
    with pytest.raises(MarketError, match="record must open"):
        open_record(f"sqlite:///file:{path}?mode=ro&uri=true")


def test_a_file_that_is_something_else_is_left_alone(tmp_path):
    path = tmp_path / "record.db"
    path.write_bytes(b"not what you think " * 100)
    with pytest.raises(SourceUnreadable, match="not a database"):
        open_record(path)
    assert path.read_bytes() == b"not what you think " * 100


def test_a_folder_that_is_missing_is_named(tmp_path):
    with pytest.raises(SourceMissing, match="no folder"):
        open_record(tmp_path / "nowhere" / "record.db")


def test_other_databases_and_no_addresses_are_refused():
    for address in ("mysql://localhost/x", "oracle+thin://localhost/x", "://"):
        with pytest.raises(SettingsInvalid):
            open_record(address)


@pytest.mark.parametrize("address", ["postgresql://ann:secret@127.0.0.1:1/market",
                                     "postgresql://127.0.0.1:1/market?user=ann&password=secret"])
def test_a_server_that_does_not_answer_is_said_without_the_password(address):
    with pytest.raises(RecordRefused) as refused:
        open_record(address)
    assert "127.0.0.1" in str(refused.value)
    assert "secret" not in str(refused.value)


def test_a_server_that_was_away_is_used_again(new_database, postgresql):
    address = new_database()
    with open_record(address) as record:
        record.state(NOTE)
        postgresql.psql("select pg_terminate_backend(pid) from pg_stat_activity "
                        "where datname = current_database() and pid <> pg_backend_pid();")
        assert record.state(NOTE) == 2


def test_a_new_file_of_the_record_is_for_its_owner_alone(tmp_path):
    with open_record(tmp_path / "record.db"):
        assert {path.stat().st_mode & 0o077 for path in tmp_path.glob("record.db*")} == {0}
    (tmp_path / "shared.db").touch(mode=0o640)
    with open_record(tmp_path / "shared.db"):
        assert (tmp_path / "shared.db").stat().st_mode & 0o777 == 0o640
