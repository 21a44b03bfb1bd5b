"""Why a disk refused, in words."""

import errno

_REASONS = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "your share of the disk is used up",
    errno.EFBIG: "the file would be larger than is allowed here",
    errno.EROFS: "the disk may only be read",
    errno.EACCES: "permission denied",
    errno.EPERM: "permission denied",
    errno.EIO: "the disk did not answer as it should",
}
# What may pass: free some space, allow writing, connect the drive again.
UNWRITABLE = frozenset(_REASONS)


def reason(error: OSError) -> str:
    """Return why the system refused as a clause, without a full stop; nothing of what was there is lost then."""
    return _REASONS.get(error.errno or 0) or (error.strerror or str(error) or type(error).__name__).lower()
