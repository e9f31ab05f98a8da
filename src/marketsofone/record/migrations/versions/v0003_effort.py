"""A new kind of statement, ``effort``: no table changes, yet an older version must not misread the store."""

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Nothing to build: statements of every kind stand in the one table."""
