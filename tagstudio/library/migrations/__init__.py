"""Bringing a library file to the schema of this program, one transaction per step."""

from pathlib import Path

from sqlalchemy import Connection

STEPS = (Path(__file__).parent / "versions",)


def upgrade(connection: Connection, steps: tuple[Path, ...] = STEPS) -> None:
    """Run every step the file still lacks; ``user_version`` follows in the same transaction."""
    # Alembic takes a fifth of a second to import and is needed once per library and release.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", _escaped(Path(__file__).parent))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", "\n".join(map(_escaped, steps)))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _escaped(path: Path) -> str:
    # The configuration interpolates percent signs.
    return str(path).replace("%", "%%")
