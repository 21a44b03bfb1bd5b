"""What a scan reads from one file, in a process of its own."""

from tagstudio.audio.listening import EAR_LIMITS, Ear
from tagstudio.domain.tracks import TrackFacts
from tagstudio.filetags.read import read_fields
from tagstudio.workers import WorkerPool


class FileReader:
    """Lives in a worker: audio facts and descriptive tags of one file."""

    def __init__(self) -> None:
        self._ear = Ear()

    def read(self, path: bytes) -> TrackFacts:
        """Read one file; raises DecodeError when it holds no readable audio."""
        facts = self._ear.facts(path)
        return TrackFacts(
            audio_hash=facts.audio_hash,
            duration_s=facts.duration_s,
            codec=facts.codec,
            rate=facts.rate,
            channels=facts.channels,
            fields=read_fields(path),
        )


def reader_pool(workers: int) -> WorkerPool:
    """Return ``workers`` processes that read files, limited in memory and barred from writing."""
    return WorkerPool(workers, FileReader, limits=EAR_LIMITS)
