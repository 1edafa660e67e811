"""Reads a JUnit report as the schema of Jenkins has it (junit-10.xsd of the xunit plugin): python3 junit.py REPORT.

An XML parser that is not the lab's reads it; elements, their order, their attributes and the types of these are looked at, and
whether the counts are right. Prints one line of JSON: how many test cases, failures, errors and skipped ones there are.
"""

import json
import re
import sys
import xml.etree.ElementTree as tree

NUMBER = r"\d+"
SECONDS = r"\d+(\.\d+)?"
MOMENT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d"
ANY = r"(?s).*"
COUNTS = {"tests": NUMBER, "failures": NUMBER, "errors": NUMBER, "time": SECONDS, "name": ANY}

# element: its attributes with their types, those that have to be there, and its children in order
SCHEMA = {
    "testsuites": (COUNTS, [], ["testsuite"]),
    "testsuite": (
        COUNTS | {"skipped": NUMBER, "timestamp": MOMENT, "hostname": ANY, "id": ANY},
        ["name", "tests"],
        ["properties", "testcase", "system-out", "system-err"],
    ),
    "testcase": (
        {"name": ANY, "classname": ANY, "time": SECONDS, "status": ANY},
        ["name", "classname"],
        ["skipped", "error", "failure", "system-out", "system-err"],
    ),
    "skipped": ({"message": ANY}, [], []),
    "error": ({"message": ANY, "type": ANY}, [], []),
    "failure": ({"message": ANY, "type": ANY}, [], []),
}


def look(element):
    attributes, required, children = SCHEMA[element.tag]
    for name, value in element.attrib.items():
        assert re.fullmatch(attributes[name], value), f"{element.tag}: {name} is {value!r}"
    for name in required:
        assert name in element.attrib, f"{element.tag} lacks {name}"
    places = [children.index(child.tag) for child in element]
    assert places == sorted(places), f"{element.tag}: its children are in another order"
    if children:
        assert not (element.text or "").strip(), f"{element.tag}: text where none may be"
    for child in element:
        look(child)


root = tree.parse(sys.argv[1]).getroot()
assert root.tag == "testsuites", root.tag
look(root)
found = {kind: len(root.findall(f".//{kind}")) for kind in ["testcase", "failure", "error", "skipped"]}
for counted in [root, *root]:
    for name, kind in [("tests", "testcase"), ("failures", "failure"), ("errors", "error"), ("skipped", "skipped")]:
        assert int(counted.get(name, found[kind])) == found[kind], f"{counted.tag}: {name}"
print(json.dumps(found))
