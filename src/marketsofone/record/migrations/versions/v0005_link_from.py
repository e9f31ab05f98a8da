"""A new field of ``link``, ``valid_from``: an older version would apply the link to days it does not cover."""

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Nothing to build: statements of every kind stand in the one table."""
