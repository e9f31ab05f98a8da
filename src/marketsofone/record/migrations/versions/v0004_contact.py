"""Two kinds of statement, ``contact`` and ``answer``: an older version must not misread the store."""

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Nothing to build: statements of every kind stand in the one table."""
