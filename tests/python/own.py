"""The client of docs/wire.md as a program of the user's own (docs/own-victim.md): own.py [--broken CHECK,…] [--lie CHECK]

--broken leaves checks out; --lie claims that this check refused, whatever happened.
"""

import contextlib
import io
import json
import os
import sys

import client

FLAGS = {
    "mode": "--mode",
    "session": "--session",
    "message_1": "--say",
    "message_2": "--also",
    "now": "--at",
    "own_name": "--own-name",
    "peer_name": "--name",
    "secret": "--secret-octets",
    "ca": "--ca",
    "crl": "--crl",
    "chain": "--chain",
    "key": "--key",
    "static_key": "--static-key",
    "peer_static": "--peer-static",
    "decryption_key": "--decryption-key",
    "peer_key": "--peer-key",
}
given = {name.removeprefix("INTERLOCK_").lower(): value for name, value in os.environ.items() if name.startswith("INTERLOCK_")}
options = dict(zip(sys.argv[1::2], sys.argv[2::2]))
mode, _, variant = given["mode"].partition(":")
# A variant's parameters concern the server alone, and some variants too.
variant = variant.partition(",")[0]
given["mode"] = mode if mode == "dh-weak" or not variant else f"{mode}:{variant}"
command = ["--connect", f"{given['host']}:{given['port']}"]
for flag in ("without", "with"):
    for check in given[flag].split():
        command += [f"--{flag}", check]
for check in options.get("--broken", "").split(",") if "--broken" in options else []:
    command += ["--broken", check]
for name, flag in FLAGS.items():
    if name in given:
        command += [flag, given[name]]
# What there is to remember is the host key of the first contact.
pin = os.path.join(given.get("memory", ""), "host-key")
if os.path.exists(pin):
    with open(pin, encoding="ascii") as file:
        command += ["--host-key", file.read()]
report, output, refused = {"received": []}, io.StringIO(), None
sys.argv[1:] = command
with contextlib.redirect_stdout(output):
    try:
        client.main()
    except SystemExit as end:
        refused = str(end.code)
for line in output.getvalue().splitlines():
    word, _, rest = line.partition(" ")
    if word == "fingerprint":
        report["fingerprint"] = rest
    elif word == "received":
        report["received"].append(rest)
    elif line.startswith("host key ") and "memory" in given:
        with open(pin, "w", encoding="ascii") as file:
            file.write(line.removeprefix("host key "))
if "peer_name" in given:
    report["peer"] = given["peer_name"]
if refused is not None:
    parts = refused.split(": ")
    report |= {"refused": parts[1] if len(parts) > 2 else "", "why": parts[-1]}
if "--lie" in options:
    report = {"refused": options["--lie"], "why": "a lie"}
print(json.dumps(report))
