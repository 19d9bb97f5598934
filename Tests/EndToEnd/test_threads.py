"""Threads beside those of notmuch, over the same Maildir."""

import collections
import os
import shutil
import subprocess

import mailroom
import pytest

from EndToEnd.conversations import OWN, made

SEED = int(os.environ.get("MAILROOM_SEED", "20261121"))


@pytest.fixture
def box(tmp_path):
    """A Maildir of made conversations, some messages in it twice, and what was put there."""
    mails, dice = made(SEED)
    folder = tmp_path / "mail"
    for name in ("cur", "new", "tmp"):
        (folder / name).mkdir(parents=True)
    kept = [mail for mail in mails if not mail.lost]
    order = list(kept)
    dice.shuffle(order)
    for number, mail in enumerate(order):
        (folder / "cur" / f"{1_700_000_000 + number}.{number}.here:2,S").write_bytes(mail.bytes())
        if number % 50 == 0:
            (folder / "cur" / f"{1_800_000_000 + number}.{number}.twice:2,S").write_bytes(mail.bytes(twice=True))
    return folder, kept


def by_notmuch(tmp_path, folder):
    config = tmp_path / "notmuch-config"
    config.write_text(f"[database]\npath={folder}\n[user]\nname=Ann\nprimary_email={OWN}\n[new]\ntags=\n")
    environment = {**os.environ, "NOTMUCH_CONFIG": str(config), "HOME": str(tmp_path)}

    def run(*words):
        return subprocess.run(["notmuch", *words], env=environment, check=True, capture_output=True, text=True).stdout

    run("new", "--quiet")
    return [frozenset(line[3:] for line in run("search", "--output=messages", thread).split())
            for thread in run("search", "--output=threads", "*").split()]


def by_mailroom(tmp_path, folder):
    with mailroom.open(tmp_path / "crm.db", key_file=True) as room:
        account = room.connect(address=OWN, provider="maildir", path=str(folder))
        room.sync(account)
        threads = collections.defaultdict(set)
        for message in room.messages(fields=["message_id", "thread"]):
            threads[message["thread"]].add(message["message_id"])
        shown = {thread["id"]: thread["messages"] for thread in room.find("thread")}
        assert set(shown) == set(threads)
    return [frozenset(names) for names in threads.values()]


def joined(threads, links):
    """The threads, with those that a link names made one."""
    of = {}
    for thread in map(set, threads):
        of.update(dict.fromkeys(thread, thread))
    for one, other in links:
        if of[one] is not of[other]:
            of[one].update(of[other])
            of.update(dict.fromkeys(of[other], of[one]))
    return {frozenset(thread) for thread in of.values()}


@pytest.mark.skipif(not shutil.which("notmuch"), reason="notmuch is not installed")
def test_threads_are_those_of_notmuch_but_for_subjects(tmp_path, box):
    folder, mails = box
    ours, theirs = set(by_mailroom(tmp_path, folder)), set(by_notmuch(tmp_path, folder))
    names = {mail.id for mail in mails}
    assert names == {name for thread in theirs for name in thread} == {name for thread in ours for name in thread}
    # The one difference: an answer that names no message is found by its subject here, and stands alone there.
    links = [(mail.id, mail.by_subject.id) for mail in mails if mail.by_subject]
    expected = joined(theirs, links)
    alone = sum(len(thread) == 1 and next(iter(thread)) in {mail.id for mail in mails if mail.by_subject} for thread in ours)
    print(f"{len(mails)} messages; notmuch {len(theirs)} threads, mailroom {len(ours)}; {len(links)} answers by subject "
          f"alone; {len(ours ^ theirs)} threads differ, {len(ours ^ expected)} of them not by subjects; {alone} such answers alone")
    kinds = {mail.id: mail.kind for mail in mails}
    for thread in ours ^ expected:
        print("ours" if thread in ours else "theirs", sorted((name, kinds[name]) for name in thread))
    assert ours == expected
    assert len(ours) < len(theirs)
