"""A store on each database, empty: SQLite in a file, and a real PostgreSQL server."""

from itertools import count

import pytest
import sqlalchemy as sa

from marketsofone.record import open_record


@pytest.fixture(scope="session")
def new_database(postgresql):
    """A function that makes an empty schema and gives a URL that leads there."""
    numbers = count()

    def make():
        schema = f"record{next(numbers)}"
        postgresql.psql(f"create schema {schema};")
        url = sa.make_url(postgresql.get_uri())
        url = url.update_query_dict({"options": f"-csearch_path={schema}"})
        return url.render_as_string(hide_password=False)

    return make


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request, tmp_path):
    if request.param == "sqlite":
        return str(tmp_path / "record.db")
    return request.getfixturevalue("new_database")()


@pytest.fixture
def record(address):
    with open_record(address) as opened:
        yield opened


@pytest.fixture
def database(address):
    """The same store, reached past the record."""
    url = sa.make_url(address if "://" in address else f"sqlite:///{address}")
    postgresql = url.get_backend_name() == "postgresql"
    engine = sa.create_engine(url.set(drivername="postgresql+psycopg") if postgresql else url)
    yield engine
    engine.dispose()
