"""Bytes as text of 64, 32 or 16 letters (RFC 4648), after CPython's module of the name.

What cannot be decoded raises ValueError, of which CPython's ``binascii.Error`` is a kind.
"""

from binascii import a2b_base64, b2a_base64, hexlify, unhexlify

_B32 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_B32HEX = b"0123456789ABCDEFGHIJKLMNOPQRSTUV"
_B64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_B16 = b"0123456789ABCDEF"
_SHORT = {0: 0, 6: 4, 4: 3, 3: 2, 1: 1}
"""By how many bytes the last group of eight letters falls short of five, by its padding."""


def _bytes(text):
    if isinstance(text, str) and any(ord(each) > 127 for each in text):
        raise ValueError("string argument should contain only ASCII characters")
    return text.encode() if isinstance(text, str) else bytes(text)


def _replaced(data, old, new):
    for i in range(len(old)):
        data = data.replace(old[i : i + 1], new[i : i + 1])
    return data


def b64encode(s, altchars=None):
    """Base 64; `altchars` are two letters in place of + and /."""
    text = b2a_base64(s, newline=False)
    return text if altchars is None else _replaced(text, b"+/", altchars)


def b64decode(s, altchars=None, validate=False):
    """The bytes of base 64; letters that are none are passed over, or refused where `validate` is true."""
    s = _bytes(s)
    if altchars is not None:
        s = _replaced(s, _bytes(altchars), b"+/")
    if validate:
        bare = s.rstrip(b"=")
        if len(s) - len(bare) > 2 or any(each not in _B64 for each in bare):
            raise ValueError("Only base64 data is allowed")
    return a2b_base64(s)


def standard_b64encode(s):
    """Base 64 with + and /."""
    return b64encode(s)


def standard_b64decode(s):
    """The bytes of it."""
    return b64decode(s)


def urlsafe_b64encode(s):
    """Base 64 with - and _ , for addresses and file names."""
    return b64encode(s, b"-_")


def urlsafe_b64decode(s):
    """The bytes of it."""
    return b64decode(s, b"-_")


def encodebytes(s):
    """Base 64 in lines of 76 letters."""
    return b"".join(b2a_base64(s[i : i + 57]) for i in range(0, len(s), 57))


def decodebytes(s):
    """The bytes of it."""
    return a2b_base64(s)


def _b32encode(alphabet, s):
    text = bytearray()
    for i in range(0, len(s), 5):
        part = bytes(s[i : i + 5])
        number = int.from_bytes(part + bytes(5 - len(part)), "big")
        letters = (len(part) * 8 + 4) // 5
        for place in range(8):
            text.append(alphabet[number >> (35 - 5 * place) & 31] if place < letters else 0x3D)
    return bytes(text)


def _b32decode(alphabet, s, casefold):
    s = _bytes(s)
    if len(s) % 8:
        raise ValueError("Incorrect padding")
    if casefold:
        s = s.upper()
    bare = s.rstrip(b"=")
    padding = len(s) - len(bare)
    if padding not in _SHORT:
        raise ValueError("Incorrect padding")
    found = bytearray()
    bare += alphabet[:1] * padding
    for i in range(0, len(bare), 8):
        number = 0
        for letter in bare[i : i + 8]:
            value = alphabet.find(bytes((letter,)))
            if value < 0:
                raise ValueError("Non-base32 digit found")
            number = number << 5 | value
        found += number.to_bytes(5, "big")
    return bytes(found[: len(found) - _SHORT[padding]])


def b32encode(s):
    """Base 32."""
    return _b32encode(_B32, s)


def b32decode(s, casefold=False, map01=None):
    """The bytes of base 32, small letters too where `casefold` is true; `map01` is what 1 is taken for, and 0 for O."""
    s = _bytes(s)
    if map01 is not None:
        s = _replaced(s, b"01", b"O" + _bytes(map01))
    return _b32decode(_B32, s, casefold)


def b32hexencode(s):
    """Base 32 whose letters are in the order of the bytes."""
    return _b32encode(_B32HEX, s)


def b32hexdecode(s, casefold=False):
    """The bytes of it."""
    return _b32decode(_B32HEX, s, casefold)


def b16encode(s):
    """Base 16, in capitals."""
    return hexlify(s).upper()


def b16decode(s, casefold=False):
    """The bytes of it, of small letters too where `casefold` is true."""
    s = _bytes(s)
    if casefold:
        s = s.upper()
    if any(each not in _B16 for each in s):
        raise ValueError("Non-base16 digit found")
    return unhexlify(s)
