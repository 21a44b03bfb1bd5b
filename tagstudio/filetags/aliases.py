"""The names under which programs keep one field in each kind of file tag.

References
----------
Picard, "Tag mapping" (appendix of its documentation); mediafile, Kid3, TagLib and OneTagger where they differ from it.
"""

# Lower case; a field found under several names has the values of all, in the order of the file.
VORBIS = {
    "title": "title", "artist": "artist", "album": "album", "albumartist": "albumartist",
    "album artist": "albumartist", "album_artist": "albumartist", "ensemble": "albumartist", "composer": "composer",
    "date": "date", "year": "date", "genre": "genre", "mood": "mood", "moods": "mood", "tmoo": "mood",
    "grouping": "grouping", "contentgroup": "grouping", "content group": "grouping", "grp1": "grouping",
    "comment": "comment", "description": "comment",
    "bpm": "bpm", "tbpm": "bpm", "fbpm": "bpm", "tempo": "bpm", "bpm (beats per minute)": "bpm",
    "initialkey": "key", "initial key": "key", "initial_key": "key", "key": "key", "tkey": "key",
    "instrument": "instrument", "instruments": "instrument", "energy": "energy", "energylevel": "energy",
    "tracknumber": "track", "track": "track", "discnumber": "disc", "disc": "disc",
    "label": "label", "publisher": "label", "organization": "label",
}  # fmt: skip

# User-defined frames (``TXXX``) and iTunes's free-form atoms take any name, so they share the list.
FREE = VORBIS
# Quod Libet puts this before the names of its own.
FREE_PREFIX = "quodlibet::"

APE = {**VORBIS, "record date": "date"}

ID3 = {
    "TIT2": "title", "TPE1": "artist", "TALB": "album", "TPE2": "albumartist", "TCOM": "composer", "TDRC": "date",
    "TCON": "genre", "TMOO": "mood", "TIT1": "grouping", "GRP1": "grouping", "COMM": "comment", "TBPM": "bpm",
    "TKEY": "key", "TRCK": "track", "TPOS": "disc", "TPUB": "label",
}  # fmt: skip

MP4 = {
    "\xa9nam": "title", "\xa9ART": "artist", "\xa9alb": "album", "aART": "albumartist", "\xa9wrt": "composer",
    "\xa9day": "date", "\xa9gen": "genre", "\xa9grp": "grouping", "\xa9cmt": "comment", "tmpo": "bpm",
    "trkn": "track", "disk": "disc",
}  # fmt: skip
MP4_FREE = "----:"

ASF = {
    **VORBIS,
    "author": "artist", "wm/albumtitle": "album", "wm/albumartist": "albumartist", "wm/composer": "composer",
    "wm/year": "date", "wm/genre": "genre", "wm/mood": "mood", "wm/contentgroupdescription": "grouping",
    "wm/beatsperminute": "bpm", "wm/initialkey": "key", "wm/tracknumber": "track", "wm/partofset": "disc",
    "wm/publisher": "label",
}  # fmt: skip

RIFF = {
    b"INAM": "title", b"IART": "artist", b"IPRD": "album", b"IMUS": "composer", b"ICRD": "date", b"IGNR": "genre",
    b"ICMT": "comment", b"IBPM": "bpm", b"ITRK": "track", b"IPRT": "track",
}  # fmt: skip
