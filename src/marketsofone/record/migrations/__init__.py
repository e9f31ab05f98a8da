"""Alembic's script folder of the record: every step from an empty database to the present one."""
