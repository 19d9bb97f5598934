"""Servers whose refusals are the test's own, one for each protocol: what a provider was seen to say, said again."""

from Servers.faulty import Faulty, Line
from Servers.scripted import ScriptedSmtp

FOLDERS = {"INBOX": "", "Sent": "\\Sent", "Drafts": "\\Drafts", "Trash": "\\Trash"}


class WordyImap(Faulty):
    """login: what LOGIN and AUTHENTICATE are answered with (after the tag), None: OK; "cut": the connection ends there.
    listing: the same for LIST. select: for SELECT and EXAMINE of an empty folder. greeting: the first line; none where "".
    echo: the refusal of a login quotes the whole command. folders: names and their special use."""

    def __init__(self, *, login=None, listing=None, select=None, greeting="* OK ready", echo=False, folders=FOLDERS):
        self.login, self.listing, self.select, self.greeting = login, listing, select, greeting
        self.echo, self.folders = echo, folders
        super().__init__()

    def talk(self, connection):
        line = Line(connection)
        if not self.greeting:
            return self.hang()
        line.write(self.greeting)
        if not self.greeting.startswith("* OK"):
            self.reached += 1
            return
        while True:
            tag, _, rest = line.read().partition(" ")
            words = rest.split(" ")
            verb = words[0].upper() if words[0].upper() != "UID" else words[1].upper()
            if verb == "CAPABILITY":
                line.write("* CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN SPECIAL-USE", f"{tag} OK done")
            elif verb in ("LOGIN", "AUTHENTICATE"):
                if verb == "AUTHENTICATE" and len(words) < 3:
                    line.write("+ ")
                    rest += " " + line.read()
                if self.login is None and not self.echo:
                    line.write(f"{tag} OK logged in")
                    continue
                self.reached += 1
                if self.login == "cut":
                    return
                line.write(f"{tag} {self.login}" + (f" ({rest})" if self.echo else ""))
            elif verb == "LIST":
                if self.listing is not None:
                    self.reached += 1
                    if self.listing == "cut":
                        return
                    line.write(f"{tag} {self.listing}")
                    continue
                if '""' == words[-1]:
                    line.write('* LIST (\\Noselect) "/" ""', f"{tag} OK done")
                    continue
                for name, use in self.folders.items():
                    line.write(f'* LIST (\\HasNoChildren{" " + use if use else ""}) "/" "{name}"')
                line.write(f"{tag} OK done")
            elif verb in ("SELECT", "EXAMINE"):
                if self.select is not None:
                    self.reached += 1
                    line.write(f"{tag} {self.select}")
                    continue
                line.write(
                    "* 0 EXISTS", "* OK [UIDVALIDITY 7] ok", "* OK [UIDNEXT 1] ok", "* FLAGS (\\Seen)",
                    f"{tag} OK [READ-WRITE] done")
            elif verb == "STATUS":
                name = rest[7:rest.rindex("(")].strip()
                line.write(f"* STATUS {name} (MESSAGES 0 UIDNEXT 1 UIDVALIDITY 7 UNSEEN 0)", f"{tag} OK done")
            elif verb == "LOGOUT":
                return line.write("* BYE", f"{tag} OK")
            else:
                line.write(f"{tag} OK nothing")


def wordy_smtp(echo=False, **says):
    """Each stage (connect, auth, mail, rcpt, dot) is answered with `says[stage]` where it is there; echo: with the whole
    command behind it."""

    def answer(stage, talk):
        return says[stage] + (f" ({talk.text})" if echo else "") if stage in says else None

    return ScriptedSmtp(answer)
