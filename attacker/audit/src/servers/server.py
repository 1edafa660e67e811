"""Gives the canary to whoever shows a certificate that Python's ssl believes; --crl FILE: and that is on none of these lists."""
import os
import socket
import ssl
import sys

at = os.environ
context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=at["INTERLOCK_CA"])
context.load_cert_chain(at["INTERLOCK_CERT"], at["INTERLOCK_KEY"])
context.verify_mode = ssl.CERT_REQUIRED
if "--crl" in sys.argv:
    context.load_verify_locations(sys.argv[sys.argv.index("--crl") + 1])
    context.verify_flags |= ssl.VERIFY_CRL_CHECK_CHAIN
answer = "HTTP/1.0 200 OK\r\n\r\n" + at["INTERLOCK_CANARY"] + "\n"
with socket.create_server((at["INTERLOCK_ADDRESS"], int(at["INTERLOCK_PORT"]))) as listening:
    while True:
        plain, _ = listening.accept()
        try:
            with context.wrap_socket(plain, server_side=True) as peer:
                peer.recv(4096)
                peer.sendall(answer.encode())
        except OSError as error:
            print(error, file=sys.stderr, flush=True)
