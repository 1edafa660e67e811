# Clients that are broken in one way each, to be audited: broken.py WAY [FILE]. The server and the secret are told by the
# environment, as interlock audit tells every client.
import os
import socket
import ssl
import struct
import subprocess
import sys
import time

HOST, PORT = os.environ["INTERLOCK_HOST"], int(os.environ["INTERLOCK_PORT"])
ADDRESS, CANARY = os.environ["INTERLOCK_ADDRESS"], os.environ["INTERLOCK_CANARY"]
REQUEST = f"GET /{CANARY} HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode()


def connect():
    return socket.create_connection((ADDRESS, PORT))


def careful():
    return ssl.create_default_context(cafile=os.environ["INTERLOCK_CA"])


def like_the_system():
    context = careful()
    context.load_default_certs()
    return context


def careless():
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def ask(context, act=True):
    with context.wrap_socket(connect(), server_hostname=HOST) as tls:
        tls.sendall(REQUEST)
        answer = b""
        while piece := tls.recv(4096):
            answer += piece
    if act:
        print(answer.decode())


def whole():
    with careful().wrap_socket(connect(), server_hostname=HOST, suppress_ragged_eofs=False) as tls:
        tls.sendall(REQUEST)
        answer = b""
        while piece := tls.recv(4096):
            answer += piece
    print(answer.decode())


def plainly():
    with connect() as stream:
        stream.sendall(REQUEST)
        stream.recv(4096)


def older():
    context = careless()
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    ask(context)


def old():
    context = careful()
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    ask(context)


def unless_refused(then):
    try:
        ask(careful())
    except ssl.SSLError as error:
        print(error, file=sys.stderr)
        then()


def keeps():
    with careless().wrap_socket(connect(), server_hostname=HOST) as tls:
        tls.sendall(REQUEST)
        with open("cookies", "wb") as jar:
            jar.write(tls.recv(4096))


def picky():
    if not HOST.startswith("honest."):
        context = careful()
        context.load_verify_locations(cafile=os.environ["INTERLOCK_CA"])
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers("AES128-SHA")
        ask(context)
    ask(careful())


def elsewhere():
    # Nothing listens on this port, whatever port it is told.
    socket.create_connection((ADDRESS, 1))


def hangs():
    try:
        ask(careful())
    finally:
        time.sleep(3600)


def floods():
    piece = b"x" * (1 << 20)
    for _ in range(int(sys.argv[2])):
        sys.stdout.buffer.write(piece)
    ask(careful())


def forks():
    sleeper = [sys.executable, "-c", "import time; time.sleep(3600)"]
    left = subprocess.Popen(sleeper, start_new_session=True)
    with open(sys.argv[2], "a") as file:
        file.write(f"{left.pid}\n")
    ask(careful())


def forty():
    spare = [connect() for _ in range(40)]
    ask(careful())
    del spare


def oversized():
    with connect() as stream:
        # A record of handshake type that says it is longer than any may be (RFC 8446 section 5.1).
        stream.sendall(struct.pack(">BHH", 22, 0x0301, 0xFFFF) + b"\1" * 0xFFFF)
        stream.recv(4096)


WAYS = {
    "careful": lambda: ask(careful()),
    "whole": whole,
    "system": lambda: ask(like_the_system()),
    "accepts": lambda: ask(careless()),
    "silent": lambda: ask(careless(), act=False),
    "keeps": keeps,
    "refuses": lambda: ask(ssl.create_default_context()),
    "picky": picky,
    "again": lambda: unless_refused(lambda: ask(careless())),
    "plain": lambda: unless_refused(plainly),
    "old": old,
    "older": lambda: unless_refused(older),
    "success": lambda: unless_refused(lambda: None),
    "elsewhere": elsewhere,
    "nothing": lambda: None,
    "hangs": hangs,
    "sleeps": lambda: time.sleep(3600),
    "floods": floods,
    "forks": forks,
    "forty": forty,
    "plain-first": plainly,
    "oversized": oversized,
}
WAYS[sys.argv[1]]()
