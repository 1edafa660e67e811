"""Gives the canary to whoever shows a certificate that Python's ssl believes, and that is on none of these lists, which it reads anew for
everybody: lists.py LISTS. Sessions are resumed as Python does by itself."""
import os
import socket
import ssl
import sys

at = os.environ


def context():
    made = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=at["INTERLOCK_CA"])
    made.load_cert_chain(at["INTERLOCK_CERT"], at["INTERLOCK_KEY"])
    made.verify_mode = ssl.CERT_REQUIRED
    made.load_verify_locations(sys.argv[1])
    made.verify_flags |= ssl.VERIFY_CRL_CHECK_CHAIN
    return made


answer = "HTTP/1.0 200 OK\r\n\r\n" + at["INTERLOCK_CANARY"] + "\n"
listening_context = context()
listening_context.sni_callback = lambda peer, name, _: setattr(peer, "context", context())
with socket.create_server((at["INTERLOCK_ADDRESS"], int(at["INTERLOCK_PORT"]))) as listening:
    while True:
        plain, _ = listening.accept()
        try:
            with listening_context.wrap_socket(plain, server_side=True) as peer:
                peer.recv(4096)
                peer.sendall(answer.encode())
        except OSError as error:
            print(error, file=sys.stderr, flush=True)
