"""A file's new version beside it: what it takes over from the old one besides the contents."""

import os
import stat
import struct

import pytest

from tagstudio.domain.recipes import Span
from tagstudio.filetags.safely import temp_beside, write_copy

ACCESS, DEFAULT = "system.posix_acl_access", "system.posix_acl_default"
# As the kernel has them: kind of entry, permissions, whose; here a stranger who may do all.
OWNER, STRANGER, GROUP, MASK, OTHERS = 1, 2, 4, 16, 32
NOBODY = 0xFFFFFFFF


def access_list(*, stranger):
    entries = (OWNER, 6, NOBODY), (STRANGER, stranger, 1234), (GROUP, 4, NOBODY), (MASK, 7, NOBODY), (OTHERS, 0, NOBODY)
    return struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in entries)


@pytest.fixture
def shared_folder(tmp_path):
    """Return a folder that gives a stranger access to all that is made in it."""
    if not hasattr(os, "setxattr"):
        pytest.skip("this system keeps no access lists in attributes")
    try:
        os.setxattr(tmp_path, DEFAULT, access_list(stranger=7))
    except OSError as error:
        pytest.skip(f"this disk keeps no access lists ({error.strerror})")
    return tmp_path


def copied(file):
    """Write the new version of a file and return its path."""
    path = os.fsencode(file)
    temp = temp_beside(path, "test")
    with file.open("rb") as source:
        write_copy(source, (Span(0, 3), b"new"), temp, path, mtime_ns=None)
    return temp


def test_a_new_version_is_readable_to_nobody_who_could_not_read_the_old_one(shared_folder):
    file = shared_folder / "a.flac"
    file.write_bytes(b"old")
    os.removexattr(file, ACCESS)
    file.chmod(0o640)
    temp = copied(file)
    assert ACCESS not in os.listxattr(temp)
    assert stat.S_IMODE(os.lstat(temp).st_mode) == 0o640


def test_a_new_version_keeps_the_access_list_of_the_old_one(shared_folder):
    file = shared_folder / "a.flac"
    file.write_bytes(b"old")
    os.setxattr(file, ACCESS, access_list(stranger=4))
    assert os.getxattr(copied(file), ACCESS) == os.getxattr(file, ACCESS)
