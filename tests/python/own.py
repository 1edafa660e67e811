"""The client of docs/wire.md as a program of the user's own (docs/own-victim.md): own.py [--broken CHECK] [--lie CHECK]

--broken leaves a check out; --lie claims that this check refused, whatever happened.
"""

import json
import os
import subprocess
import sys

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
command = [sys.executable, "-B", os.path.join(os.path.dirname(__file__), "client.py")]
command += ["--connect", f"{given['host']}:{given['port']}"]
for check in given["without"].split() + [options[flag] for flag in ("--broken",) if flag in options]:
    command += ["--without", check]
for check in given["with"].split():
    command += ["--with", check]
for name, flag in FLAGS.items():
    if name in given:
        command += [flag, given[name]]
done = subprocess.run(command, capture_output=True, text=True)
report = {"received": []}
for line in done.stdout.splitlines():
    word, _, rest = line.partition(" ")
    if word == "fingerprint":
        report["fingerprint"] = rest
    elif word == "received":
        report["received"].append(rest)
if "peer_name" in given:
    report["peer"] = given["peer_name"]
if done.returncode != 0:
    said = done.stderr.strip().splitlines()[-1:] or ["nothing was said"]
    parts = said[0].split(": ")
    report |= {"refused": parts[1] if len(parts) > 2 else "", "why": parts[-1]}
if "--lie" in options:
    report = {"refused": options["--lie"], "why": "a lie"}
print(json.dumps(report))
