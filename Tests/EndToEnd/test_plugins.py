"""A plugin that cannot be trusted or does not fit is refused with its reason, and the others work on."""

import json
import os
import pathlib
import subprocess

import mailroom
import pytest

PLUGINS = pathlib.Path(__file__).resolve().parents[2] / "dist" / "lib" / "mailroom" / "plugins"
HEADERS = pathlib.Path(__file__).resolve().parents[2] / "dist" / "include"


@pytest.fixture
def folder(tmp_path):
    """A plugin directory with a copy of the Maildir plugin that serves the scheme `mine`."""
    path = tmp_path / "plugins"
    path.mkdir(mode=0o755)
    manifest = json.loads((PLUGINS / "maildir.json").read_text())
    manifest["plugin"] = "mine"
    manifest["library"] = "mine.so"
    manifest["providers"][0].update(scheme="mine", capabilities=["sync", "folders"])
    (path / "mine.json").write_text(json.dumps(manifest))
    compile_plugin(path / "mine.so", "mine")
    os.chmod(path / "mine.json", 0o644)
    return path


def compile_plugin(out, scheme, symbol="mr_plugin_init_1", body=None):
    """A provider of one scheme that can open and nothing else."""
    source = out.with_suffix(".c")
    source.write_text(
        body or f"""
#include <mailroom_plugin.h>
static mr_result opened(mr_context *c, mr_session **out) {{ (void)c; *out = (mr_session *)out; return MR_OK; }}
static void closed(mr_context *c, mr_session *s) {{ (void)c; (void)s; }}
static mr_result folders(mr_session *s, mr_context *c) {{ (void)s; (void)c; return MR_OK; }}
static mr_result sync(mr_session *s, mr_context *c, const mr_fields *f, mr_bytes b) {{ (void)s; (void)c; (void)f; (void)b;
  return MR_OK; }}
static const mr_provider provider = {{ .size = sizeof provider, .scheme = "{scheme}", .open = opened, .close = closed,
  .folders = folders, .sync = sync }};
__attribute__((visibility("default"))) mr_result {symbol}(const mr_host *, mr_plugin *);
mr_result {symbol}(const mr_host *host, mr_plugin *out) {{
  (void)host; out->providers = &provider; out->provider_count = 1; out->provider_size = sizeof provider; return MR_OK; }}
""")
    subprocess.run(
        ["gcc", "-std=gnu11", "-shared", "-fPIC", "-fvisibility=hidden", f"-I{HEADERS}", str(source), "-o", str(out)],
        check=True)
    os.chmod(out, 0o755)
    source.unlink()


def listing(tmp_path, folder):
    with mailroom.open(tmp_path / "crm.db", key_file=True, plugins=[str(folder)]) as room:
        return [dict(row) for row in room.providers()]


def maildir_works(tmp_path, folder):
    box = tmp_path / "box"
    for name in ("cur", "new", "tmp"):
        (box / name).mkdir(parents=True)
    (box / "new" / "1.mail").write_bytes(b"From: a@b.example\r\nSubject: x\r\nMessage-ID: <1@b.example>\r\n\r\nhello\r\n")
    with mailroom.open(tmp_path / "crm.db", key_file=True, plugins=[str(folder)]) as room:
        account = room.connect(address="a@b.example", provider="maildir", path=str(box))
        room.sync(account)
        assert [row["subject"] for row in room.messages()] == ["x"]


def test_a_good_one_is_there(tmp_path, folder):
    rows = listing(tmp_path, folder)
    assert {row.get("scheme") for row in rows} >= {"imap", "smtp", "maildir", "mine"}
    assert all(row["state"] in ("available", "loaded") for row in rows)
    with mailroom.open(tmp_path / "crm.db", key_file=True, plugins=[str(folder)]) as room:
        assert room.connect(address="a@b.example", provider="mine", path="/")["state"] == "enabled"


def spoil_mode_of_library(folder):
    os.chmod(folder / "mine.so", 0o777)


def spoil_mode_of_manifest(folder):
    os.chmod(folder / "mine.json", 0o666)


def spoil_mode_of_folder(folder):
    os.chmod(folder, 0o777)


def spoil_owner(folder):
    os.chown(folder / "mine.so", 12345, 12345)


def change(folder, **fields):
    manifest = json.loads((folder / "mine.json").read_text())
    manifest.update(fields)
    (folder / "mine.json").write_text(json.dumps(manifest))


def spoil_abi(folder):
    change(folder, abi=2)


def spoil_json(folder):
    (folder / "mine.json").write_text('{"plugin": "mine", ')


def spoil_depth(folder):
    (folder / "mine.json").write_text("[" * 100_000)


def spoil_fields(folder):
    change(folder, providers="none")


def spoil_path(folder):
    change(folder, library="../../../../etc/passwd")


def remove_library(folder):
    (folder / "mine.so").unlink()


AT_ONCE = [
    (spoil_mode_of_library, "writ"), (spoil_mode_of_manifest, "writ"), (spoil_mode_of_folder, "writ"),
    (spoil_owner, "belongs"), (spoil_abi, "ABI"), (spoil_json, "mine.json"), (spoil_depth, "mine.json"),
    (spoil_fields, "providers"), (spoil_path, "library"), (remove_library, "mine.so"),
]


@pytest.mark.parametrize("spoil, reason", AT_ONCE, ids=[spoil.__name__ for spoil, _ in AT_ONCE])
def test_refused_with_its_reason(tmp_path, folder, spoil, reason):
    spoil(folder)
    rows = listing(tmp_path, folder)
    refused = [row for row in rows if row["state"] == "refused"]
    assert len(refused) >= 1, rows
    assert all(row.get("scheme") != "mine" for row in rows if row["state"] != "refused")
    assert any(reason.lower() in row["reason"].lower() for row in refused), refused
    with mailroom.open(tmp_path / "crm.db", key_file=True, plugins=[str(folder)]) as room:
        with pytest.raises(mailroom.MailroomError) as caught:
            room.connect(address="a@b.example", provider="mine", path="/")
        assert isinstance(caught.value, (mailroom.PluginError, mailroom.NotFoundError, mailroom.InvalidError))
    maildir_works(tmp_path, folder)


def without_symbol(folder):
    compile_plugin(folder / "mine.so", "mine", symbol="another_name")


def symbol_of_another_abi(folder):
    compile_plugin(folder / "mine.so", "mine", symbol="mr_plugin_init_9")


def no_library_at_all(folder):
    (folder / "mine.so").write_bytes(b"this is no ELF file")
    os.chmod(folder / "mine.so", 0o755)


def init_that_fails(folder):
    compile_plugin(
        folder / "mine.so", "mine",
        body="#include <mailroom_plugin.h>\nmr_result mr_plugin_init_1(const mr_host *h, mr_plugin *o) "
        "{ (void)h; (void)o; return MR_E_UNSUPPORTED; }\n#pragma GCC visibility push(default)\n"
        "__attribute__((visibility(\"default\"))) mr_result mr_plugin_init_1(const mr_host *, mr_plugin *);\n")


def another_scheme(folder):
    compile_plugin(folder / "mine.so", "yours")


AT_LOAD = [
    (without_symbol, "mr_plugin_init_1"), (symbol_of_another_abi, "ABI 9"), (no_library_at_all, "mine.so"),
    (init_that_fails, ""), (another_scheme, "mine")]


@pytest.mark.parametrize("spoil, reason", AT_LOAD, ids=[spoil.__name__ for spoil, _ in AT_LOAD])
def test_refused_when_it_is_loaded(tmp_path, folder, spoil, reason):
    spoil(folder)
    with mailroom.open(tmp_path / "crm.db", key_file=True, plugins=[str(folder)]) as room:
        with pytest.raises(mailroom.PluginError) as caught:
            room.connect(address="a@b.example", provider="mine", path="/")
        assert reason in str(caught.value)
        rows = [row for row in room.providers() if "mine" in (row.get("path") or "") + (row.get("plugin") or "")]
        assert rows and all(row["state"] == "refused" and row["reason"] for row in rows), rows
    maildir_works(tmp_path, folder)
