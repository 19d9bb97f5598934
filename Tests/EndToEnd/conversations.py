"""A mailbox of made conversations: whole headers and damaged ones, as mail programs write them."""

import email.utils
import random

PEOPLE = [f"person{number}@far{number % 7}.example" for number in range(40)]
OWN = "ann@test.example"
WORDS = "offer invoice meeting contract delivery question holiday server garden report budget ticket visit sample".split()


class Mail:
    def __init__(self, number, at, author, to, subject):
        self.id = f"m{number}@{author.split('@')[1]}"
        self.at, self.author, self.to, self.subject = at, author, to, subject
        self.references, self.in_reply_to = [], None
        #: What it answers, though no header of it says so.
        self.by_subject = None
        self.lost = False
        self.kind = "root"

    def bytes(self, twice=False):
        lines = [f"From: {self.author}", f"To: {self.to}", f"Subject: {self.subject}",
                 f"Date: {email.utils.formatdate(self.at)}", f"Message-ID: <{self.id}>"]
        if twice:
            lines.insert(0, "Received: from elsewhere.example by here.example; " + email.utils.formatdate(self.at + 5))
        if self.in_reply_to:
            lines.append(f"In-Reply-To: {self.in_reply_to}")
        if self.references:
            lines.append("References: " + "\r\n ".join(f"<{name}>" for name in self.references))
        return ("\r\n".join(lines) + f"\r\n\r\nMail {self.id} about {self.subject}.\r\n").encode()


def made(seed, conversations=400):
    """Messages in order of their dates."""
    dice = random.Random(seed)
    mails, number = [], 0
    for _ in range(conversations):
        number += 1
        person = dice.choice(PEOPLE)
        at = 1_700_000_000 + dice.randrange(200 * 86_400)
        subject = f"{dice.choice(WORDS)} {dice.choice(WORDS)} {dice.randrange(10_000)}".capitalize()
        root = Mail(number, at, person, OWN, subject)
        talk = [root]
        for _ in range(dice.choice([0, 0, 1, 2, 3, 5, 8])):
            number += 1
            parent = dice.choice(talk[-3:])
            own = parent.author != OWN
            mail = Mail(number, max(m.at for m in talk) + dice.randrange(60, 64_800), OWN if own else person,
                        parent.author if own else OWN, answer(dice, parent.subject))
            link(dice, mail, parent, root)
            talk.append(mail)
        # Where a subject is all there is, what it leads to must be there.
        if not any(mail.by_subject for mail in talk):
            for mail in talk[:-1]:
                mail.lost = dice.random() < 0.12
        mails += talk
    return sorted(mails, key=lambda mail: mail.at), dice


def answer(dice, subject):
    return subject if ": " in subject else dice.choice(["Re: ", "AW: ", "RE: ", "SV: "]) + subject


def link(dice, mail, parent, root):
    mail.kind = dice.choice(["full"] * 8 + ["in_reply_to", "references", "cut", "subject", "phrase", "renamed"])
    if mail.kind == "subject" and mail.subject.split(": ")[-1] != root.subject:
        mail.kind = "full"
    above = [*parent.references, parent.id]
    if mail.kind in ("full", "renamed"):
        mail.references, mail.in_reply_to = above, f"<{parent.id}>"
    elif mail.kind == "in_reply_to":
        mail.in_reply_to = f"<{parent.id}>"
    elif mail.kind == "references":
        mail.references = above[-3:]
    elif mail.kind == "cut":
        mail.references, mail.in_reply_to = [above[0], *above[-2:]] if len(above) > 2 else above, f"<{parent.id}>"
    elif mail.kind == "phrase":
        # As old mail programs wrote it (RFC 822).
        mail.in_reply_to = f"Your message of Monday <{parent.id}>"
    elif mail.kind == "subject":
        mail.by_subject = parent
    if mail.kind == "renamed":
        mail.subject = f"Another matter {mail.id.split('@')[0]}"
