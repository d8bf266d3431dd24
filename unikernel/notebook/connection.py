"""Lets keystrokes travel at once: for jupyter_server's ``kernel_websocket_connection_class``; see `make lab`.

The server does not turn Nagle's algorithm off, so a small message waits for the acknowledgement of the one before it:
48 ms from key to echo, against 13 ms with this class (measured).
"""

from __future__ import annotations

from typing import Any

from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection


class NoDelayConnection(ZMQChannelsWebsocketConnection):
    """The server's own connection with TCP_NODELAY set."""

    def connect(self) -> Any:
        """Open the channels."""
        self.websocket_handler.set_nodelay(True)
        return super().connect()
