"""What a library knows of itself beside its tables: small texts by name."""

from sqlalchemy.orm import Session

from tagstudio.library.schema import InfoRow


def text(session: Session, name: str) -> str:
    """Return what is kept under a name; empty when nothing is."""
    row = session.get(InfoRow, name)
    return "" if row is None else row.value


def keep(session: Session, name: str, value: str) -> None:
    """Keep a text under a name, in place of the one before."""
    session.merge(InfoRow(name=name, value=value))
    session.flush()
