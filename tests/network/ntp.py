"""A server of time of ours: it can be wrong, far away, silent, or not a server at all. RFC 5905, section 7.3."""

from __future__ import annotations

import struct
import time
from dataclasses import dataclass, field
from typing import Final

from tests.network.frames import Datagram

PORT: Final = 123
FROM_1900_S: Final = 2_208_988_800
ERA_S: Final = 1 << 32
SERVER: Final = 4 << 3 | 4


@dataclass
class NtpServer:
    """Answers with this computer's time, `ahead_s` later; one that `forgets` does not repeat the question's cookie."""

    ahead_s: float = 0.0
    stratum: int = 2
    silent: bool = False
    forgets: bool = False
    questions: list[bytes] = field(default_factory=list)

    def answer(self, datagram: Datagram) -> bytes | None:
        """The answer to a question."""
        self.questions.append(datagram.data)
        if self.silent:
            return None
        now = time.time() + self.ahead_s
        head = struct.pack("!BBbbIII", SERVER, self.stratum, 6, -20, 0, 0, 0x7F000001)
        origin = bytes(8) if self.forgets else datagram.data[40:48]
        return head + stamp(now - 10) + origin + stamp(now) + stamp(now)


def stamp(seconds: float) -> bytes:
    """Seconds since 1900 in their era, and their fraction. Section 6."""
    whole = int(seconds // 1)
    return struct.pack("!II", (whole + FROM_1900_S) % ERA_S, int((seconds - whole) * ERA_S))
