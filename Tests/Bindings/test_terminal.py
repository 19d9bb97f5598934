"""What a terminal sees of the tool: widths, colours, and no control character of a message."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import termios

import pytest

from .conftest import TOOL


def on_terminal(mailroom, *line, columns=80, environment=None):
    """Everything that a terminal of that width is sent."""
    program, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    process = subprocess.Popen(
        [TOOL, "--store", mailroom.store, *map(str, line)], stdin=subprocess.DEVNULL, stdout=terminal, stderr=terminal,
        env={**mailroom.environment, "TERM": "xterm", **(environment or {})})
    os.close(terminal)
    seen = b""
    try:
        while piece := os.read(program, 4096):
            seen += piece
    except OSError:
        pass  # the end of a terminal that nobody holds any more
    finally:
        os.close(program)
        process.wait(30)
    return seen.decode().replace("\r\n", "\n")


COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def harmful(text):
    return [
        f"U+{ord(character):04X}" for character in text
        if character not in "\n\t" and (
            ord(character) < 0x20 or 0x7F <= ord(character) < 0xA0 or character in "\u202e\u202d\u2066\u2069\u200f")]


@pytest.mark.parametrize("line", [["messages"], ["show", 0], ["show", 0, "--raw"], ["status"], ["messages", "--json"], ["show", 0, "--json"]])
def test_no_control_character_of_a_message_reaches_a_terminal(line, connected):
    evil = next(row["id"] for row in connected.ask("messages") if row["message_id"] == "three@example.com")
    seen = on_terminal(connected, *[evil if word == 0 else word for word in line])
    assert seen
    assert harmful(COLOUR.sub("", seen)) == []
    for sequence in COLOUR.findall(seen):
        assert sequence in ("\x1b[0m", "\x1b[1m", "\x1b[2m", "\x1b[31m", "\x1b[32m", "\x1b[33m", "\x1b[90m")
    assert "\x1b[2J" not in seen and "\x1b]" not in seen


def test_nor_a_pipe_but_for_raw_bytes(connected):
    evil = next(row["id"] for row in connected.ask("messages") if row["message_id"] == "three@example.com")
    for line in (["messages"], ["show", evil], ["show", evil, "--json"]):
        assert harmful(connected.run(*line).stdout) == [], line


def columns_of(text):
    import unicodedata

    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text)


@pytest.mark.parametrize("columns", [60, 80, 200])
def test_tables_fit_the_terminal(columns, connected):
    lines = COLOUR.sub("", on_terminal(connected, "messages", columns=columns)).splitlines()
    assert len(lines) == 4
    assert all(columns_of(line) <= columns for line in lines)
    places = {columns_of(line[:re.search(r"\d\d\d\d-\d\d-\d\d|DATE", line).start()]) for line in lines}
    assert len(places) == 1


def test_wide_characters_count_as_two_columns(connected):
    lines = connected.run("messages").stdout.splitlines()
    places = {columns_of(line[:line.rindex("INBOX")]) for line in lines[1:]}
    assert len(places) == 1 and any("日本語" in line for line in lines)


def test_colour_on_a_terminal_alone(connected):
    assert "\x1b[" in on_terminal(connected, "status")
    assert "\x1b[" not in on_terminal(connected, "status", environment={"NO_COLOR": "1"})
    assert "\x1b[" not in on_terminal(connected, "status", "--color", "never")
    assert "\x1b[" not in connected.run("status").stdout
    assert "\x1b[32menabled" in connected.run("status", "--color", "always").stdout
