"""rows.py LIBRARY STORE: what rows.c prints, read by the Python package."""

import json
import sys

import mailroom

mailroom.load(sys.argv[1])
with mailroom.open(sys.argv[2], work="never") as room:
    for kind in ("account", "folder", "message", "send", "recipient", "attempt", "batch", "log"):
        for row in room.find(kind):
            print(json.dumps({"kind": kind, "row": row}))
