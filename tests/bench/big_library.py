"""A big library for benchmarks: descriptions from a manifest; made-up durations, verdicts and networks' answers.

The manifest (``manifest.jsonl.gz``) is what the big-library script writes beside its files; no audio is read here.
"""

import gzip
import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from tagstudio.domain.judgements import Judgement, Origin, Verdict
from tagstudio.domain.tracks import TrackFacts
from tagstudio.library import judgements, roots, tags, tracks
from tagstudio.library.listened import Listened, preprocessing_id
from tagstudio.nn.catalogue import card
from tagstudio.services.networks import DEFAULT_MODELS
from tagstudio.services.studio import Studio

BATCH = 2000
SEED = 3
JUDGEMENTS = 300_000
TAGS = 80
CODECS = {"mp3": "mp3", "flac": "flac", "ogg": "vorbis", "opus": "opus", "wav": "pcm_s16le"}


def entries(manifest: Path, count: int) -> Iterator[dict[str, Any]]:
    """Yield what the manifest says of the first ``count`` files."""
    with gzip.open(manifest, "rt", encoding="utf-8") as lines:
        yield from (json.loads(line) for line in islice(lines, count))


def fill(studio: Studio, manifest: Path, count: int) -> None:
    """Add tracks, what three in four of them sound like to the networks, and verdicts on 80 tags."""
    random = np.random.default_rng(SEED)
    with studio.library.write() as session:
        root = roots.add(session, str(manifest.parent).encode())
    numbers = iter(range(count))
    found = entries(manifest, count)
    while batch := list(islice(found, BATCH)):
        with studio.library.write() as session:
            heard = [_add(session, root.id, each, next(numbers), random) for each in batch]
        studio.library.cache.put(
            [_heard(random, number, model) for number in heard if number % 4 for model in DEFAULT_MODELS]
        )
    _judge(studio, random, count)


def _add(session: Any, root_id: int, entry: dict[str, Any], number: int, random: np.random.Generator) -> int:
    codec = CODECS.get(entry["fmt"], entry["fmt"])
    facts = TrackFacts(
        audio_hash=f"{number:032x}",
        duration_s=float(random.gamma(6.0, 40.0)),
        codec=codec,
        rate=int(random.choice([22_050, 44_100, 48_000, 96_000])),
        channels=int(random.choice([1, 2, 2, 2])),
        fields={name: tuple(values) for name, values in entry["tags"].items()},
    )
    path = entry["path"].encode("utf-8", "surrogateescape")
    is_broken = bool(entry["broken"])
    tracks.add(
        session, root_id=root_id, path=path, size=4000 + number, mtime_ns=number, facts=None if is_broken else facts,
        last_error="it is broken" if is_broken else "",
    )  # fmt: skip
    return number


def _heard(random: np.random.Generator, number: int, model_id: str) -> Listened:
    model = card(model_id)
    return Listened(
        audio_hash=f"{number:032x}",
        model_id=model_id,
        made_by=model.made_by,
        preprocessing_id=preprocessing_id(1),
        n_windows=50,
        numbers=np.zeros(1, np.int64),
        scores=random.beta(0.6, 3.0, (1, len(model.classes))).astype(np.float32),
        embeddings=random.standard_normal((1, model.embedding_dim), np.float32),
    )


def _judge(studio: Studio, random: np.random.Generator, count: int) -> None:
    with studio.library.write() as session:
        known = [tag.id for tag in tags.all_tags(session)]
        known += [tags.add(session, f"own word {n}", "use").id for n in range(max(0, TAGS - len(known)))]
    wanted = [Verdict.YES, Verdict.NO, Verdict.UNSURE]
    each = max(1, round(JUDGEMENTS * count / 100_000 / TAGS))
    for tag_id in known[:TAGS]:
        chosen = random.choice(count, each, replace=False) + 1
        verdicts = random.choice(3, each, p=[0.6, 0.3, 0.1])
        made = [
            Judgement(track_id=int(track_id), tag_id=tag_id, verdict=wanted[verdict], origin=Origin.CURATOR)
            for track_id, verdict in zip(chosen, verdicts, strict=True)
        ]
        with studio.library.write() as session:
            judgements.record(session, made, text="made up")
