"""What cryptography is made of. The first three answers are known in advance, so everybody's must be the same."""

import hashlib
import hmac
import os
from binascii import hexlify, unhexlify

import cryptolib

ECB, CTR = 1, 6  # the modes, as MicroPython numbers them


def shown(data):
    """Bytes in hexadecimal."""
    return hexlify(data).decode()


# A hash: any text becomes 32 bytes, and nobody finds another text with the same. FIPS 180-2 gives this example.
print("SHA-256 of abc:", shown(hashlib.sha256(b"abc").digest()))

# A hash with a key: only who has the key can make it, so it signs.
print("signed:", hmac.new(b"key", b"The quick brown fox jumps over the lazy dog", "sha256").hexdigest())

# AES works on blocks of 16 bytes. FIPS 197 gives this example, in appendix C.1.
key = unhexlify("000102030405060708090a0b0c0d0e0f")
block = unhexlify("00112233445566778899aabbccddeeff")
print("AES of one block:", shown(cryptolib.aes(key, ECB).encrypt(block)))

# Longer texts want a mode. This one counts: key and counter make a stream, which is laid over the text, and once more
# to read it. A counter must never serve twice with the same key; and who changes the text is not noticed: sign it too.
key, counter = os.urandom(32), os.urandom(16)
secret = cryptolib.aes(key, CTR, counter).encrypt(b"the rain in Spain")
print("encrypted and back:", cryptolib.aes(key, CTR, counter).decrypt(secret).decode())

print("two keys drawn are never the same:", os.urandom(32) != os.urandom(32))
