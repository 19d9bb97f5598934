"""`mailroom status --html`: the settings page, opened in a real browser. MAILROOM_PICTURES names a folder that keeps what it
looked like."""

import os
import pathlib
import re
import sqlite3
import time

import pytest

from . import browser as chromium
from .conftest import MESSAGES, deliver, maildir

# What a stranger may put where the page shows it: each would do something if it were markup.
HOSTILE = [
    "<script>document.title='owned'</script>", "\"><img src=http://evil.example/x onerror=\"document.title='owned'\">",
    "</style><style>body{display:none}</style>", "&lt;b&gt; & ' \u202e gnp.exe", "<a href=javascript:document.title='owned'>go</a>",
    "A" * 300,
]
STATES = {
    "ok@example.com": ("Enabled", "green"), "login@example.com": ("Error", "red"),
    "gone@example.com": ("Connection issue", "grey"), "over@example.com": ("Pending", "yellow"),
    "left@example.com": ("Disconnected", "none"), "frozen@example.com": ("Enabled", "green"),
}


@pytest.fixture(scope="module")
def driver(tmp_path_factory):
    with chromium.browser(tmp_path_factory.mktemp("chromium")) as running:
        yield running


@pytest.fixture
def page(mailroom, tmp_path):
    """A store with a mailbox in each state, and its page."""
    now = int(time.time() * 1000)
    mailroom.run("company", "put", "acme", "--name", "<b>Acme</b> & Co", "--limit", "4")
    for address in sorted(STATES, key="over@example.com".__eq__):
        box = maildir(tmp_path / address)
        for number, message in enumerate(MESSAGES):
            deliver(box, message, number)
        mailroom.run("connect", address, "--provider", "maildir", "--set", f"path={box}", "--set", f"outbox={box}-out",
                     *([] if address == "left@example.com" else ["--company", "acme"]))
        if address != "over@example.com":
            mailroom.run("sync", address)
    mailroom.run("reconnect", "login@example.com", "--set", "fault=auth", expected=4)
    mailroom.run("reconnect", "gone@example.com", "--set", "fault=offline", expected=5)
    for subject in HOSTILE:
        line = ["--to", "once@example.com", "--subject", subject.replace("\u202e", ""), "--text", "T"]
        mailroom.run("send", "ok@example.com", *line, "--wait", expected=6)
        mailroom.run("send", "login@example.com", *line)
    mailroom.run("disconnect", "left@example.com")
    # What takes two days or a server: as it stands in the store then.
    with sqlite3.connect(mailroom.store) as store:
        def put(address, **values):
            names = ", ".join(f"{name} = ?" for name in values)
            assert store.execute(f"UPDATE account SET {names} WHERE address = ?", [*values.values(), address]).rowcount == 1

        put("gone@example.com", state="connection_issue", since=now - 86400_000, next_attempt=None)
        put("frozen@example.com", stale_since=now - 7200_000, activity="first_sync", done=1200, total=20000, moved_at=now)
        put("login@example.com", server_text=HOSTILE[0] + HOSTILE[5], reason=HOSTILE[1])
        store.execute("UPDATE folder SET synced_at = ? WHERE account = (SELECT id FROM account WHERE address = ?)",
                      [now - 7200_000, "frozen@example.com"])
        store.execute("UPDATE log SET server_text = ?, message = ? WHERE account IS NOT NULL", [HOSTILE[1], HOSTILE[2]])
        store.execute("UPDATE log SET count = 7, first_at = first_at - 86400000 WHERE id = 1")
    file = tmp_path / "page.html"
    assert mailroom.run("status", "--html", file).stdout == ""
    return file


WIDTHS = [(320, False), (375, False), (375, True), (768, True), (1280, False), (1280, True)]


@pytest.mark.parametrize("width, dark", WIDTHS)
def test_the_page_in_a_browser(width, dark, page, driver):
    driver.open(page.as_uri(), width, dark=dark)
    if folder := os.environ.get("MAILROOM_PICTURES"):
        driver.picture(pathlib.Path(folder) / f"status-{width}-{'dark' if dark else 'light'}.png")
    # Nothing sticks out, and nothing is asked for but the page.
    room = driver.evaluate("document.documentElement.clientWidth")
    assert width - 20 < room <= width, "a scroll bar takes the rest"
    assert driver.evaluate("document.documentElement.scrollWidth") == room
    assert driver.evaluate(
        f"[...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > {room} + 1)"
        ".map(e => e.outerHTML.slice(0, 80))") == []
    assert [url for url in driver.requests() if not url.startswith("data:")] == [page.as_uri()]
    assert driver.complaints() == []
    # What strangers wrote is text.
    assert driver.evaluate("document.title") == "Mailboxes"
    assert driver.evaluate("document.querySelectorAll('script, img, iframe, form').length") == 0
    assert driver.evaluate("document.querySelectorAll('style').length") == 1
    assert driver.evaluate("[...document.querySelectorAll('a')].every(a => a.getAttribute('href').startsWith('#'))")
    # Every state in words and colour.
    for address, (word, colour) in STATES.items():
        card = f"[...document.querySelectorAll('article')].find(a => a.querySelector('h2').textContent === '{address}')"
        assert word in driver.evaluate(f"{card}.innerText"), address
        assert colour in driver.evaluate(f"{card}.className").split(), address
    paper, ink = (
        [int(number) for number in re.findall(r"\d+", driver.evaluate(f"getComputedStyle(document.body).{name}"))]
        for name in ("backgroundColor", "color"))
    assert (sum(paper[:3]) < 200 and sum(ink[:3]) > 600) if dark else (sum(paper[:3]) > 600 and sum(ink[:3]) < 200)


def test_each_colour_can_be_read(page, driver):
    """Text against what it stands on: 4.5 to 1 at least (WCAG 2, AA)."""
    for dark in (False, True):
        driver.open(page.as_uri(), 1280, dark=dark)
        pairs = driver.evaluate("""
            [...document.querySelectorAll('body *')].filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()))
            .map(e => { let b = e; while (getComputedStyle(b).backgroundColor === 'rgba(0, 0, 0, 0)') b = b.parentElement;
                return [e.className || e.tagName, getComputedStyle(e).color, getComputedStyle(b).backgroundColor] })""")
        assert len(pairs) > 100
        for name, ink, paper in pairs:
            assert contrast(ink, paper) >= 4.5, (dark, name, ink, paper)


def contrast(*colours):
    def light(colour):
        parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
        red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    lighter, darker = sorted(map(light, colours), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_what_the_page_says(page, driver, mailroom):
    driver.open(page.as_uri(), 1280)
    told = driver.evaluate("document.body.innerText")
    for words in (
        "No worker is running", "Not confirmed to be in step with the server since", "1200 of 20000", "first sync",
        mailroom.ask("status", "over@example.com")["reason"], "<b>Acme</b> & Co: 4 mailboxes in use of 4, 1 waiting for a place",
        "none until it is reconnected", "none: it is disconnected", "Billing\noff",
        "Billing\non", "7 times since", "held:", "6 messages not sent", "6 messages waiting to be sent", "3 messages, 3 unread",
    ):
        assert words in told, words
    whole = driver.evaluate("document.body.textContent")
    for text in HOSTILE:
        assert text.replace("\u202e", "") in whole, text
    order = driver.evaluate("[...document.querySelectorAll('article h2')].map(h => h.textContent)")
    assert order[:2] == ["login@example.com", "gone@example.com"] and order[-1] == "left@example.com"
    assert driver.evaluate("document.querySelectorAll('progress').length") == 1
    steps = driver.evaluate("document.querySelector('article ol.steps').children.length")
    assert steps > 0


def test_the_file_is_whole_or_not_there(mailroom, page, tmp_path):
    before = page.read_text()
    mailroom.run("status", "ok@example.com", "--html", page)
    after = page.read_text()
    assert after != before and after.endswith("</html>\n") and after.count("<article") == 1
    assert mailroom.run("status", "--html", "-").stdout.count("<article") == len(STATES)
    assert len(mailroom.ask("status", "--html", page)) == len(STATES)
    assert page.read_text().count("<article") == len(STATES)
    nowhere = tmp_path / "nowhere" / "page.html"
    told = mailroom.run("status", "--html", nowhere, expected=2).stderr
    assert f"{nowhere}: No such file or directory" in told and ".new" not in told, "the file that was named, not one of ours"
    mailroom.run("status", "--html", "-", "--json", expected=2)
    assert sorted(path.name for path in tmp_path.iterdir() if "page" in path.name) == ["page.html"]


def test_an_empty_store_has_a_page(mailroom, box, tmp_path, driver):
    mailroom.run("connect", box.address, *box.options)
    mailroom.run("disconnect", box.address, "--erase")
    file = tmp_path / "empty.html"
    mailroom.run("status", "--html", file)
    driver.open(file.as_uri(), 375)
    assert driver.evaluate("document.documentElement.scrollWidth") == 375
    assert "Log" in driver.evaluate("document.body.innerText")
