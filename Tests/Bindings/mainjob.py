"""mainjob.py LIBRARY STORE GOOD BAD: what bindings/c/examples/mainjob.c does, in Python."""

import json
import sys
import time

import mailroom


def say(step, row):
    print(json.dumps({"step": step, "row": row}), flush=True)


def main(library, store, good, bad):
    mailroom.load(library)
    with mailroom.open(store, key_file=True) as room:
        account = room.connect(**json.loads(sys.stdin.readline()), timeout=60)
        say("sync", room.sync(account, timeout=60))
        say("status", room.status(account))
        for message in room.messages(account=account, order="-date"):
            say("message", room.get("message", message.id))
            with room.body(message) as body:
                say("body", {"id": message.id, "size": sum(len(piece) for piece in body.pieces())})
        outgoing = {"subject": "The main job", "text": "Hello.\n"}
        say("sent", room.send_wait(room.send(account, to=good, **outgoing), timeout=60))
        send = room.send(account, to=[bad], **outgoing)
        say("failed", room.send_wait(send, timeout=60))
        for row in room.failed():
            say("listed", row)
        if not sys.stdin.readline():
            return
        room.resend(send)
        say("resent", room.send_wait(send, timeout=60))
        later = room.send(account, to=good, send_at=int(time.time() + 3600) * 1000, **outgoing)
        room.cancel(later)
        say("cancelled", room.get("send", later))
        batch = room.batch(
            account, [(good, {"name": "Ann"}), (good, {"name": "Bob"})], subject="For {{name}}", text="Hello {{name}}.\n")
        for row in room.find("send", batch=batch):
            room.send_wait(row, timeout=60)
        say("batch", room.get("batch", batch))


main(*sys.argv[1:])
