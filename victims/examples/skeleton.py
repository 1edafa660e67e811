#!/usr/bin/env python3
"""What every client has around its handshake: it connects, reports what it believes, and says why where it gives up.

    interlock check --client 'python3 skeleton.py' --filter 'ecdh-cert/*'

Fill in `handshake` and `converse` after docs/wire.md; until then every grade is `refuses-honest-peers-too`.
"""

import json
import os
import socket


class Refused(Exception):
    """A check that failed, by its id, or an empty text where something else is wrong; and why."""

    def __init__(self, check, why):
        super().__init__(why)
        self.check, self.why = check, why


def handshake(link):
    """Agrees on keys; answers with the keys, the fingerprint in hexadecimal, and the name that the peer proved."""
    raise Refused("", "the handshake is yet to be written")


def converse(link, keys, received):
    """Sends INTERLOCK_MESSAGE_1, INTERLOCK_MESSAGE_2 and a close, and adds what comes to `received` until the peer's close."""
    raise Refused("", "the records are yet to be written")


def main():
    report = {"received": []}
    address = os.environ["INTERLOCK_HOST"], int(os.environ["INTERLOCK_PORT"])
    try:
        with socket.create_connection(address) as link:
            keys, report["fingerprint"], report["peer"] = handshake(link)
            converse(link, keys, report["received"])
    except Refused as refused:
        report |= {"refused": refused.check, "why": refused.why}
    except (OSError, ValueError) as error:
        report |= {"refused": "", "why": str(error)}
    print(json.dumps(report))


if __name__ == "__main__":
    main()
