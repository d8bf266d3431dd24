"""Keyed hashes (RFC 2104), after CPython's module of the name.

`digestmod` is a name known to hashlib, a function that makes a hash, or a module with ``new``. What differs: hashlib's
own hashes give their digest once and cannot be copied; with them there is no `update` after `digest`, and no `copy`.
"""

import hashlib
from binascii import hexlify

_LONG_DIGEST = 32
"""Hashes of longer digests (SHA-384, SHA-512) work on blocks of 128 bytes, the others on 64."""


def _maker(digestmod):
    if not digestmod:
        raise TypeError("Missing required argument 'digestmod'.")
    if isinstance(digestmod, str):
        name = digestmod.lower().replace("-", "")
        found = getattr(hashlib, name, None)
        if found is None:
            raise ValueError("unsupported hash type " + digestmod)
        return found
    return digestmod if callable(digestmod) else digestmod.new


def _padded(key, mask, size):
    block = bytearray(size)
    for i in range(size):
        block[i] = (key[i] if i < len(key) else 0) ^ mask
    return block


class HMAC:
    """The hash of a key and a message that may come in parts."""

    def __init__(self, key, msg=None, digestmod=""):
        if not isinstance(key, (bytes, bytearray)):
            raise TypeError("key: expected bytes or bytearray, but got " + repr(type(key).__name__))
        make = self._make = _maker(digestmod)
        self._outer = make()
        self._inner = make()
        empty = make().digest()
        self.digest_size = len(empty)
        self.block_size = getattr(self._inner, "block_size", 128 if len(empty) > _LONG_DIGEST else 64)
        name = getattr(self._inner, "name", digestmod if isinstance(digestmod, str) else "hash")
        self.name = "hmac-" + name
        self._digest = None
        if len(key) > self.block_size:
            hashed = make()
            hashed.update(key)
            key = hashed.digest()
        self._outer.update(_padded(key, 0x5C, self.block_size))
        self._inner.update(_padded(key, 0x36, self.block_size))
        if msg is not None:
            self.update(msg)

    def update(self, msg):
        """One more part of the message."""
        if self._digest is not None:
            raise ValueError("the digest was asked for already")
        self._inner.update(msg)

    def digest(self):
        """The whole message's, as bytes."""
        if hasattr(self._outer, "copy"):
            outer = self._outer.copy()
            outer.update(self._inner.digest())
            return outer.digest()
        if self._digest is None:
            self._outer.update(self._inner.digest())
            self._digest = self._outer.digest()
        return self._digest

    def copy(self):
        """The same so far, to go on with apart."""
        other = HMAC(b"", None, self._make)
        other.name = self.name
        other._outer = self._outer.copy()
        other._inner = self._inner.copy()
        return other

    def hexdigest(self):
        """The same in hexadecimal."""
        return hexlify(self.digest()).decode()


def new(key, msg=None, digestmod=""):
    """A keyed hash to be updated."""
    return HMAC(key, msg, digestmod)


def digest(key, msg, digest):
    """The keyed hash of one message."""
    return HMAC(key, msg, digest).digest()


def compare_digest(a, b):
    """Equality, in a time that does not tell where two of the same length differ."""
    if isinstance(a, str) and isinstance(b, str):
        a = a.encode()
        b = b.encode()
        if max(a + b"\0") > 127 or max(b + b"\0") > 127:
            raise TypeError("comparing strings with non-ASCII characters is not supported")
    elif isinstance(a, str) or isinstance(b, str):
        raise TypeError("unsupported operand types: a text and bytes")
    difference = len(a) ^ len(b)
    for i in range(len(a)):
        difference |= a[i] ^ (b[i] if i < len(b) else 0)
    return difference == 0
