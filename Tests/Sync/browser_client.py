"""What clients of the test servers of Gmail and Graph have in common: they look into the server's mailbox, and keep nothing open."""


class BrowserClient:
    #: The paths that Mailroom shows, by the names that the suites use, where those differ.
    PATHS = {}

    def __init__(self, server, user):
        self.box = server.mailbox(f"{user}@test.example")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def close(self):
        pass

    def path(self, folder):
        return self.PATHS.get(folder, folder)

    @staticmethod
    def spelled(name):
        return name
