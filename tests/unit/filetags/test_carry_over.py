"""A tag that is made beside an older ID3v1 or APE tag says what that one says, for programs that read only one."""

import io
from dataclasses import replace

import av
import mutagen
import pytest
from changes import WISHES, ape_tag, change, wish
from mutagen import id3


def test_an_id3v1_tag_stays_and_the_preview_says_so(music_file):
    raw = music_file("v1.mp3").read_bytes()
    new, edit = change(raw, WISHES)
    assert new[-128:] == raw[-128:]
    assert any("ID3v1" in warning and "stays" in warning for warning in edit.warnings)


def id3v1(title=b"My Title", artist=b"My Artist", album=b"My Album", year=b"1999", comment=b"mine", genre=17, track=7):
    texts = b"".join(text.ljust(30, b"\0") for text in (title, artist, album))
    return b"TAG" + texts + year.ljust(4, b"\0") + comment.ljust(28, b"\0") + bytes([0, track, genre])


def metadata(raw):
    """Return what FFmpeg reads, which reads ID3v1 only where nothing newer says anything."""
    with av.open(io.BytesIO(raw)) as container:
        return {name: value for name, value in container.metadata.items() if name != "encoder"}


EMPTY_23 = b"ID3\3\0\0\0\0\0\x20" + bytes(32)


@pytest.mark.parametrize("front", [b"", EMPTY_23])
def test_a_new_id3v2_tag_also_gets_what_the_id3v1_tag_says(front, music_file):
    raw = front + music_file("plain.mp3").read_bytes() + id3v1()
    before = metadata(raw)
    assert before["title"] == "My Title"
    new, edit = change(raw, [wish("genre", "genre", "jazz"), wish("use", "USE", "bar")])
    assert new[-128:] == raw[-128:]
    # Of several values in ID3v2.4 it reads the first.
    assert metadata(new) == before | {"genre": "Rock; jazz" if front else "Rock", "USE": "bar"}
    year = "TYER" if front else "TDRC"
    assert [(each.name, each.before, each.after) for each in edit.fields if each.is_carried] == [
        ("TIT2", (), ("My Title",)), ("TPE1", (), ("My Artist",)), ("TALB", (), ("My Album",)), (year, (), ("1999",)),
        ("TRCK", (), ("7",)), ("COMM", (), ("mine",)),
    ]  # fmt: skip
    assert edit.fields[0].before == ("Rock",)
    assert any("read no further" in warning for warning in edit.warnings)
    assert not any("few programs" in warning for warning in edit.warnings)


def test_a_field_that_nobody_changes_is_carried_over_as_well(music_file):
    raw = music_file("plain.mp3").read_bytes() + id3v1(title=b"T\xeftle", year=b"19", genre=255)
    new, edit = change(raw, [wish("mood", "mood", "calm"), wish("genre", "genre", mode="replace")])
    assert metadata(new)["title"] == "Tïtle"
    assert [each.name for each in edit.fields if each.is_change] == [
        "TMOO",
        "TIT2",
        "TPE1",
        "TALB",
        "TDRC",
        "TRCK",
        "COMM",
    ]
    raw = raw[:-128] + id3v1()
    new, edit = change(raw, [wish("mood", "mood", "calm"), wish("genre", "genre", "rock")])
    assert metadata(new)["genre"] == "Rock"
    assert next((each.name, each.facets) for each in edit.fields if each.is_carried) == ("TCON", ("genre",))
    assert not change(raw, [wish("genre", "genre", "rock")])[1].is_change


def test_what_only_an_id3v1_tag_says_is_not_taken_out_of_it_but_not_carried_over_either(music_file):
    raw = music_file("plain.mp3").read_bytes() + id3v1()
    no_rock = wish("genre", "genre", unwanted=frozenset({"rock"}))
    assert not change(raw, [no_rock])[1].is_change
    new, _ = change(raw, [no_rock, wish("mood", "mood", "calm")])
    assert "genre" not in metadata(new)
    assert metadata(new)["title"] == "My Title"
    new, _ = change(raw, [replace(no_rock, words=("jazz",))])
    assert metadata(new)["genre"] == "jazz"


def test_a_bracket_goes_into_the_comment_of_the_id3v1_tag(music_file):
    raw = music_file("plain.mp3").read_bytes() + id3v1()
    new, _ = change(raw, [wish("mood", "comment:MOOD", "calm")])
    assert metadata(new)["comment"] == "mine [MOOD: calm]"


def test_where_an_ape_tag_has_the_whole_text_that_is_carried_over(music_file):
    longer = ape_tag((b"Title", b"My Title, and more"), (b"Genre", b"Rock\0Folk"), (b"Year", b"May 1999"))
    raw = music_file("plain.mp3").read_bytes() + longer + id3v1()
    new, edit = change(raw, [wish("genre", "genre", "jazz")])
    tag = id3.ID3(io.BytesIO(new), translate=False)
    assert (tag["TIT2"].text, str(tag["TDRC"].text[0])) == (["My Title, and more"], "1999")
    assert tag["TCON"].genres == mutagen.apev2.APEv2(io.BytesIO(new))["Genre"][:] == ["Rock", "Folk", "jazz"]
    new, edit = change(raw, [wish("genre", "genre", unwanted=frozenset({"rock", "folk"}))])
    assert [each.tag for each in edit.fields if each.is_change] == ["APEv2"]


def test_a_new_ape_tag_also_gets_what_the_id3v1_tag_says(music_file):
    plain = music_file("plain.wv").read_bytes()
    plain = plain[: plain.index(b"APETAGEX")] if b"APETAGEX" in plain else plain
    new, _ = change(plain + id3v1(), [wish("mood", "mood", "calm")])
    assert new[-128:] == id3v1()
    assert {name: str(value) for name, value in mutagen.apev2.APEv2(io.BytesIO(new)).items()} == {
        "Title": "My Title", "Artist": "My Artist", "Album": "My Album", "Year": "1999", "Track": "7",
        "Comment": "mine", "Genre": "Rock", "Mood": "calm",
    }  # fmt: skip


def test_a_new_id3v2_tag_also_gets_what_an_ape_tag_says(music_file):
    items = {
        "Title": "A title", "Artist": "One\0Two", "Album": "Ålbum", "Year": "1999-05-21", "Track": "3/12",
        "Genre": "Rock", "Comment": "mine", "Composer": "Someone",
    }  # fmt: skip
    plain = music_file("plain.mp3").read_bytes()
    raw = plain + ape_tag(*((name.encode(), text.encode()) for name, text in items.items()))
    new, edit = change(raw, [wish("genre", "genre", "jazz"), wish("mood", "comment:MOOD", "calm")])
    tag = id3.ID3(io.BytesIO(new), translate=False)
    assert {name: [str(text) for text in frame.text] for name, frame in tag.items()} == {
        "TIT2": ["A title"], "TPE1": ["One", "Two"], "TALB": ["Ålbum"], "TDRC": ["1999"], "TRCK": ["3/12"],
        "TCON": ["Rock", "jazz"], "COMM::eng": ["mine [MOOD: calm]"],
    }  # fmt: skip
    assert "TIT2" in [each.name for each in edit.fields if each.is_carried]
    assert any("read no further" in warning for warning in edit.warnings)


@pytest.mark.parametrize(
    "item", [(b"Year", b"May 1999"), (b"Title", b""), (b"Cover Art (Front)", b"x"), (b"Mood", b"x")]
)
def test_what_an_ape_tag_says_is_carried_over_only_where_id3v2_has_a_place_for_it(item, music_file):
    new, edit = change(music_file("plain.mp3").read_bytes() + ape_tag(item), [wish("use", "USE", "bar")])
    assert list(id3.ID3(io.BytesIO(new))) == ["TXXX:USE"]
    assert not any("read no further" in warning for warning in edit.warnings)


def test_an_id3v2_tag_that_says_anything_gets_nothing_from_an_ape_tag(music_file):
    raw = music_file("v23.mp3").read_bytes() + ape_tag((b"Title", b"Another"), (b"Track", b"9"))
    new, _ = change(raw, [wish("use", "USE", "bar")])
    assert "TRCK" not in id3.ID3(io.BytesIO(new))
