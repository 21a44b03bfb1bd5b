"""How an ID3v1 tag, the old one at the very end of a file, is told from other bytes."""

ID3V1_BYTES = 128
_MARK = b"TAG"
_APE, _APE_FOOTER_BYTES = b"APETAGEX", 32


def ends_with_id3v1(tail: bytes) -> bool:
    """Whether the last bytes of a file, 128 of them or more, end with an ID3v1 tag.

    An APE tag that ends there is none, though its own mark ``APETAGEX`` or a text in it may say ``TAG`` at that place.
    """
    return tail[-ID3V1_BYTES : 3 - ID3V1_BYTES] == _MARK and tail[-_APE_FOOTER_BYTES:][:8] != _APE
