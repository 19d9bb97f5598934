"""Who may see whom (docs/design.md, section 2), and what the house does not have at all."""

import pathlib
import re
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SOURCES = ROOT / "Sources"

SYSTEM = {"Glibc", "Synchronization", "Swift"}
# A room: its folder below Sources, and the rooms it may import.
ROOMS = {
    "Base": ("Base", {"CMailroom", "CSystem"}),
    "Mime": ("Mime", {"Base", "CMailroom", "CSystem"}),
    "Wire": ("Wire", {"Base", "CMailroom"}),
    "Transport": ("Transport", {"Base", "CMailroom", "CSystem"}),
    "Store": ("Store", {"Base", "CMailroom", "CSystem"}),
    "PluginHost": ("PluginHost", {"Base", "Transport", "CMailroom", "CSystem"}),
    "Engine": ("Engine", {"Base", "Mime", "Transport", "Store", "PluginHost", "CMailroom", "CSystem"}),
    "MailroomAPI": ("MailroomAPI", {"Base", "Engine", "CMailroom", "CMailroomTest"}),
    "PluginKit": ("PluginKit", {"Base", "CMailroom"}),
    "ImapProvider": ("Providers/Imap", {"Base", "Mime", "Wire", "PluginKit", "CMailroom"}),
    "SmtpProvider": ("Providers/Smtp", {"Base", "Mime", "Wire", "PluginKit", "CMailroom"}),
    "Pop3Provider": ("Providers/Pop3", {"Base", "Mime", "Wire", "PluginKit", "CMailroom"}),
    "MailPlugin": (
        "Providers/MailPlugin", {"PluginKit", "ImapProvider", "Pop3Provider", "SmtpProvider", "CMailroom"}),
    "WebProvider": ("Providers/Web", {"Base", "Mime", "Wire", "PluginKit", "CMailroom"}),
    "GmailProvider": ("Providers/Gmail", {"Base", "Mime", "Wire", "PluginKit", "WebProvider", "CMailroom"}),
    "GraphProvider": ("Providers/Graph", {"Base", "Mime", "Wire", "PluginKit", "WebProvider", "CMailroom"}),
    "WebPlugin": ("Providers/WebPlugin", {"PluginKit", "GmailProvider", "GraphProvider", "CMailroom"}),
    "mailroom": ("mailroom", {"CMailroom", "ArgumentParser"}),
}
LIBRARY = [name for name in ROOMS if name != "mailroom"]
IMPORT = re.compile(
    r"^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:public\s+|package\s+|internal\s+|fileprivate\s+|private\s+)?import\s+"
    r"(?:(?:struct|class|enum|func|protocol|let|var|typealias)\s+)?(\w+)", re.M)


def swift_files(room):
    files = sorted((SOURCES / ROOMS[room][0]).rglob("*.swift"))
    assert files, f"{room} has no source"
    return files


def without_comments(text):
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    return re.sub(r"(?m)//.*$", "", text)


def without_strings(text):
    text = re.sub(r'"""(?:\\.|[^\\])*?"""', '""', text, flags=re.S)
    return re.sub(r'"(?:\\.|[^"\\\n])*"', '""', text)


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_sees_only_what_it_may(room):
    allowed = ROOMS[room][1] | SYSTEM
    for file in swift_files(room):
        seen = set(IMPORT.findall(without_comments(file.read_text())))
        assert seen <= allowed, f"{file.relative_to(ROOT)} imports {sorted(seen - allowed)}"


def test_every_folder_of_sources_is_a_known_room():
    known = {ROOMS[room][0].split("/")[0] for room in ROOMS} | {"CMailroom", "CSystem"}
    assert {path.name for path in SOURCES.iterdir()} == known
    assert {path.name for path in (SOURCES / "Providers").iterdir()} == {
        "Imap", "Pop3", "Smtp", "MailPlugin", "Web", "Gmail", "Graph", "WebPlugin"}


FORBIDDEN = [
    (r"\bimport\s+(?:Foundation\w*|Dispatch)\b", "Foundation or Dispatch"),
    (r"\bTask(?:\.detached|\s*(?:<[^>]*>)?\s*\{)|\bTaskGroup\b|\bawait\b|\basync\b|\bactor\s+\w+", "Swift concurrency"),
    (r"\bgetenv\b|\bsetenv\b|ProcessInfo", "the environment"),
    (r"\bfatalError\s*\(|\bpreconditionFailure\s*\(|\btry!", "a trap on purpose"),
    (r"\bMutex\s*[<(]", "a lock that does not live through forks (Base/Lock.swift)"),
    (r"(?<!\w)(?:print|debugPrint|dump)\s*\(", "standard output"),
    (r"(?<!func )(?<![.\w])signal\s*\(\s*SIG|\bsigaction\s*\(|\bsetlocale\s*\(|\batexit\s*\(", "state of the whole process"),
]


@pytest.mark.parametrize("pattern, what", FORBIDDEN, ids=[what for _, what in FORBIDDEN])
def test_library_and_plugins_have_none_of(pattern, what):
    found = []
    for room in LIBRARY:
        for file in swift_files(room):
            text = without_strings(without_comments(file.read_text()))
            for match in re.finditer(pattern, text):
                line = text.count("\n", 0, match.start()) + 1
                found.append(f"{file.relative_to(ROOT)}:{line}: {match.group().strip()}")
    assert found == []


def test_only_the_c_functions_are_public():
    found = []
    for room in LIBRARY:
        for file in swift_files(room):
            lines = without_comments(file.read_text()).splitlines()
            for number, line in enumerate(lines):
                if re.search(r"\b(?:public|open)\s+(?:\w+\s+)*(?:func|var|let|struct|class|enum|init|protocol)\b", line):
                    before = " ".join(lines[max(0, number - 2):number + 1])
                    if "@_cdecl" not in before and "@c" not in before:
                        found.append(f"{file.relative_to(ROOT)}:{number + 1}: {line.strip()}")
    assert found == []


SQL = re.compile(r"\b(?:SELECT\s+.+\s+FROM|INSERT\s+(?:OR\s+\w+\s+)?INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM|PRAGMA\s+\w)", re.I)


def test_only_the_store_says_sql():
    for room in LIBRARY:
        if room != "Store":
            for file in swift_files(room):
                for string in re.findall(r'"[^"\n]*"', without_comments(file.read_text())):
                    assert not SQL.search(string), f"{file.relative_to(ROOT)}: {string}"


def test_only_transport_owns_a_socket():
    pattern = re.compile(r"(?<![\w.])(?:socket|connect|getaddrinfo|SSL_\w+)\s*\(\s*(?:AF_|fd|[a-z]+,\s*SOCK|host|ssl|context)")
    for room in ("Base", "Mime", "Wire", "Store", "Engine", "MailroomAPI", "PluginKit", "ImapProvider", "SmtpProvider"):
        for file in swift_files(room):
            found = pattern.findall(without_strings(without_comments(file.read_text())))
            assert not found, f"{file.relative_to(ROOT)}: {found}"


def tracked():
    listed = subprocess.run(
        ["git", "-c", f"safe.directory={ROOT}", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / line for line in listed.stdout.splitlines() if (ROOT / line).is_file()]


def text_of(file):
    try:
        return file.read_text()
    except UnicodeDecodeError:
        return ""


def test_no_source_file_is_long():
    """The headers are manuals, and may be."""
    long = []
    for file in tracked():
        if file.suffix in (".swift", ".c", ".h", ".py", ".php", ".sh") and not {"docs", "include"} & set(file.parts):
            count = len(text_of(file).splitlines())
            if count > 400 and file.name != "_declarations.py" and not is_generated(file):
                long.append(f"{file.relative_to(ROOT)}: {count}")
    assert long == []


def is_generated(file):
    return re.search(r"generated (?:by|from)", text_of(file)[:600], re.I) is not None


def test_no_path_of_one_machine():
    pattern = re.compile(r"(?<![\w.$}/-])/(?:work|root|home/\w+|tmp/wt|opt/swift)\b")
    found = []
    for file in tracked():
        for number, line in enumerate(text_of(file).splitlines(), 1):
            if pattern.search(line) and file != pathlib.Path(__file__).resolve():
                found.append(f"{file.relative_to(ROOT)}:{number}: {line.strip()[:100]}")
    assert found == []


def test_nothing_is_left_to_do():
    pattern = re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b")
    found = []
    for file in tracked():
        if file.suffix in (".swift", ".c", ".h", ".py", ".php") and file != pathlib.Path(__file__).resolve():
            found += [
                f"{file.relative_to(ROOT)}:{number}" for number, line in enumerate(text_of(file).splitlines(), 1)
                if pattern.search(line)]
    assert found == []


def test_nothing_else_at_the_top():
    allowed = {
        "Package.swift", "Sources", "Tests", "include", "bindings", "docs", "README.md", "Makefile", ".ci", ".gitignore",
        ".swift-format", "LICENSE"}
    assert {path.relative_to(ROOT).parts[0] for path in tracked()} <= allowed


def test_nothing_built_is_committed():
    for file in tracked():
        assert file.suffix not in (".so", ".o", ".a", ".whl", ".db", ".pyc"), file
        assert not {".build", "dist", "dist-test"} & set(file.relative_to(ROOT).parts), file


def test_the_bindings_see_the_headers_only():
    for file in tracked():
        if "bindings" in file.parts and file.suffix in (".py", ".php", ".c", ".h"):
            for line in text_of(file).splitlines():
                included = re.match(r'\s*#\s*include\s+[<"]([^>"]+)[>"]', line)
                if included and "mailroom" in included.group(1):
                    assert included.group(1) in ("mailroom.h", "mailroom_plugin.h", "mailroom_result.h"), (file, line)
            assert "Sources/" not in text_of(file) or file.name == "generate.py", file


PLUGIN_SYMBOLS = re.compile(r"\b(?:socket|pthread_create|fork|getenv|sigaction|signal|atexit)\s*\(")


def test_the_example_plugin_keeps_the_rules():
    for file in (ROOT / "bindings" / "c" / "examples" / "maildir").glob("*.c"):
        assert not PLUGIN_SYMBOLS.search(text_of(file)), file
