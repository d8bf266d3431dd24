"""Listens on a port and prints what comes: one connection at a time, with the module socket alone."""

import socket

PORT = 8080

listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
listener.bind(("0.0.0.0", PORT))
listener.listen(5)
print("listening on port", PORT)

while True:
    # Both accept and recv wait, and while they do the processor sleeps.
    connection, (host, port) = listener.accept()
    print("a connection from", host)
    try:
        while data := connection.recv(1024):
            print("read", len(data), "bytes:", data)
        print("closed")
    except OSError as error:
        print("broke off:", error)
    connection.close()
