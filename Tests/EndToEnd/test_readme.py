"""Every command block in README.md and docs is run; one that cannot be is marked so, with its reason, in a comment right
before it: <!-- not run: the reason -->."""

import os
import pathlib
import re
import shutil
import subprocess
import sys

import pytest

from Servers.dns import NameServer, in_order

ROOT = pathlib.Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"(?:<!-- not run: (?P<reason>[^>]+?) -->\s*\n)?^```(?P<language>\w*)[^\n]*\n(?P<code>.*?)^```", re.M | re.S)
# Run by the tests that are named here, and not twice.
ELSEWHERE = {
    "make demo": "test_tool.py", "make test": "is what runs this", "make deps": "what make test begins with",
    "make": "what make test builds", "make install PREFIX=/usr/local": "test_tool.py, with another PREFIX",
    "make bench": "by hand: it takes minutes", "make soak": "by hand: it takes half an hour",
}


def blocks():
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")), *sorted((ROOT / "bindings").rglob("*.md"))]
    for page in pages:
        for match in BLOCK.finditer(page.read_text()):
            line = page.read_text().count("\n", 0, match.start("code"))
            yield pytest.param(
                page, match, id=f"{page.relative_to(ROOT)}:{line}:{match['language'] or 'text'}")


@pytest.mark.parametrize("page, match", blocks())
def test_block(page, match, site, tmp_path):
    language, code = match["language"], match["code"]
    if page.name == "crm.md" and language in ("c", "python", "php", "text"):
        return  # One program of each language: test_crm.py runs it.
    if match["reason"]:
        assert len(match["reason"]) > 10
        return
    if language in ("sh", "bash", "console"):
        shell(code, site, tmp_path)
    elif language == "c":
        compiles("c", code, tmp_path)
    elif language in ("python", "py"):
        compile(code, str(page), "exec")
    elif language == "php":
        file = tmp_path / "block.php"
        file.write_text(code if code.startswith("<?php") else "<?php\n" + code)
        subprocess.run(["php", "-l", str(file)], check=True, capture_output=True)
    elif language in ("text", "", "json", "ini", "swift"):
        # A synopsis with its FILE and ADDRESS is no command.
        assert re.search(r"\bFILE\b", code) or not re.search(
            r"(?m)^\s*\$?\s*(?:make|mailroom|pip|sudo) \w", code), "a command needs ```sh"
    else:
        pytest.fail(f"nobody checks {language}")


@pytest.mark.parametrize("page", ["README.md", "bindings/python/README.md"])
def test_the_python_example_may_be_run_again(page, site, user, tmp_path):
    code = re.search(r"^```python\n(.*?)^```", (ROOT / page).read_text(), re.M | re.S)[1]
    site.fill(user, 2)
    site.postfix.accept(f"bob-{user}@test.example")
    code = re.sub(r'(?:imap|smtp)_port="\d+",?\s*', "", code)
    for old, new in (
        ("ann@example.com", f"{user}@test.example"), ("bob@example.com", f"bob-{user}@test.example"),
        ('imap_host="imap.example.com"', f'imap_host="127.0.0.1", imap_port="{site.dovecot.imap}", imap_tls="starttls"'),
        ('smtp_host="smtp.example.com"',
         f'smtp_host="127.0.0.1", smtp_port="{site.postfix.submission}", smtp_tls="starttls", ca_file="{site.ca}"'),
        ('password="..."', 'password="pass"'), ("password=secret", 'password="pass"'),
    ):
        code = code.replace(old, new)
    (tmp_path / "offer.pdf").write_bytes(b"%PDF")
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "bindings" / "python")}
    program = f"import mailroom\nmailroom.load({str(ROOT / 'dist/lib/libmailroom.so.1')!r})\n" + code
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-c", program], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
    if "print(sent" in code:
        assert done.stdout.splitlines()[-1].startswith("sent ")


def shell(code, site, folder):
    """The lines one after the other, with ann@example.com's servers replaced by the test site's."""
    lines = [line for line in code.replace("\\\n", " ").splitlines() if line.strip() and not line.startswith("#")]
    lines = [line.removeprefix("$ ") for line in lines if line.split("#")[0].strip() not in ELSEWHERE]
    if not lines:
        return
    site.postfix.accept("bob@test.example")
    bin_folder = folder / "bin"
    bin_folder.mkdir()
    (bin_folder / "mailroom").symlink_to(ROOT / "dist" / "bin" / "mailroom")
    text = "\n".join(lines)
    text = text.replace("example.com", "test.example")
    text = re.sub(r"--imap imap\.test\.example", f"--imap 127.0.0.1:{site.dovecot.imap}", text)
    text = re.sub(
        r"--smtp smtp\.test\.example", f"--smtp 127.0.0.1:{site.postfix.submission} --tls starttls --ca {site.ca}", text)
    text = re.sub(r"--pop3 pop3\.test\.example", f"--pop3 127.0.0.1:{site.dovecot.pop3} --pop3-tls starttls", text)
    if "mailroom --store crm.db" in text and " connect " not in text:
        text = (
            f"echo pass | mailroom --store crm.db connect ann@test.example --imap 127.0.0.1:{site.dovecot.imap} --smtp "
            f"127.0.0.1:{site.postfix.submission} --tls starttls --ca {site.ca} --password-stdin\n" + text)
    text = re.sub(r"(?m)^(mailroom .*--password-stdin)$", r"echo pass | \1", text)
    environment = {
        **os.environ, "PATH": f"{bin_folder}:{os.path.dirname(sys.executable)}:{os.environ['PATH']}",
        "PKG_CONFIG_PATH": str(ROOT / "dist" / "lib" / "pkgconfig"), "LD_LIBRARY_PATH": ""}
    for name in ("include", "bindings", "docs"):
        shutil.copytree(ROOT / name, folder / name, symlinks=True)
    with NameServer(in_order("test.example")) as names:
        done = subprocess.run(
            ["bash", "-euxo", "pipefail", "-c", text.replace(" doctor ", f" doctor --resolver {names.address} ")], cwd=folder,
            env=environment, capture_output=True, text=True, timeout=90, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]


def compiles(language, code, folder):
    file = folder / f"block.{language}"
    file.write_text(code if "#include" in code else "#include <mailroom.h>\n" + code)
    subprocess.run(
        ["gcc", "-std=gnu11", "-fsyntax-only", f"-I{ROOT / 'include'}", str(file)], check=True, capture_output=True)
