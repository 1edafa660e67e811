# Clients of SMTP that are broken in one way each, to be audited: broken_mail.py WAY. The server and the secret are told by the
# environment, as interlock audit tells every client.
import os
import socket
import ssl
import sys

WAY = sys.argv[1]
HOST, CANARY = os.environ["INTERLOCK_HOST"], os.environ["INTERLOCK_CANARY"]


class Lines:
    """A connection that is read line by line; what came along with a line waits."""

    def __init__(self, stream):
        self.stream, self.waiting = stream, b""

    def reply(self):
        while True:
            while b"\n" not in self.waiting:
                piece = self.stream.recv(4096)
                if not piece:
                    sys.exit("the connection ended")
                self.waiting += piece
            line, self.waiting = self.waiting.split(b"\n", 1)
            yield line
            if line[3:4] != b"-":
                return

    def ask(self, command):
        self.stream.sendall(command.encode() + b"\r\n")
        return list(self.reply())


server = Lines(socket.create_connection((os.environ["INTERLOCK_ADDRESS"], int(os.environ["INTERLOCK_PORT"]))))
list(server.reply())
offered = any(b"STARTTLS" in line for line in server.ask("EHLO client.lab"))
if offered:
    server.ask("STARTTLS")
    context = ssl.create_default_context(cafile=os.environ["INTERLOCK_CA"])
    server.stream = context.wrap_socket(server.stream, server_hostname=HOST)
    if WAY != "keeps":
        server.waiting = b""
    if not server.ask("EHLO client.lab")[0].startswith(b"250"):
        sys.exit("not welcome")
elif WAY != "falls":
    sys.exit("no STARTTLS")
if not server.ask(f"MAIL FROM:<{CANARY}@client.lab>")[0].startswith(b"250"):
    sys.exit("no mail")
server.ask("QUIT")
