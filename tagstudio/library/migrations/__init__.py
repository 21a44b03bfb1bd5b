"""Bringing a library file to the schema of this program, one transaction per step."""

from pathlib import Path

from sqlalchemy import Connection

from tagstudio.domain.errors import LibraryError

STEPS = (Path(__file__).parent / "versions",)


def upgrade(connection: Connection, schema: int) -> None:
    """Run every step the file still lacks; ``user_version`` follows in the same transaction.

    Raises
    ------
    LibraryError
        If the steps end before this program's schema.
    """
    # Alembic takes a fifth of a second to import and is needed once per library and release.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", _escaped(Path(__file__).parent))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", "\n".join(map(_escaped, STEPS)))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    reached = connection.exec_driver_sql("PRAGMA user_version").scalar()
    connection.rollback()
    if reached != schema:
        raise LibraryError(
            f"The library cannot be brought to version {schema}: a step is missing.", "Install TagStudio again."
        )


def _escaped(path: Path) -> str:
    # The configuration interpolates percent signs.
    return str(path).replace("%", "%%")
