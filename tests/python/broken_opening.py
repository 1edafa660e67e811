# Clients of IMAP and PostgreSQL that keep what was said before TLS began, or do not insist on it, to be audited:
# broken_opening.py PROTOCOL WAY. The server and the secret are told by the environment, as interlock audit tells every client.
import os
import socket
import ssl
import struct
import sys

PROTOCOL, WAY = sys.argv[1:]
CANARY = os.environ["INTERLOCK_CANARY"]


class Connection:
    """What came along with an answer waits."""

    def __init__(self):
        self.stream = socket.create_connection((os.environ["INTERLOCK_ADDRESS"], int(os.environ["INTERLOCK_PORT"])))
        self.waiting = b""

    def until(self, whole):
        while not (length := whole(self.waiting)):
            piece = self.stream.recv(4096)
            if not piece:
                sys.exit("the connection ended")
            self.waiting += piece
        said, self.waiting = self.waiting[:length], self.waiting[length:]
        return said

    def secure(self):
        context = ssl.create_default_context(cafile=os.environ["INTERLOCK_CA"])
        self.stream = context.wrap_socket(self.stream, server_hostname=os.environ["INTERLOCK_HOST"])
        if WAY != "keeps":
            self.waiting = b""


def imap():
    connection, count = Connection(), 0

    def line():
        return connection.until(lambda waiting: waiting.find(b"\n") + 1)

    def ask(command):
        nonlocal count
        count += 1
        tag = f"B{count:02}".encode()
        connection.stream.sendall(tag + b" " + command.encode() + b"\r\n")
        told = []
        while not (said := line()).startswith(tag):
            told.append(said)
        if not said.startswith(tag + b" OK"):
            sys.exit(f"{command}: {said}")
        return b"".join(told)

    line()
    if b"STARTTLS" in ask("CAPABILITY"):
        ask("STARTTLS")
        connection.secure()
        ask("CAPABILITY")
    elif WAY != "falls":
        sys.exit("no STARTTLS")
    ask(f"LOGIN client {CANARY}")
    ask("LOGOUT")


def postgres():
    connection = Connection()

    def whole(waiting):
        length = 1 + struct.unpack("!i", waiting[1:5])[0] if len(waiting) >= 5 else 0
        return length if len(waiting) >= length else 0

    def message():
        return connection.until(whole)

    connection.stream.sendall(struct.pack("!ii", 8, 80877103))
    if connection.until(lambda waiting: min(len(waiting), 1)) == b"S":
        connection.secure()
    elif WAY != "falls":
        sys.exit("no TLS")
    start = b"user\0client\0\0"
    connection.stream.sendall(struct.pack("!ii", 8 + len(start), 196608) + start)
    if message()[:1] != b"R":
        sys.exit("no authentication")
    connection.stream.sendall(b"p" + struct.pack("!i", 5 + len(CANARY)) + CANARY.encode() + b"\0")
    if message() != b"R\0\0\0\x08\0\0\0\0":
        sys.exit("not welcome")
    connection.stream.sendall(b"X\0\0\0\x04")


imap() if PROTOCOL == "imap" else postgres()
