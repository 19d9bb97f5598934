"""A made mailbox with known truth: contacts, and who of them has part in each message. The truth comes from how a message
was made; nothing here knows the rules by which addresses are compared."""

import random
import time

OWN = "ann@test.example"
FIRST_DATE = 1_700_000_000


class Contact:
    def __init__(self, number, chance):
        self.key = f"c{number}"
        self.exact = False
        self.domains = []
        kind = number % 20
        local, domain = f"person.{number}", f"firm{number % 997}.example"
        if kind == 0:
            # A firm, known by its domain alone: whoever writes from there.
            self.domains = [f"Only{number}.Example"]
            self.addresses = []
            self.spellings = [f"{name}@only{number}.example" for name in ("sales", "Info", "anna.b")]
        elif kind == 1:
            self.addresses = [f"{local}@bücher.example"]
            self.spellings = [f"{local}@bücher.example", f"{local}@xn--bcher-kva.example", f"{local}@BÜCHER.example"]
        elif kind == 2:
            self.addresses = [f"g.{number}@gmail.com"]
            self.spellings = [f"g{number}@gmail.com", f"G.{number}@googlemail.com", f"g{number}+crm@gmail.com"]
        elif kind == 3:
            self.exact = True
            self.addresses = [f"{local}@{domain}"]
            self.spellings = [f"{local}@{domain}", f"{local.title()}@{domain}"]
        else:
            self.addresses = [f"{local}@{domain}"]
            if kind % 3 == 0:
                self.addresses.append(f"p{number}@private.example")
            self.spellings = [
                form for address in self.addresses
                for form in (address, address.upper(), address.replace("@", "+news@"), address.title())]
        chance.shuffle(self.spellings)

    def record(self):
        return {"key": self.key, "addresses": self.addresses, "domains": self.domains, "exact": int(self.exact)}


class Corpus:
    """`message(n)`: its bytes; `truth[n]`: the keys of the contacts in it, as far as an address of theirs exists anywhere in
    the mailbox that tells of it."""

    def __init__(self, messages, contacts, seed=1):
        chance = random.Random(seed)
        self.contacts = [Contact(number, chance) for number in range(contacts)]
        self.truth = []
        self.lacking = 0
        self._heads = []
        # Conversations: the last message of each contact, that may be answered.
        last = {}
        for number in range(messages):
            contact = chance.choice(self.contacts)
            if chance.random() < 0.3:
                self._stranger(number, contact, chance)
            else:
                self._written(number, contact, last, chance)

    def _add(self, number, head, truth):
        date = time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime(FIRST_DATE + number * 60))
        head += [f"Message-ID: <n{number}@people.example>", f"Date: {date}", f"Subject: Number {number}"]
        self._heads.append(head)
        self.truth.append(truth)

    def _stranger(self, number, contact, chance):
        """Somebody who is no contact, and perhaps looks like one."""
        near = contact.spellings[0]
        local, domain = near.rsplit("@", 1)
        shapes = [f"x{number}@elsewhere.example", f"{local}x@{domain}.evil.example", f"{local}@sub.{domain}"]
        if not contact.domains:
            # Somebody else of the same place; a contact's plus tag where it is exact.
            shapes.append(f"no.{number}@{domain}")
        if contact.exact:
            shapes.append(f"{local}+tag@{domain}")
        self._add(number, [f"From: {chance.choice(shapes)}", f"To: {OWN}"], set())

    def _written(self, number, contact, last, chance):
        mine = chance.random() < 0.4
        who = chance.choice(contact.spellings)
        truth = {contact.key}
        parent = last.get(contact.key)
        others = []
        if chance.random() < 0.2:
            other = chance.choice(self.contacts)
            if other is not contact:
                others = [f"Cc: {chance.choice(other.spellings)}"]
                truth.add(other.key)
        head = [f"From: {OWN}", f"To: {who}"] if mine else [f"From: {who}", f"To: {OWN}"]
        answers = []
        if parent is not None and (mine or chance.random() < 0.7):
            answers = [f"In-Reply-To: <n{parent}@people.example>", f"References: <n{parent}@people.example>"]
        if chance.random() < 0.05:
            self.lacking += 1
            head, others, truth = self._cut(mine, who, contact, answers, others, truth, chance)
        elif not others:
            last[contact.key] = number
        self._add(number, head + others + answers, truth)

    @staticmethod
    def _cut(mine, who, contact, answers, others, truth, chance):
        """Without From or To, as some servers give it."""
        if mine:
            # What Ann wrote, without To: the thread knows to whom, where it is an answer.
            if others:
                return [f"From: {OWN}"], others, truth - {contact.key}
            return [f"From: {OWN}"], others, truth if answers else set()
        kind = chance.randrange(4)
        if kind == 0:
            return [f"Return-Path: <{who}>", f"To: {OWN}"], others, truth
        if kind == 1:
            return [f"Sender: {who}", f"To: {OWN}"], others, truth
        if kind == 2:
            fields = [f"Delivered-To: {OWN}", f"X-Original-To: {OWN}", f"Envelope-To: {OWN}",
                      f"Received: from a by b (for x) with SMTP for <{OWN}>; now"]
            return [f"From: {who}", chance.choice(fields)], others, truth
        # Neither: nobody can know, unless it is found in what it answers.
        return [f"To: {OWN}"], others, truth if answers else truth - {contact.key}

    def message(self, number):
        head = "\r\n".join(self._heads[number])
        return f"{head}\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nMessage {number}.\r\n".encode()


def put(room, corpus):
    for at in range(0, len(corpus.contacts), 10_000):
        room.put("contacts", contacts=[contact.record() for contact in corpus.contacts[at:at + 10_000]])


def compare(room, corpus):
    """(precision, recall, examples of what differs) of all messages."""
    found = {}
    for row in room.messages(fields=["message_id", "contacts"]):
        name = row["message_id"].split("@")[0]
        if not name[1:].isdigit():
            continue
        number = int(name[1:])
        found[number] = {match["key"]: f"{match['source']} {match['by']}" for match in row["contacts"]}
    right = wrong = missed = 0
    differences = []
    for number, truth in enumerate(corpus.truth):
        here = found.get(number, {})
        right += len(truth & here.keys())
        wrong += len(here.keys() - truth)
        missed += len(truth - here.keys())
        if truth != here.keys() and len(differences) < 20:
            differences.append((number, corpus._heads[number], truth, here))
    return right / max(right + wrong, 1), right / max(right + missed, 1), differences
