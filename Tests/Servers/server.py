"""What the servers have in common, whatever they serve."""


class Server:
    """Runs until `stop`, or to the end of a `with` block."""

    def stop(self):
        raise NotImplementedError

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class Program(Server):
    """One `daemon`, which writes files below `folder`."""

    #: Where it logs; the last is what it prints.
    LOGS = ()

    def log(self):
        """What it has logged so far, and what it printed."""
        text = ""
        for name in self.LOGS:
            try:
                with open(f"{self.folder}/{name}", errors="replace") as file:
                    text += file.read()
            except OSError:
                pass
        return text

    def stop(self):
        self.daemon.stop()
