"""Both faces of a search agree, on any library and any search."""

import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tagstudio.domain.errors import QueryError
from tagstudio.domain.judgements import Judgement, Verdict
from tagstudio.domain.tracks import TrackFacts
from tagstudio.library import judgements, roots, saved_searches, search, tags, tracks
from tagstudio.library.schema import TagAliasRow
from tagstudio.library.search import Facts
from tagstudio.library.store import open_library

TAGS = (("Jazz", "genre"), ("café", "use"), ("hard rock", "genre"), ("calm", "mood"), ("60s: late", "own words"))
ALIAS = "be-bop"

odd = st.text(st.characters(codec=None), max_size=6) | st.text('ab"\\ %_-é', max_size=6)
words = st.sampled_from([
    "jazz", "Hard Rock", "bela", "BÉLA", "Straße", "爵士", "爵", "é", "a", "ro", "rock", "x.mp3", '"hi"', "\\back",
    "100%", "\ufffd", "a\uffffb", "a\ufffeb", "a\ufffdb", "\u0301", "1997", "128.5 BPM", "120", "1990-05-01", "-",
    "not", "OR", "(live)",
])  # fmt: skip
texts = words | odd | st.lists(words, min_size=2, max_size=3).map(" ".join)
names = st.sampled_from(["title", "artist", "album", "genre", "mood", "bpm", "date", "comment", "energy", "own field"])
described = st.dictionaries(names, st.lists(texts, min_size=1, max_size=3).map(tuple), max_size=4)
paths = st.lists(words, min_size=1, max_size=3).map("/".join).map(lambda text: text.encode("utf-8", "replace"))
verdicts = st.lists(st.tuples(st.integers(0, len(TAGS) - 1), st.sampled_from(list(Verdict)), st.booleans()), max_size=4)
libraries = st.lists(
    st.fixed_dictionaries({
        "path": paths, "fields": st.none() | described, "duration_s": st.sampled_from([0.0, 59.5, 180, 200, 3723.0]),
        "codec": st.sampled_from(["mp3", "FLAC", "vorbis", ""]), "rate": st.sampled_from([8000, 44100, 48000]),
        "channels": st.integers(1, 2), "is_missing": st.booleans(), "verdicts": verdicts, "heard": st.booleans(),
    }),
    max_size=5,
)  # fmt: skip


def quoted(text):
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


numbers = st.sampled_from(["120", "128.5", "1997", "0.5", "180", "44100", "2"])
spans = st.one_of(
    numbers,
    st.builds("{}..{}".format, numbers, numbers),
    numbers.map("..{}".format),
    numbers.map("{}..".format),
    st.builds("{}{}".format, st.sampled_from([">", ">=", "<", "<=", "="]), numbers),
)
times = st.sampled_from(["..7d", "7d..", "1h..2d", "today", "2026", "<3d", ">3d", "2000..2001", ">2001-02", "..2999"])
tag_names = st.sampled_from(["jazz", "CAFE", "hard rock", "60s: late", ALIAS, "genre", "mood"])
plain = st.one_of(
    texts.map(quoted),
    st.builds("{}:{}".format, st.sampled_from(["title", "artist", "genre", "path", "folder", "codec", "mood"]),
              texts.map(quoted)),
    st.builds("{}:={}".format, st.sampled_from(["title", "genre", "codec"]), texts.map(quoted)),
    st.builds("{}:{}".format, st.sampled_from(["bpm", "year", "energy", "length", "rate", "channels", "size"]), spans),
    st.builds("{}:{}".format, st.sampled_from(["tag", "no", "unsure", "judged", "unreviewed"]), tag_names.map(quoted)),
    st.builds("{}:{}".format, st.sampled_from(["added", "judged"]), times),
    st.sampled_from(["new", "heard", "missing", "failed", "judged", "unjudged"]).map("is:{}".format),
    st.sampled_from(["genre", "mood", "title", "use", "bpm"]).map("missing:{}".format),
    st.sampled_from([">0.8", "<0.5", ":0.4..0.6", ""]).map('suggest:"jazz"{}'.format),
    st.sampled_from(["similar:1", "disagree:musicnn,vgg", "in:kept", "id:1", "id:9"]),
)  # fmt: skip
queries = st.recursive(
    plain,
    lambda inner: st.one_of(
        inner.map("-({})".format),
        inner.map("not ({})".format),
        st.lists(inner, min_size=2, max_size=3).map(lambda each: "(" + ") (".join(each) + ")"),
        st.lists(inner, min_size=2, max_size=3).map(lambda each: "(" + ") OR (".join(each) + ")"),
    ),
    max_leaves=6,
)


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """A library with tags, an alias and a saved search, and no tracks."""
    file = tmp_path_factory.mktemp("template") / "library.sqlite3"
    with open_library(file) as library, library.write() as session:
        made = [tags.add(session, *each) for each in TAGS]
        session.add(TagAliasRow(key=ALIAS, name=ALIAS, tag_id=made[0].id))
        saved_searches.save(session, "Kept", 'tag:jazz OR "rock"')
        roots.add(session, b"/m")
    return file


def fill(session, library):
    """Add the tracks and verdicts that were drawn; paths that are taken are left out."""
    known = [tags.by_name(session, name).id for name, _ in TAGS]
    for track in {each["path"]: each for each in library}.values():
        facts = TrackFacts(
            audio_hash="", duration_s=track["duration_s"], codec=track["codec"], rate=track["rate"],
            channels=track["channels"], fields=track["fields"] or {},
        )  # fmt: skip
        is_broken = track["fields"] is None
        track_id = tracks.add(
            session, root_id=1, path=track["path"], size=120, mtime_ns=1, facts=None if is_broken else facts,
            last_error="broken" if is_broken else "",
        )  # fmt: skip
        tracks.mark_missing(session, [track_id], track["is_missing"])
        for number, verdict, is_segment in track["verdicts"]:
            span = {"start_s": 1.0, "end_s": 2.0} if is_segment else {}
            made = Judgement(track_id=track_id, tag_id=known[number], verdict=verdict, **span)
            judgements.record(session, [made])


@given(library=libraries, asked=st.lists(queries, min_size=1, max_size=12), chosen=st.integers(0, 31))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_sqlite_finds_is_what_python_finds(template: Path, tmp_path: Path, library, asked, chosen):
    # A folder of its own for each: a library remembers beside itself what was judged in it.
    file = Path(tempfile.mkdtemp(dir=tmp_path)) / "library.sqlite3"
    shutil.copyfile(template, file)
    with open_library(file) as opened:
        with opened.write() as session:
            fill(session, library)
        with opened.read() as session:
            everything = np.asarray(tracks.ids(session), np.int64)
            subjects = tracks.subjects(session, everything)
            heard = everything[[bool(chosen >> n & 1) for n in range(len(everything))]]
            known = search.known(session)
            for text in asked:
                agree(session, text, known, everything, subjects, heard)


def agree(session, text, known, everything, subjects, heard):
    try:
        query = search.parse(text, known, now=datetime.now(UTC) + timedelta(hours=1))
    except QueryError as error:
        problem = error.what
    else:
        problem = ""
    if problem:
        # Nothing but a word of accents alone, or of white space, is wrong with what was drawn.
        assert "nothing between the quotes" in problem
        return
    answers = {term: everything[n % 2 :: 2] for n, term in enumerate(dict.fromkeys(query.scored))}
    by_python = {each.id for each in subjects if query.matches(each, Facts(heard, answers))}
    for its_texts in (None, tracks.texts(session)):
        mask = query.found(session, everything, Facts(heard, answers, its_texts))
        assert set(everything[mask].tolist()) == by_python, query.term
