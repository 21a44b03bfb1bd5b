"""Alembic's environment: runs the steps on the connection that ``upgrade`` hands over."""

from collections.abc import Collection, Mapping
from typing import Any

from alembic import context
from alembic.runtime.migration import MigrationContext, MigrationInfo
from sqlalchemy import Connection

from tagstudio.library.schema import Base


def _count(ctx: MigrationContext, step: MigrationInfo, heads: Collection[Any], run_args: Mapping[str, Any]) -> None:
    """Keep SQLite's own version number equal to the step's."""
    connection = ctx.connection
    assert connection is not None
    connection.exec_driver_sql(f"PRAGMA user_version = {int(step.up_revision_id or 0)}")


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        # SQLite rolls back changes of the schema too; Alembic assumes it does not.
        transactional_ddl=True,
        transaction_per_migration=True,
        on_version_apply=_count,
    )
    with context.begin_transaction():
        context.run_migrations()


_run(context.config.attributes["connection"])
