"""The reader of TensorFlow checkpoints, against a table written here byte by byte."""

import importlib.util
import struct
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest


@pytest.fixture(scope="module")
def checkpoints() -> ModuleType:
    file = Path(__file__).parents[3] / "tools" / "checkpoints.py"
    if not file.is_file():
        pytest.skip("the converter is not part of an installed program")
    spec = importlib.util.spec_from_file_location("tools_checkpoints", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look themselves up
    spec.loader.exec_module(module)
    return module


VALUES = {"a/bias": np.arange(3, dtype="<f4"), "a/kernel": np.arange(600, dtype="<f4").reshape(2, 300) / 7}


def _varint(value: int) -> bytes:
    low, rest = value & 0x7F, value >> 7
    return bytes([low | 0x80]) + _varint(rest) if rest else bytes([low])


def _entry(checkpoints: ModuleType, array: np.ndarray, offset: int) -> bytes:
    dims = b"".join(b"\x12" + _varint(1 + len(_varint(n))) + b"\x08" + _varint(n) for n in array.shape)
    place = b"\x20" + _varint(offset) + b"\x28" + _varint(array.nbytes)
    checksum = b"\x35" + struct.pack("<I", checkpoints.masked_crc32c(array.tobytes()))
    return b"\x08\x01\x12" + _varint(len(dims)) + dims + place + checksum


def _block(checkpoints: ModuleType, rows: list[tuple[bytes, bytes]]) -> bytes:
    body, last = b"", b""
    for key, value in rows:
        shared = next((i for i, (a, b) in enumerate(zip(last, key, strict=False)) if a != b), min(len(last), len(key)))
        body += _varint(shared) + _varint(len(key) - shared) + _varint(len(value)) + key[shared:] + value
        last = key
    body += struct.pack("<II", 0, 1) + b"\x00"
    return body + struct.pack("<I", checkpoints.masked_crc32c(body))


@pytest.fixture(scope="module")
def bundle(checkpoints: ModuleType) -> tuple[bytes, bytes]:
    data, rows = b"", [(b"", b"\x08\x01")]
    for name, array in VALUES.items():
        rows.append((name.encode(), _entry(checkpoints, array, len(data))))
        data += array.tobytes()
    block = _block(checkpoints, rows)
    listing = _block(checkpoints, [(b"z", _varint(0) + _varint(len(block) - 5))])
    footer = _varint(0) + _varint(0) + _varint(len(block)) + _varint(len(listing) - 5)
    return block + listing + footer.ljust(40, b"\x00") + struct.pack("<Q", 0xDB4775248B80FB57), data


def test_the_checksum_is_the_one_of_the_standard(checkpoints: ModuleType) -> None:
    assert checkpoints.crc32c(b"123456789") == 0xE3069283
    assert checkpoints.crc32c(bytes(32)) == 0x8A9136AA  # RFC 3720, appendix B.4


def test_what_was_stored_is_read_back(checkpoints: ModuleType, bundle: tuple[bytes, bytes]) -> None:
    index, data = bundle
    entries = checkpoints.entries(index)
    assert list(entries) == list(VALUES)
    for name, array in VALUES.items():
        np.testing.assert_array_equal(checkpoints.tensor(data, entries[name]), array)


def test_a_flipped_bit_in_the_data_is_seen(checkpoints: ModuleType, bundle: tuple[bytes, bytes]) -> None:
    index, data = bundle
    damaged = bytearray(data)
    damaged[5] ^= 1
    with pytest.raises(ValueError, match="checksum"):
        checkpoints.tensor(bytes(damaged), checkpoints.entries(index)["a/bias"])


def test_a_flipped_bit_in_the_index_is_seen(checkpoints: ModuleType, bundle: tuple[bytes, bytes]) -> None:
    damaged = bytearray(bundle[0])
    damaged[9] ^= 1
    with pytest.raises(ValueError, match="checksum"):
        checkpoints.entries(bytes(damaged))


def test_a_file_that_is_no_table_is_refused(checkpoints: ModuleType) -> None:
    with pytest.raises(ValueError, match="not a LevelDB table"):
        checkpoints.entries(b"hello")
