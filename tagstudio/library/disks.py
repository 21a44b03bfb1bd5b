"""What kind of disk a file lies on: how much room is left, and whether it is another computer's."""

import os
import shutil
from pathlib import Path

MOUNTS = Path("/proc/self/mountinfo")
# What SQLite needs to open a library at all: its journal's index is 32 KB.
ROOM_BYTES = 64 << 10
# Where the safe journal, which needs memory that all programs share, cannot be trusted.
_NETWORK = frozenset((
    "nfs", "nfs4", "cifs", "smb", "smb2", "smb3", "smbfs", "ncpfs", "afs", "coda", "ceph", "lustre", "glusterfs",
    "gfs2", "ocfs2", "9p", "fuse.sshfs", "fuse.glusterfs", "fuse.ceph", "fuse.rclone", "fuse.s3fs", "fuse.davfs",
    "fuse.davfs2", "davfs", "fuse.curlftpfs", "fuse.gvfsd-fuse", "fuse.smbnetfs",
))  # fmt: skip


def network_kind(file: Path) -> str:
    """Return the kind of network file system that holds a file, such as ``nfs4``; empty for a disk of this machine."""
    kind = file_system(file)
    return kind if kind in _NETWORK else ""


def file_system(file: Path) -> str:
    """Return the kind of file system that holds a file; empty where the system does not tell."""
    try:
        mounts = MOUNTS.read_bytes().splitlines()
    except OSError:
        return ""
    place, longest, found = os.fsencode(os.path.realpath(file)), b"", b""
    for mount in mounts:
        before, _, after = mount.partition(b" - ")
        parts, kind = before.split(b" "), after.split(b" ")[0]
        point = _unescaped(parts[4]) if len(parts) > 4 else b""
        is_around = point and (place == point or place.startswith(point.rstrip(b"/") + b"/"))
        # Of two on one place the later one hides the earlier.
        if is_around and len(point) >= len(longest):
            longest, found = point, kind
    return os.fsdecode(found)


def is_full(place: Path) -> bool:
    """Tell whether the disk around a place has next to no room left."""
    try:
        return shutil.disk_usage(place if place.is_dir() else place.parent).free < ROOM_BYTES
    except OSError:
        return False


def _unescaped(point: bytes) -> bytes:
    for code in (b"\\040", b"\\011", b"\\012", b"\\134"):
        point = point.replace(code, bytes([int(code[1:], 8)]))
    return point
