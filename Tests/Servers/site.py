"""A Dovecot and a Postfix that belong together, below one temporary directory."""

import os
import shutil

from . import seed
from .dovecot import Dovecot
from .pki import Pki
from .postfix import Postfix
from .process import scratch
from .server import Server


class Site(Server):
    """`with Site() as site:` has both running; `site.ca` is the file of the authority to trust."""

    def __init__(self, smtp=True):
        self.folder = scratch()
        self.pki = Pki(f"{self.folder}/pki")
        self.ca = self.pki.ca
        self.others = []
        self.dovecot = Dovecot(f"{self.folder}/dovecot", self.pki)
        self.postfix = None
        if smtp:
            try:
                self.postfix = Postfix(f"{self.folder}/postfix", self.pki, self.dovecot)
            except BaseException:
                self.dovecot.stop()
                raise

    def another_dovecot(self, name, **options):
        """One more instance, of another kind; stopped with the site."""
        server = Dovecot(f"{self.folder}/{name}", self.pki, **options)
        self.others.append(server)
        return server

    def another_postfix(self, name, more):
        """One more instance, with further lines in its main.cf; stopped with the site."""
        server = Postfix(f"{self.folder}/{name}", self.pki, self.dovecot, more=more)
        self.others.append(server)
        return server

    def fill(self, user, count, mailbox="INBOX", first=0):
        seed.fill(self.dovecot.imap, user, count, mailbox, first)

    def stop(self):
        for server in [self.postfix, *self.others, self.dovecot]:
            if server:
                server.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def work_folder(self, name):
        """A directory of its own for one test, below the site's."""
        path = os.path.join(self.folder, "work", name)
        os.makedirs(path, mode=0o755)
        return path
