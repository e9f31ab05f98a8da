import os
import shutil
import signal
import subprocess
import sys

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from marketsofone.errors import RecordTooNew
from marketsofone.record import open_record
from marketsofone.record.database import connect
from marketsofone.record.migrating import migrate
from marketsofone.record.schema import METADATA
from marketsofone.record.version import MIGRATIONS

HEAD = ScriptDirectory(MIGRATIONS).get_current_head()
TODAYS = {*METADATA.tables, "record_version"}

NEXT_STEP = """
import sqlalchemy as sa
from alembic import op

revision = "later"
down_revision = "{head}"

def upgrade():
    op.create_table("later", sa.Column("id", sa.Integer, primary_key=True))
    {then}
"""

MIGRATE = """
import sys
from pathlib import Path
from marketsofone.record.database import connect
from marketsofone.record.migrating import migrate
migrate(connect(sys.argv[1]), Path(sys.argv[2]))
"""


@pytest.fixture
def engine(address):
    engine = connect(address)
    yield engine
    engine.dispose()


def with_next_step(folder, then="pass"):
    scripts = folder / "migrations"
    shutil.copytree(MIGRATIONS, scripts, ignore=shutil.ignore_patterns("__pycache__"))
    (scripts / "versions" / "later.py").write_text(NEXT_STEP.format(then=then, head=HEAD))
    return scripts


def tables(engine):
    return set(sa.inspect(engine).get_table_names())


def test_the_steps_build_the_tables_that_queries_expect(engine):
    migrate(engine)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": "record_version"})
        assert compare_metadata(context, METADATA) == []


def test_the_last_step_by_the_name_of_its_file_is_the_last_in_the_chain():
    assert sorted(step.stem[1:5] for step in (MIGRATIONS / "versions").glob("v*.py"))[-1] == HEAD


def test_a_store_of_the_present_version_opens_without_what_migrates_it(address):
    open_record(address).close()
    opens = f"import sys; from marketsofone.record import open_record; open_record({str(address)!r}).close()"
    tells = f"{opens}; sys.exit('alembic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", tells], check=False).returncode == 0


def test_an_older_store_is_upgraded_and_keeps_what_it_holds(engine, tmp_path):
    migrate(engine)
    migrate(engine, with_next_step(tmp_path))
    assert tables(engine) == TODAYS | {"later"}


def test_a_step_that_fails_leaves_the_store_as_it_was(engine, address, tmp_path):
    migrate(engine)
    with pytest.raises(ZeroDivisionError):
        migrate(engine, with_next_step(tmp_path, then="1 / 0"))
    assert tables(engine) == TODAYS
    open_record(address).close()


def test_a_store_of_a_later_version_says_so(engine, address, tmp_path):
    migrate(engine, with_next_step(tmp_path))
    with pytest.raises(RecordTooNew, match="Install the version"):
        open_record(address)


def test_a_store_that_is_up_to_date_is_opened_while_another_writes(address):
    with open_record(address) as record, record._engine.begin():
        open_record(address).close()


def test_a_process_killed_during_an_upgrade_leaves_the_store_as_it_was(engine, address, tmp_path):
    migrate(engine)
    scripts = with_next_step(tmp_path, then="print('half', flush=True); __import__('time').sleep(60)")
    upgrading = subprocess.Popen([sys.executable, "-c", MIGRATE, address, scripts], stdout=subprocess.PIPE,
                                 env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)})
    with upgrading:
        assert upgrading.stdout.readline() == b"half\n"
        upgrading.send_signal(signal.SIGKILL)
    migrate(engine)
    assert tables(engine) == TODAYS
