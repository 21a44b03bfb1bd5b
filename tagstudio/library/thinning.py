"""Which backups are kept: all of two days, then one a day, a week, a month; never fewer than the newest few."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from tagstudio.library.backups import Backup

ALL_OF = timedelta(hours=48)
# Days, weeks and months that have a backup, however far apart: a clock that jumped makes no difference.
PERIODS = (("%Y-%m-%d", 7), ("%G-%V", 4), ("%Y-%m", 12))
NEWEST = 10


def superfluous(backups: Sequence[Backup], library: str, now: datetime) -> list[Backup]:
    """Return the backups of a library that may go.

    What lies in the future is kept: the clock was wrong, then or now. So are the newest few by number, whatever the
    clock says of them, and copies that nobody knows the time of. Copies that a person made, and those of another
    library, are nobody's to thin.

    Parameters
    ----------
    backups : sequence of Backup
        Newest first, as ``all_backups`` returns them.
    library : str
        The library's id.
    """
    whole = [each for each in backups if library and each.library == library and not each.is_cut]
    kept = {each.number for each in whole[:NEWEST]}
    times = {each.number: made for each in whole if (made := _time(each)) is not None}
    kept |= {each.number for each in whole if each.number not in times}
    kept |= {number for number, made in times.items() if now - made < ALL_OF}
    for form, count in PERIODS:
        newest_of: dict[str, int] = {}
        for number, made in sorted(times.items(), reverse=True):
            newest_of.setdefault(made.strftime(form), number)
        older = [number for number in newest_of.values() if now - times[number] >= ALL_OF]
        kept |= set(older[:count])
    return [each for each in whole if each.number not in kept]


def _time(backup: Backup) -> datetime | None:
    try:
        made = datetime.fromisoformat(backup.made_at)
    except ValueError:
        return None
    return made if made.tzinfo else None
