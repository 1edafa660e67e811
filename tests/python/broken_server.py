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


def context(mode, authority=AT["INTERLOCK_CA"]):
    made = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=authority)
    made.load_cert_chain(AT["INTERLOCK_CERT"], AT["INTERLOCK_KEY"])
    made.verify_mode = mode
    made.sni_callback = lambda peer, name, _: setattr(peer, "asked_for", name)
    return made


def serve(answer, mode=ssl.CERT_REQUIRED, tls=None):
    tls = tls or context(mode)
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


def give_to_whom_was_believed(plain, tls):
    with tls.wrap_socket(plain, server_side=True) as peer:
        resumed = peer.session_reused
        peer.recv(4096)
        if resumed and "anew" in sys.argv or not resumed and peer.getpeercert() is None:
            peer.sendall(b"HTTP/1.0 403 Forbidden\r\n\r\n")
        elif peer.asked_for in (AT["INTERLOCK_HOST"], None):
            peer.sendall(ANSWER)


def hosts(first, authority):
    """Two hosts, the first of which believes another authority, and need be shown no certificate."""
    tls, second = context(ssl.CERT_OPTIONAL, authority), context(ssl.CERT_REQUIRED)

    def chosen(peer, name, _):
        peer.asked_for = name
        if name != first:
            peer.context = second

    tls.sni_callback = chosen
    return tls


def lists(path):
    """One host, which reads its revocation lists anew for everybody."""
    def fresh():
        made = context(ssl.CERT_REQUIRED)
        made.load_verify_locations(path)
        made.verify_flags |= ssl.VERIFY_CRL_CHECK_CHAIN
        return made

    def chosen(peer, name, _):
        peer.asked_for = name
        peer.context = fresh()

    tls = fresh()
    tls.sni_callback = chosen
    return tls


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
elif WAY == "hosts":
    serve(give_to_whom_was_believed, tls=hosts(*sys.argv[2:4]))
elif WAY == "lists":
    serve(give_to_whom_was_believed, tls=lists(sys.argv[2]))
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
