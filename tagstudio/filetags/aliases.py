"""The names under which programs keep one field in each kind of file tag.

References
----------
Picard, "Tag mapping" (appendix of its documentation); mediafile and Kid3 where they differ from it.
"""

# Lower case; a field found under several names has the values of all, in the order of the file.
VORBIS = {
    "title": "title", "artist": "artist", "album": "album", "albumartist": "albumartist",
    "album artist": "albumartist", "album_artist": "albumartist", "composer": "composer", "date": "date",
    "year": "date", "genre": "genre", "mood": "mood", "grouping": "grouping", "contentgroup": "grouping",
    "comment": "comment", "description": "comment", "bpm": "bpm", "tempo": "bpm", "bpm (beats per minute)": "bpm",
    "initialkey": "key", "key": "key", "instrument": "instrument", "energy": "energy",
}  # fmt: skip

# User-defined frames (``TXXX``) and iTunes's free-form atoms take any name, so they share the list.
FREE = {**VORBIS, "initial key": "key", "initial_key": "key"}

APE = {**VORBIS, "record date": "date"}

ID3 = {
    "TIT2": "title", "TPE1": "artist", "TALB": "album", "TPE2": "albumartist", "TCOM": "composer", "TDRC": "date",
    "TCON": "genre", "TMOO": "mood", "TIT1": "grouping", "GRP1": "grouping", "COMM": "comment", "TBPM": "bpm",
    "TKEY": "key",
}  # fmt: skip

MP4 = {
    "\xa9nam": "title", "\xa9ART": "artist", "\xa9alb": "album", "aART": "albumartist", "\xa9wrt": "composer",
    "\xa9day": "date", "\xa9gen": "genre", "\xa9grp": "grouping", "\xa9cmt": "comment", "tmpo": "bpm",
}  # fmt: skip
MP4_FREE = "----:com.apple.itunes:"

ASF = {
    "title": "title", "author": "artist", "wm/albumtitle": "album", "wm/albumartist": "albumartist",
    "wm/composer": "composer", "wm/year": "date", "wm/genre": "genre", "wm/mood": "mood",
    "wm/contentgroupdescription": "grouping", "description": "comment", "wm/beatsperminute": "bpm",
    "wm/initialkey": "key", "mood": "mood", "instrument": "instrument", "energy": "energy",
}  # fmt: skip

RIFF = {
    b"INAM": "title", b"IART": "artist", b"IPRD": "album", b"IMUS": "composer", b"ICRD": "date", b"IGNR": "genre",
    b"ICMT": "comment", b"IBPM": "bpm",
}  # fmt: skip
