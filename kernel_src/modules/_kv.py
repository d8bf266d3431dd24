"""Values by key: what unikernel.device gives for a LittleKv or a RomKv. Each value is a file of one folder.

A key is 1 to 64 of a-z, A-Z, 0-9, ".", "_" and "-", and does not begin with a dot. A value is at most 65 536 bytes.
What is no key or no value raises ValueError, a key that is not there KeyError, a disk that fails or is full OSError.
"""

import errno
import os

_KEY_MOST = 64
_VALUE_MOST = 65536
_KEY = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"
_RAISE = object()


class RomKv:
    """Read-only: the values that the image holds."""

    def __init__(self, name, folder):
        self._name = name
        self._folder = folder

    def __repr__(self):
        return "<" + type(self).__name__ + " " + self._name + ">"

    def get(self, key, default=_RAISE):
        """The value, as bytes; where there is none `default`, or else KeyError."""
        path = self._path(key)
        try:
            with open(path, "rb") as file:
                return file.read()
        except OSError as error:
            if error.errno != errno.ENOENT:
                raise
        if default is _RAISE:
            raise KeyError(self._none(key))
        return default

    def list(self):
        """Every key, in alphabetical order."""
        return sorted(name for name in os.listdir(self._folder) if not name.startswith("."))

    def set(self, key, value):
        """Refused, as `remove` is: an image is never written."""
        raise OSError(errno.EROFS, self._name + " is read-only: its values lie in the image")

    def remove(self, key):
        """Refused, as `set` is."""
        self.set(key, b"")

    def _path(self, key):
        if not (
            isinstance(key, str)
            and 0 < len(key) <= _KEY_MOST
            and not key.startswith(".")
            and all(char in _KEY for char in key)
        ):
            raise ValueError(
                "%r is no key: use 1 to %d of a-z, A-Z, 0-9, dots, _ and -, no dot first" % (key, _KEY_MOST)
            )
        return self._folder + "/" + key

    def _none(self, key):
        return self._name + " has no key " + key


class LittleKv(RomKv):
    """On a littlefs: a value that was set is on the disk when `set` returns, and is the old or the new one, whole."""

    def __init__(self, name, folder):
        super().__init__(name, folder)
        self._new = folder + "/.new"
        self._make(folder)

    def set(self, key, value):
        """Stores bytes, or a text in UTF-8, in the place of what the key had."""
        path = self._path(key)
        if isinstance(value, str):
            value = value.encode()
        elif not isinstance(value, (bytes, bytearray, memoryview)):
            raise ValueError("a value is bytes, or a text")
        if len(value) > _VALUE_MOST:
            raise ValueError("a value has at most %d bytes, this one %d" % (_VALUE_MOST, len(value)))
        try:
            # Beside the old one, and then in its place in one step, which littlefs makes whole or not at all.
            with open(self._new, "wb") as file:
                file.write(value)
            os.rename(self._new, path)
        except OSError as error:
            self._tidy()
            why = "the disk is full" if error.errno == errno.ENOSPC else "the disk failed"
            raise OSError(error.errno, self._name + ": " + key + " was not set, as " + why)

    def remove(self, key):
        """Removes the key and its value; KeyError where there is none."""
        try:
            os.remove(self._path(key))
        except OSError as error:
            if error.errno != errno.ENOENT:
                raise
            raise KeyError(self._none(key))

    def _make(self, folder):
        for end in range(1, len(folder) + 1):
            if end == len(folder) or (folder[end] == "/"):
                try:
                    os.stat(folder[:end])
                except OSError:
                    os.mkdir(folder[:end])
        self._tidy()  # what a loss of power left

    def _tidy(self):
        try:
            os.remove(self._new)
        except OSError:
            pass
