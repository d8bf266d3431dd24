import hashlib
import hmac


def refused(function, *arguments):
    try:
        function(*arguments)
    except Exception as error:
        print(type(error).__name__)
    else:
        print("not refused")


# RFC 4231
for key, message in (
    (b"\x0b" * 20, b"Hi There"),
    (b"Jefe", b"what do ya want for nothing?"),
    (b"\xaa" * 20, b"\xdd" * 50),
    (bytes(range(1, 26)), b"\xcd" * 50),
    (b"\xaa" * 131, b"Test Using Larger Than Block-Size Key - Hash Key First"),
    (b"", b""),
    (b"k" * 64, b"exactly one block of key"),
):
    print(
        hmac.new(key, message, "sha256").hexdigest(),
        hmac.digest(key, message, hashlib.sha256) == hmac.new(key, message, "SHA256").digest(),
    )

for name in ("md5", "sha1"):
    print(hmac.new(b"Jefe", b"what do ya want for nothing?", name).hexdigest(), hmac.new(b"", b"", name).digest_size)

parts = hmac.new(bytearray(b"key"), digestmod="sha256")
parts.update(b"in ")
parts.update(b"parts")
print(parts.digest() == parts.digest() == hmac.new(b"key", b"in parts", hashlib.sha256).digest())
print(parts.digest_size, parts.block_size, parts.name)


class Module:
    def new(self, data=b""):
        return hashlib.sha256(data)


class Xor:
    """A hash that is none, of 64 bytes: for the size of its block."""

    digest_size = 64
    block_size = 128
    name = "xor"

    def __init__(self, data=b""):
        self.state = bytearray(64)
        self.at = 0
        self.update(data)

    def update(self, data):
        for byte in data:
            self.state[self.at % 64] ^= byte * 7 + self.at & 255
            self.at += 1

    def digest(self):
        return bytes(self.state)

    def hexdigest(self):
        return self.digest().hex()

    def copy(self):
        other = Xor()
        other.state = bytearray(self.state)
        other.at = self.at
        return other


print(hmac.new(b"key", b"message", Module()).hexdigest())
print(hmac.new(b"key", b"message", Xor).hexdigest(), hmac.new(b"k" * 200, b"m", Xor).block_size)
first = hmac.new(b"key", b"a", Xor)
second = first.copy()
first.digest()
first.update(b"b")
print(second.digest() == hmac.digest(b"key", b"a", Xor), first.digest() == hmac.digest(b"key", b"ab", Xor))
refused(hmac.new, b"key", b"message")
refused(hmac.new, "key", b"message", "sha256")
refused(hmac.new, b"key", b"message", "no such hash")
for a, b in (
    (b"same", b"same"),
    (b"same", b"sane"),
    (b"short", b"shorter"),
    (b"", b""),
    ("text", "text"),
    ("text", "test"),
):
    print(hmac.compare_digest(a, b), end=" ")
print()
refused(hmac.compare_digest, "text", b"text")
refused(hmac.compare_digest, "t\xe9xt", "text")
