"""What goes out to a file comes back from it: every verdict on every track, whatever the names are."""

import os
import tempfile
from pathlib import Path

import jams
import pytest
from exchanged import CARRIES, OPTIONS, empty, exported, fill, held, imported, judge_all, usable
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from payloads import file_names, payloads

from tagstudio.domain.jobs import run
from tagstudio.services.exchange import FORMATS, export, plan_import

SPANS = ((0.0, 0.1), (1.1, 3.3000000000000003), (12.345678901, 99.0))
TEXTS = payloads()
ODD_NAMES = (b"bad\xff\xfeutf8.flac", b"latin1-caf\xe9.flac", b"file:x.flac", b"in\xff/ner.flac", b" .flac")


def _names() -> list[bytes]:
    of_payloads = [os.fsencode(text.replace("/", "_").replace("\0", "_"))[:200] + b".flac" for text in TEXTS.values()]
    odd = [*map(os.fsencode, file_names()), *ODD_NAMES, *of_payloads]
    return list(dict.fromkeys(odd))


@pytest.mark.parametrize("has_hashes", [True, False], ids=["by audio", "by path"])
@pytest.mark.parametrize("kind", CARRIES)
def test_every_payload_comes_back_as_tag_title_and_path(tmp_path, kind, has_hashes):
    words = usable(TEXTS.values())
    assert len(words) > 10
    with empty(tmp_path / "one" / "l.sqlite3") as one, empty(tmp_path / "two" / "l.sqlite3") as two:
        ids = fill(one, _names(), list(TEXTS.values()), has_hashes=has_hashes)
        fill(two, _names(), list(TEXTS.values()), has_hashes=has_hashes)
        judge_all(one, ids, words, spans=SPANS)
        file = exported(one, tmp_path / "out", kind)
        done = imported(two, file, kind)
        carries = CARRIES[kind]
        if not has_hashes and kind == "jams":
            assert done.preview.unmatched == 0
        assert held(two, carries) == held(one, carries)
        assert len(held(one, carries)) >= len(words) // 3


names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)
paths = st.binary(min_size=1, max_size=60).filter(
    lambda raw: not {b"/", b"\0"} & {raw[i : i + 1] for i in range(len(raw))}
)
spans = st.tuples(st.floats(0, 1e6), st.floats(0, 1e6)).filter(lambda span: span[0] < span[1])


@settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow])
@pytest.mark.parametrize("kind", CARRIES)
@given(
    words=st.lists(names, min_size=1, max_size=8), files=st.lists(paths, min_size=1, max_size=4, unique=True),
    times=st.lists(spans, min_size=1, max_size=4), titles=st.lists(st.text(), min_size=1, max_size=3),
)  # fmt: skip
@example(words=["x [no]", "a (b)", "'a", "a\\; b", "nocall", "#"], files=[b"#\n", b"~"], times=[(0, 1)], titles=["-"])
def test_whatever_the_words_and_paths_are_the_verdicts_come_back(kind, words, files, times, titles):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with empty(folder / "one" / "l.sqlite3") as one, empty(folder / "two" / "l.sqlite3") as two:
            judge_all(one, fill(one, files, titles), usable(words) or ["x"], spans=times)
            fill(two, files, titles)
            imported(two, exported(one, folder / "out", kind), kind)
            assert held(two, CARRIES[kind]) == held(one, CARRIES[kind])


@pytest.mark.parametrize("relative", [True, False])
def test_a_playlist_becomes_one_tag_on_its_tracks(tmp_path, relative):
    from tagstudio.services.exchange import AddTag, Choices, ExportOptions, apply_import

    with empty(tmp_path / "l.sqlite3") as studio:
        fill(studio, _names(), has_hashes=False)
        file = tmp_path / "set.m3u8"
        run(export(studio, file, options=ExportOptions(relative=relative)))
        plan = run(plan_import(studio, file, tag="in the set"))
        assert plan.unmatched == ()
        words = {word.key: AddTag("use") for word in plan.words}
        run(apply_import(studio, plan, Choices(words=words)))
        assert {(place, tag) for place, tag, *_ in held(studio)} == {
            (b"/music/" + name, "in the set") for name in _names()
        }


@pytest.mark.parametrize("kind", CARRIES)
def test_the_card_of_a_format_says_what_does_not_come_back(kind):
    loses = FORMATS["csv" if kind in OPTIONS else kind].loses
    said = loses.partition("facet:")[2] if kind == "per_facet" else loses
    for letter, words in (("v", "no and unsure"), ("s", "segments"), ("f", "facets of tags")):
        assert letter in CARRIES[kind] or words in said


@pytest.mark.parametrize("kind", [*CARRIES, "m3u8"])
def test_the_same_library_gives_the_same_bytes(tmp_path, kind):
    with empty(tmp_path / "l.sqlite3") as studio:
        judge_all(studio, fill(studio, _names()), usable(TEXTS.values()), spans=SPANS)
        first, second = (exported(studio, tmp_path / each, kind) for each in ("a", "b"))
        assert _bytes(first) == _bytes(second)
        assert _bytes(first)


@pytest.mark.filterwarnings("ignore:Passing a schema:DeprecationWarning")
def test_jams_files_are_valid_jams(tmp_path):
    with empty(tmp_path / "l.sqlite3") as studio:
        judge_all(studio, fill(studio, _names()[:20], ["Title"]), usable(TEXTS.values()), spans=SPANS)
        folder = exported(studio, tmp_path / "out", "jams")
        files = sorted(folder.iterdir())
        assert len(files) == 20
        for file in files:
            document = jams.load(str(file), validate=True, strict=True)
            assert document.validate(strict=True)
            assert {each.namespace for each in document.annotations} == {"tag_open"}


def _bytes(place: Path) -> dict[str, bytes]:
    files = [place] if place.is_file() else sorted(place.iterdir())
    return {file.name: file.read_bytes() for file in files}
