import Base
import PluginHost
import Testing

/// A plugin in C that does in `sync` what the setting `act` names: well and badly behaved.
enum ToyPlugin {
    static let manifest = """
        {"plugin": "toy", "version": "1.2.3", "abi": 1, "library": "toy.so", "future": {"ignored": 1},
         "providers": [{"scheme": "toy", "title": "Toy", "auth": ["password"], "requires": ["act"],
           "capabilities": ["sync", "folders", "send", "list", "apply", "append", "watch"],
           "limits": {"connections": 3, "poll_ms": 60000},
           "settings": [{"name": "act", "type": "text", "required": 1, "meaning": "what to do"},
                        {"name": "colour", "default": "green"}, {"name": "password", "secret": 1}]}]}
        """

    /// Puts the toy into a directory of plugins and loads it.
    static func load(_ scratch: Scratch) throws -> LoadedProvider {
        let directory = try scratch.directory("plugins")
        try scratch.write("plugins/toy.json", manifest)
        try scratch.compile(source, to: "plugins/toy.so")
        return try PluginRegistry(directories: [directory]).provider("toy")
    }

    static let source = #"""
        #include <stdlib.h>
        #include <string.h>
        #include "mailroom_plugin.h"

        static const mr_host *host;
        struct mr_session { mr_stream *stream; mr_reply *reply; mr_context *old; mr_fields *old_fields; };

        static mr_bytes text(const char *s) { mr_bytes b = { s, strlen(s) }; return b; }
        static mr_bytes number(const int64_t *n) { mr_bytes b = { n, sizeof *n }; return b; }
        static int act(mr_context *c, const char *name) {
          mr_bytes b;
          return host->setting(c, "act", &b) == MR_OK && b.size == strlen(name) && memcmp(b.data, name, b.size) == 0;
        }
        static mr_fields *ref(mr_context *c, const char *name) {
          mr_fields *f = host->fields_new(c);
          host->fields_set(f, "ref", MR_TEXT, text(name));
          host->fields_set(f, "flags", MR_TEXT, text("\\Seen"));
          return f;
        }
        static mr_result tell(mr_context *c, const char *what, int64_t n) {
          mr_fields *f = host->fields_new(c);
          host->fields_set(f, "what", MR_TEXT, text(what));
          host->fields_set(f, "n", MR_INT, number(&n));
          return host->emit(c, "told", f);
        }
        static mr_result message(mr_context *c, const char *name, const char *body, int64_t size) {
          mr_result r = host->message_begin(c, ref(c, name), size);
          if (r == MR_OK) r = host->message_data(c, text(body));
          if (r == MR_OK) r = host->message_end(c);
          return r;
        }

        static mr_result toy_open(mr_context *c, mr_session **out) {
          if (act(c, "open-refused")) {
            mr_fields *f = host->fields_new(c);
            int64_t smtp = 535, wait = 1500;
            host->fields_set(f, "step", MR_TEXT, text("auth"));
            host->fields_set(f, "smtp", MR_INT, number(&smtp));
            host->fields_set(f, "enhanced", MR_TEXT, text("5.7.8"));
            host->fields_set(f, "text", MR_TEXT, text("Bad\ncredentials"));
            host->fields_set(f, "retry_after_ms", MR_INT, number(&wait));
            return host->fail(c, MR_E_AUTH, f);
          }
          if (act(c, "open-null")) return MR_OK;
          *out = calloc(1, sizeof **out);
          if (act(c, "open-leaves")) return MR_E_OUTAGE;
          (*out)->old = c;
          (*out)->old_fields = host->fields_new(c);
          return MR_OK;
        }
        static void toy_close(mr_context *c, mr_session *s) { host->log(c, 6, "closed"); free(s); }

        static mr_result toy_folders(mr_session *s, mr_context *c) {
          mr_fields *f = host->fields_new(c);
          host->fields_set(f, "path", MR_TEXT, text("INBOX"));
          host->fields_set(f, "native", MR_BYTES, text("\xff\x01"));
          mr_result r = host->emit(c, "folder", f);
          if (r == MR_OK && act(c, "folders-commit")) return host->commit(c, text("x"));
          return r;
        }

        \#(ToyPlugin.http)
        static mr_result nulls(mr_session *s, mr_context *c) {
          /* Every one of these is refused, and none of them may crash. */
          int64_t refused = 0, asked = 0;
          mr_bytes out, bad = { NULL, 5 };
          mr_fields *page, *f = ref(c, "1");
          size_t n;
          mr_stream *stream;
          char room[8];
          #define NO(call) asked++, refused += (call) == MR_E_INVALID
          NO(host->check(NULL)); NO(host->setting(NULL, "act", &out)); NO(host->setting(c, NULL, &out));
          NO(host->setting(c, "act", NULL)); NO(host->secret(c, NULL, NULL)); NO(host->state_get(c, "", &out));
          NO(host->state_put(c, "k", bad)); NO(host->connect(c, NULL, 1, 0, &stream));
          NO(host->connect(c, "h", 1, 7, &stream)); NO(host->connect(c, "h", 0, 0, &stream));
          NO(host->connect(c, "a b", 1, 0, &stream)); NO(host->connect(c, "h", 1, 0, NULL));
          NO(host->start_tls(c, NULL)); NO(host->read(c, (mr_stream *)room, room, 8, &n));
          NO(host->read_line(c, NULL, 10, &out)); NO(host->write(c, NULL, bad));
          NO(host->fields_set(NULL, "a", MR_TEXT, text("x"))); NO(host->fields_set(f, NULL, MR_TEXT, text("x")));
          NO(host->fields_set(f, "Bad Name", MR_TEXT, text("x"))); NO(host->fields_set(f, "a", 77, text("x")));
          NO(host->fields_set(f, "a", MR_INT, text("x"))); NO(host->fields_set(f, "a", MR_TEXT, bad));
          NO(host->fields_get(NULL, "a", MR_TEXT, &out)); NO(host->fields_get(f, "ref", MR_INT, &out));
          NO(host->fields_get(f, "ref", MR_TEXT, NULL)); NO(host->fields_add(f, "ref", f));
          NO(host->fields_add(f, "l", NULL)); NO(host->fields_add(f, "l", (mr_fields *)c));
          NO(host->want(c, NULL)); NO(host->want(NULL, f)); NO(host->want(c, (mr_fields *)room));
          NO(host->known(c, NULL, 0, NULL)); NO(host->emit(c, NULL, f)); NO(host->emit(c, "Bad Kind", f));
          NO(host->emit(c, "gone", NULL)); NO(host->message_begin(c, f, -2)); NO(host->message_begin(c, NULL, 1));
          NO(host->fail(c, MR_OK, NULL)); NO(host->fail(c, MR_E_AUTH, s->old_fields));
          /* A context and fields of a call that has ended. */
          NO(host->check(s->old)); NO(host->emit(s->old, "told", f)); NO(host->emit(c, "told", s->old_fields));
          NO(host->fields_set(s->old_fields, "a", MR_TEXT, text("x"))); NO(host->check((mr_context *)f));
          #undef NO
          if (host->alloc(NULL, 8) || host->alloc(c, (size_t)-1) || host->alloc(c, (size_t)1 << 40)) return MR_E_INTERNAL;
          if (host->fields_count(NULL, "l") || host->fields_item(f, "l", 0) || host->fields_new(NULL)) return MR_E_INTERNAL;
          host->close(NULL); host->close((mr_stream *)room); host->log(c, 1, NULL); host->progress(NULL, 1, 2);
          host->random(NULL, 8); host->random(room, 0); host->reply_close(NULL);
          if (host->known(c, f, 0, &page) != MR_OK) return MR_E_INTERNAL;
          return tell(c, refused == asked ? "all refused" : "some not refused", refused);
        }

        static mr_result toy_sync(mr_session *s, mr_context *c, const mr_fields *folder, mr_bytes cursor) {
          mr_result r = MR_OK;
          if (act(c, "good")) {
            mr_bytes path, id, key, none;
            if (host->fields_get(folder, "path", MR_TEXT, &path) || host->fields_get(folder, "id", MR_INT, &id))
              return MR_E_INVALID;
            tell(c, path.data, *(const int64_t *)id.data);
            if (host->setting(c, "absent", &none) != MR_E_NOT_FOUND) return MR_E_INTERNAL;
            if (host->setting(c, "colour", &key) == MR_OK) tell(c, key.data, (int64_t)key.size);
            if (host->secret(c, "password", &key) == MR_OK) tell(c, "secret", (int64_t)key.size);
            if (host->secret(c, "other", &none) != MR_E_NOT_FOUND) return MR_E_INTERNAL;
            if (host->state_get(c, "k", &none) != MR_E_NOT_FOUND) return MR_E_INTERNAL;
            host->state_put(c, "k", text("v1"));
            if (host->state_get(c, "k", &key) || key.size != 2) return MR_E_INTERNAL;
            if (host->want(c, ref(c, "7")) != MR_OK) return MR_E_INTERNAL;
            r = message(c, "7", "hello", 5);
            if (r == MR_OK) r = message(c, "8", "unknown size", -1);
            host->progress(c, 2, 2);
            return r == MR_OK ? host->commit(c, text("cursor-1")) : r;
          }
          if (act(c, "many")) {
            int n = 0;
            mr_fields *f = ref(c, "9");
            do { r = host->emit(c, "flags", f); n++; } while (r == MR_OK && n < 100000);
            tell(c, "until", n);
            return r == MR_COMMIT_NOW ? host->commit(c, text("c")) : r;
          }
          if (act(c, "too-many")) {
            mr_fields *f = ref(c, "9");
            for (int n = 0; n < 6000; n++) host->emit(c, "flags", f);
            return MR_OK;
          }
          if (act(c, "answers-77")) return 77;
          if (act(c, "answers-unknown")) return -77;
          if (act(c, "answers-forked")) return MR_E_FORKED;
          if (act(c, "commit-inside")) {
            host->message_begin(c, ref(c, "1"), 5);
            r = host->commit(c, text("x"));
            host->fail(c, r, NULL);
            return r;
          }
          if (act(c, "emit-inside")) {
            host->message_begin(c, ref(c, "1"), 5);
            return host->emit(c, "flags", ref(c, "2"));
          }
          if (act(c, "left-inside")) return host->message_begin(c, ref(c, "1"), 5);
          if (act(c, "too-long")) return message(c, "1", "too long", 3);
          if (act(c, "too-short")) return message(c, "1", "short", 50);
          if (act(c, "data-outside")) return host->message_data(c, text("x"));
          if (act(c, "swallows")) { tell(c, "x", 1); return MR_OK; }
          if (act(c, "other-code")) { tell(c, "x", 1); return MR_E_PROTOCOL; }
          if (act(c, "nulls")) return nulls(s, c);
          if (act(c, "recursion")) {
            mr_fields *f = ref(c, "1");
            int n = 0;
            while (n < 1000 && host->fields_add(f, "l", f) == MR_OK) n++;
            return tell(c, "depth", n);
          }
          if (act(c, "huge")) {
            size_t size = 17 << 20;
            void *memory = calloc(1, size);
            mr_bytes big = { memory, size };
            mr_fields *f = host->fields_new(c);
            r = host->fields_set(f, "big", MR_BYTES, big);
            free(memory);
            return r == MR_E_INVALID ? tell(c, "refused", 1) : MR_E_INTERNAL;
          }
          if (act(c, "many-fields")) {
            mr_fields *f = host->fields_new(c);
            char name[16];
            int64_t n = 0;
            for (; n < 10000; n++) {
              int d = 1000, k = 0;
              for (name[k++] = 'f'; d; d /= 10) name[k++] = '0' + n / d % 10;
              name[k] = 0;
              if (host->fields_set(f, name, MR_INT, number(&n))) break;
            }
            return tell(c, "fields", n);
          }
          if (act(c, "many-objects")) {
            int64_t n = 0;
            while (n < 1000000 && host->fields_new(c)) n++;
            int64_t m = 0;
            while (m < 1000000 && host->alloc(c, 1 << 16)) m++;
            return n < 1000000 && m < 1000000 ? MR_OK : MR_E_INTERNAL;
          }
          if (act(c, "pages")) {
            int64_t after = 0, seen = 0;
            mr_bytes b;
            do {
              mr_fields *page;
              if ((r = host->known(c, folder, after, &page))) return r;
              size_t n = host->fields_count(page, "items");
              for (size_t i = 0; i < n; i++) {
                const mr_fields *item = host->fields_item(page, "items", i);
                if (host->fields_get(item, "ref", MR_TEXT, &b) || ((const char *)b.data)[b.size] != 0) return MR_E_INTERNAL;
                seen++;
              }
              if (host->fields_item(page, "items", n)) return MR_E_INTERNAL;
              if (host->fields_get(page, "next", MR_INT, &b)) return MR_E_INTERNAL;
              after = *(const int64_t *)b.data;
            } while (after);
            return tell(c, "seen", seen);
          }
          if (act(c, "naps")) { while ((r = host->sleep(c, 60000)) == MR_OK) {} return r; }
          if (act(c, "spins")) { while ((r = host->check(c)) == MR_OK) {} return r; }
          if (act(c, "unsupported")) return toy_refusals(c, folder);
          if (act(c, "dials")) {
            mr_bytes port;
            host->setting(c, "port", &port);
            mr_stream *stream;
            r = host->connect(c, "127.0.0.1", (uint16_t)atoi(port.data), 0, &stream);
            if (r != MR_OK) {
              mr_fields *f = host->fields_new(c);
              host->fields_set(f, "code", MR_TEXT, text("TOY"));
              return host->fail(c, r, f);
            }
            mr_bytes line;
            r = host->read_line(c, stream, 100, &line);
            if (r == MR_OK) {
              mr_fields *f = host->fields_new(c);
              host->fields_set(f, "line", MR_BYTES, line);
              r = host->emit(c, "line", f);
            }
            return r;
          }
          if (act(c, "fetches") || act(c, "uploads")) return toy_http(c);
          if (act(c, "dirty-text")) {
            mr_fields *f = host->fields_new(c);
            mr_bytes dirty = { "a\xff" "b\0c", 5 };
            host->fields_set(f, "text", MR_TEXT, dirty);
            host->fields_set(f, "text2", MR_TEXT, text("first"));
            host->fields_set(f, "text2", MR_TEXT, text("second"));
            return host->emit(c, "told", f);
          }
          return MR_E_UNSUPPORTED;
        }

        static mr_result path(mr_context *c, const char *kind, const char *name) {
          mr_fields *f = host->fields_new(c);
          host->fields_set(f, "path", MR_TEXT, text(name));
          return host->emit(c, kind, f);
        }
        static mr_result toy_watch(mr_session *s, mr_context *c, const mr_fields *folders) {
          mr_bytes b;
          mr_result r;
          if (act(c, "no-push")) return MR_E_UNSUPPORTED;
          if (act(c, "parks-nothing")) return MR_PARKED;
          if (act(c, "watch-ends")) return MR_OK;
          for (size_t i = 1; i < host->fields_count(folders, "items"); i++) {
            host->fields_get(host->fields_item(folders, "items", i), "path", MR_TEXT, &b);
            path(c, "unwatched", b.data);
          }
          if (act(c, "watch-reply")) return watch_reply(s, c);
          host->setting(c, "port", &b);
          if ((r = host->connect(c, "127.0.0.1", (uint16_t)atoi(b.data), 0, &s->stream))) return r;
          if ((r = host->read_line(c, s->stream, 100, &b))) return r;
          if (act(c, "watch-compressed") && (r = host->start_deflate(c, s->stream))) return r;
          if ((r = host->park(c, s->stream, 60000))) return r;
          if (act(c, "uses-parked")) {
            int64_t n = 0;
            n += host->write(c, s->stream, text("x")) == MR_E_INVALID;
            n += host->read_line(c, s->stream, 100, &b) == MR_E_INVALID;
            n += host->park(c, s->stream, 60000) == MR_E_INVALID;
            n += host->start_deflate(c, s->stream) == MR_E_INVALID;
            n += host->park(c, NULL, 60000) == MR_E_INVALID;
            tell(c, "refused", n);
          }
          if (act(c, "closes-parked")) host->close(s->stream);
          if (act(c, "fails-parked")) return MR_E_OUTAGE;
          return act(c, "watch-changed") ? path(c, "changed", "INBOX"), MR_CHANGED : MR_PARKED;
        }
        static mr_result toy_wake(mr_session *s, mr_context *c, int32_t reason) {
          mr_bytes b;
          mr_result r;
          tell(c, "woken", reason);
          if (s->reply) return wake_reply(s, c);
          if (reason == MR_WAKE_STOP) return host->park(c, s->stream, 1) == MR_E_INVALID ? MR_PARKED : MR_E_INTERNAL;
          if (reason == MR_WAKE_TIMER) return host->park(c, s->stream, 60000) == MR_OK ? MR_PARKED : MR_E_INTERNAL;
          if ((r = host->read_line(c, s->stream, 100, &b))) return r;
          mr_fields *f = host->fields_new(c);
          host->fields_set(f, "line", MR_BYTES, b);
          host->emit(c, "line", f);
          if (act(c, "ends-on-wake")) return MR_OK;
          if ((r = host->park(c, s->stream, 60000))) return r;
          return path(c, "changed", "INBOX") == MR_OK ? MR_CHANGED : MR_E_INTERNAL;
        }
        static mr_result toy_append(mr_session *s, mr_context *c, const mr_fields *what, mr_bytes message) {
          mr_bytes b;
          if (host->fields_get(what, "flags", MR_TEXT, &b)) return MR_E_INVALID;
          tell(c, b.data, (int64_t)message.size);
          return host->emit(c, "placed", ref(c, "77"));
        }
        static mr_result toy_list(mr_session *s, mr_context *c, const mr_fields *folder) {
          mr_result r = MR_OK;
          mr_fields *f = ref(c, "9");
          for (int n = 0; n < 20000 && r == MR_OK; n++) r = host->emit(c, "listed", f);
          return r;
        }
        /* Findings at the wrong place, or with fields that cannot be: every one is refused. */
        static mr_result toy_apply(mr_session *s, mr_context *c, const mr_fields *change) {
          static char long_name[300];
          memset(long_name, 'x', 299);
          int64_t n = 0, asked = 0, minus = -1, ten = 10;
          mr_fields *f = ref(c, "1"), *g = ref(c, long_name), *p = host->fields_new(c);
          host->fields_set(f, "path", MR_TEXT, text("INBOX"));
          #define NO(call) asked++, n += (call) == MR_E_INVALID
          NO(host->emit(c, "changed", f)); NO(host->emit(c, "listed", f)); NO(host->emit(c, "refused", f));
          NO(host->emit(c, "durable", f)); NO(host->emit(c, "recipient", f)); NO(host->emit(c, "folder", f));
          NO(host->emit(c, "complete", f)); NO(host->emit(c, "reset", f)); NO(host->emit(c, "unwatched", f));
          NO(host->emit(c, "placed", p)); NO(host->emit(c, "placed", g)); NO(host->emit(c, "flags", p));
          NO(host->emit(c, "gone", g)); NO(host->park(c, s->stream, 5)); NO(host->want(c, g));
          host->fields_set(f, "stable", MR_TEXT, text(long_name));
          NO(host->want(c, f)); NO(host->message_begin(c, f, 5));
          host->fields_set(f, "stable", MR_TEXT, text("S1"));
          host->fields_set(f, "whole", MR_INT, number(&minus));
          NO(host->message_begin(c, f, 5));
          host->fields_set(f, "whole", MR_INT, number(&ten));
          NO(host->message_begin(c, f, 11));
          host->fields_set(f, "size", MR_INT, number(&minus));
          NO(host->want(c, f));
          #undef NO
          tell(c, n == asked ? "all refused" : "some not refused", n);
          return host->emit(c, "flags", ref(c, "1"));
        }

        static mr_result toy_send(mr_session *s, mr_context *c, const mr_fields *envelope, mr_bytes message) {
          size_t n = host->fields_count(envelope, "recipients");
          for (size_t i = 0; i < n; i++) host->emit(c, "recipient", host->fields_item(envelope, "recipients", i));
          mr_result r = host->emit(c, "offer", NULL);
          if (r != MR_OK) return r;
          if (act(c, "silence")) return MR_E_UNKNOWN_OUTCOME;
          if (act(c, "accepted")) return host->emit(c, "recipient", host->fields_item(envelope, "recipients", 0));
          return tell(c, "size", (int64_t)message.size);
        }

        static mr_result all(mr_session *s, mr_context *c, int32_t i, int64_t l, double d, const char *t, const char *o,
                             mr_bytes y, const mr_fields *r) {
          mr_bytes inner = { NULL, 0 };
          int64_t wide = i, thousandths = (int64_t)(d * 1000);
          mr_fields *f = host->fields_new(c);
          host->fields_get(r, "inner", MR_TEXT, &inner);
          host->fields_set(f, "i", MR_INT, number(&wide));
          host->fields_set(f, "l", MR_INT, number(&l));
          host->fields_set(f, "d", MR_INT, number(&thousandths));
          host->fields_set(f, "s", MR_TEXT, text(t));
          if (o) host->fields_set(f, "o", MR_TEXT, text(o));
          host->fields_set(f, "y", MR_BYTES, y);
          host->fields_set(f, "r", MR_TEXT, inner);
          return host->emit(c, "result", f);
        }
        static mr_result none(mr_session *s, mr_context *c) { return s ? tell(c, "none", 0) : MR_E_INTERNAL; }

        static const mr_operation operations[] = {
          { sizeof(mr_operation), 0, "toy.all", "ildsSyr", "i l d s o y r", "every letter", (void (*)(void))all },
          { sizeof(mr_operation), 0, "toy.none", "", "", "no argument", (void (*)(void))none },
        };
        static const mr_provider provider = {
          .size = sizeof(mr_provider), .scheme = "toy", .open = toy_open, .close = toy_close, .folders = toy_folders,
          .sync = toy_sync, .send = toy_send, .watch = toy_watch, .wake = toy_wake, .append = toy_append, .list = toy_list,
          .apply = toy_apply, .operations = operations, .operation_count = 2, .operation_size = sizeof(mr_operation),
        };
        __attribute__((visibility("default")))
        mr_result mr_plugin_init_1(const mr_host *h, mr_plugin *out) {
          host = h;
          out->providers = &provider;
          out->provider_count = 1, out->provider_size = sizeof(mr_provider);
          return MR_OK;
        }
        """#
}
