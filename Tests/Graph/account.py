"""An account of Mailroom's at the test server, connected as an application that logs in for itself."""

import mailroom


class Account:
    def __init__(self, graph, store, address="ann@test.example", **settings):
        self.graph, self.address = graph, address
        self.box = graph.mailbox(address)
        self.room = mailroom.open(store, key_file=True, connect_timeout_ms=5000, io_timeout_ms=10_000)
        self.id = self.room.connect(address=address, **{**graph.settings(), **settings})["id"]

    def folder(self, name):
        """Of the mailbox, by its well-known name."""
        return self.box.well_known(name)

    def sync(self, **options):
        return self.room.sync(self.id, **options)

    def message(self, number):
        rows = list(self.room.messages(account=self.id, message_id=f"m{number}@seed.example"))
        return rows[0] if rows else None

    def sent(self, **fields):
        """Sends a message, and the send when it is over or waits."""
        send = self.room.send(self.id, **{"to": "bob@b.example", "subject": "Hello", "text": "Hi", **fields})
        return self.room.send_wait(send, 20)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.room.close()
