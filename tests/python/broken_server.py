# Servers that demand certificates and are broken in one way each, to be audited: broken_server.py WAY [FILE]. Where to listen and
# what to give away is told by the environment, as interlock audit tells every server.
import os
import socket
import ssl
import sys
import time

WAY = sys.argv[1]
AT = os.environ
ANSWER = f"HTTP/1.0 200 OK\r\n\r\n{AT['INTERLOCK_CANARY']}\n".encode()


def context(mode):
    made = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=AT["INTERLOCK_CA"])
    made.load_cert_chain(AT["INTERLOCK_CERT"], AT["INTERLOCK_KEY"])
    made.verify_mode = mode
    made.sni_callback = lambda peer, name, _: setattr(peer, "asked_for", name)
    return made


def serve(answer, mode=ssl.CERT_REQUIRED):
    tls = context(mode)
    with socket.create_server((AT["INTERLOCK_ADDRESS"], int(AT["INTERLOCK_PORT"]))) as listening:
        while True:
            plain, _ = listening.accept()
            try:
                answer(plain, tls)
            except OSError as error:
                print(error, file=sys.stderr, flush=True)


def give(plain, tls):
    with tls.wrap_socket(plain, server_side=True) as peer:
        peer.recv(4096)
        peer.sendall(ANSWER)


def give_under_its_name(plain, tls):
    with tls.wrap_socket(plain, server_side=True) as peer:
        peer.recv(4096)
        peer.sendall(ANSWER if peer.asked_for == AT["INTERLOCK_HOST"] else b"HTTP/1.0 421 Misdirected Request\r\n\r\n")


def withhold(plain, tls):
    with tls.wrap_socket(plain, server_side=True) as peer:
        peer.recv(4096)
        peer.sendall(b"HTTP/1.0 403 Forbidden\r\n\r\n")


def plainly(plain, tls):
    with plain:
        plain.sendall(ANSWER)


def stuck(plain, tls):
    time.sleep(3600)


if WAY == "careful":
    serve(give)
elif WAY == "named":
    serve(give_under_its_name)
elif WAY == "accepts":
    serve(give, ssl.CERT_NONE)
elif WAY == "optional":
    serve(give, ssl.CERT_OPTIONAL)
elif WAY == "withholds":
    serve(withhold)
elif WAY == "plain":
    serve(plainly)
elif WAY == "stuck":
    serve(stuck)
elif WAY == "deaf":
    time.sleep(3600)
elif WAY == "ends":
    sys.exit("there is nothing to serve")
elif WAY == "background":
    if os.fork():
        os._exit(0)
    os.setsid()
    with open(sys.argv[2], "a") as left:
        print(os.getpid(), file=left)
    serve(give)
else:
    sys.exit(f"no such way: {WAY}")
