"""Previews, writing and restoring for the window: starts the jobs, tells what came of them."""

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QObject, Signal

from tagstudio.domain.errors import TagStudioError
from tagstudio.domain.jobs import Job
from tagstudio.gui.jobs import JobRunner, RunningJob
from tagstudio.library import write_journal
from tagstudio.services import field_map, find, restore_files, write_recovery, write_tags
from tagstudio.services.restore_files import RunReport
from tagstudio.services.studio import Studio
from tagstudio.services.write_recovery import Recovered
from tagstudio.services.write_tags import Plan, WriteOptions


class WritingPresenter(QObject):
    """What the two dialogs ask for; answers come as signals of the handles, or of this object."""

    failed = Signal(str, str)  # what, advice
    recovered = Signal(str)
    changed = Signal()

    def __init__(self, studio: Studio, runner: JobRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._studio, self._runner = studio, runner

    @property
    def is_allowed(self) -> bool:
        """Whether the curator has switched writing on."""
        return self._studio.settings.may_write_tags

    def allow(self, is_allowed: bool) -> None:
        """Switch writing on or off, for good."""
        try:
            self._studio.change_settings(may_write_tags=is_allowed)
        except TagStudioError as error:
            self.failed.emit(error.what, error.advice)

    def look_for_interrupted(self) -> None:
        """Find out whether writing was cut short the last time."""
        running = self._runner.start(lambda: write_recovery.recover(self._studio), lane="judge")
        running.succeeded.connect(self._tell_recovered)

    def read_fields(self, profile: str) -> RunningJob:
        """Read where facets go, and the usual profile: (profile's name, lines, warnings).

        The answer comes after those to all changes that were asked for before.
        """
        return self._runner.start(lambda: self._fields(profile), lane="judge")

    def change_fields(self, profile: str, own: Mapping[str, str]) -> RunningJob:
        """Keep a profile and own places; then as ``read_fields``."""

        def work() -> Any:
            field_map.change_fields(self._studio, profile=profile, own=own)
            return self._fields(profile)

        return self._runner.start(work, lane="judge")

    def count(self, query: str) -> RunningJob:
        """Count the tracks that a search finds."""
        return self._runner.start(lambda: len(find.track_ids(self._studio, query)))

    def preview(self, query: str, track_ids: Sequence[int] | None, options: WriteOptions) -> RunningJob:
        """Look into files; the handle gives a ``Plan``."""
        job: Job[Plan]
        if track_ids is None:
            job = write_tags.plan(self._studio, query, options)
        else:
            job = write_tags.plan_tracks(self._studio, list(track_ids), options)
        return self._runner.start(job, lane="long", name="Looking into files")

    def write(self, wanted: Plan) -> RunningJob:
        """Write what a preview showed; the handle gives a ``RunReport``."""
        return self._long(write_tags.write(self._studio, wanted), "Writing tags into files")

    def runs(self) -> RunningJob:
        """Read the history of runs."""
        return self._runner.start(lambda: restore_files.runs(self._studio))

    def files_of(self, run: int) -> RunningJob:
        """Read the files of a run."""
        return self._runner.start(lambda: restore_files.files_of(self._studio, run))

    def newest_write(self, track_id: int) -> RunningJob:
        """Read which entry ``restore_track`` would take back; None where there is none."""
        return self._runner.start(lambda: self._newest_write(track_id))

    def restore_run(self, run: int) -> RunningJob:
        """Take a run back."""
        return self._long(restore_files.restore_run(self._studio, run), "Restoring files")

    def restore_track(self, track_id: int) -> RunningJob:
        """Take back the last write into one file."""
        return self._long(restore_files.restore_track(self._studio, track_id), "Restoring a file")

    def restore_all(self) -> RunningJob:
        """Take everything back."""
        return self._long(restore_files.restore_all(self._studio), "Restoring files")

    def continue_run(self, run: int) -> RunningJob:
        """Write what an interrupted run did not come to."""
        return self._long(write_tags.continue_run(self._studio, run), "Writing tags into files")

    def _long(self, job: Job[RunReport], name: str) -> RunningJob:
        running = self._runner.start(job, lane="long", name=name)
        running.finished.connect(self.changed)
        return running

    def _newest_write(self, track_id: int) -> int | None:
        runs = {each.id for each in restore_files.runs(self._studio) if each.kind == "write"}
        with self._studio.library.read() as session:
            found = write_journal.of_track(session, track_id)
        return max((each.id for each in found if each.run in runs and each.state == write_journal.DONE), default=None)

    def _fields(self, profile: str) -> Any:
        found = field_map.field_map(self._studio, profile)
        lines = field_map.field_lines(self._studio, profile)
        return found.profile.name, lines, field_map.warnings_of(self._studio, found)

    def _tell_recovered(self, recovered: Recovered) -> None:
        if recovered.text:
            self.recovered.emit(recovered.text)
