/// What the toy does over HTTP.
extension ToyPlugin {
    /// One request with a token, its body in pieces where it uploads; tells of the answer.
    static let http = #"""
        static mr_result toy_http(mr_context *c) {
          mr_result r;
          int64_t one = 1, cost = 7, status = 0, wait = -1, size = 11, early = -1;
          mr_bytes b;
          mr_reply *reply;
          mr_fields *q = host->fields_new(c), *h = host->fields_new(c), *f = host->fields_new(c);
          host->setting(c, "url", &b);
          host->fields_set(q, "url", MR_TEXT, b);
          host->fields_set(h, "name", MR_TEXT, text("X-Toy"));
          host->fields_set(h, "value", MR_TEXT, text("yes"));
          host->fields_add(q, "headers", h);
          host->fields_set(q, "authorize", MR_INT, number(&one));
          host->fields_set(q, "cost", MR_INT, number(&cost));
          if (act(c, "uploads")) {
            host->fields_set(q, "method", MR_TEXT, text("POST"));
            host->fields_set(q, "body_size", MR_INT, number(&size));
          }
          if ((r = host->http(c, q, &reply)) != MR_OK) return r;
          if (act(c, "uploads")) {
            size_t n;
            char room[8];
            host->fields_get(host->reply_head(reply), "status", MR_INT, &b);
            memcpy(&early, b.data, 8);
            if (host->reply_read(c, reply, room, 8, &n) != MR_E_INVALID) return MR_E_INTERNAL;
            if ((r = host->reply_write(c, reply, text("hello ")))) return r;
            if ((r = host->reply_write(c, reply, text("world")))) return r;
            if ((r = host->reply_write(c, reply, text("")))) return r;
            if (host->reply_write(c, reply, text("x")) != MR_E_INVALID) return MR_E_INTERNAL;
            host->fields_set(f, "early", MR_INT, number(&early));
          }
          const mr_fields *head = host->reply_head(reply);
          if (host->fields_get(head, "status", MR_INT, &b) == MR_OK) memcpy(&status, b.data, 8);
          if (host->fields_get(head, "retry_after_ms", MR_INT, &b) == MR_OK) memcpy(&wait, b.data, 8);
          host->fields_set(f, "status", MR_INT, number(&status));
          host->fields_set(f, "wait", MR_INT, number(&wait));
          for (size_t i = 0; i < host->fields_count(head, "headers"); i++) {
            const mr_fields *item = host->fields_item(head, "headers", i);
            host->fields_get(item, "name", MR_TEXT, &b);
            if (strcmp(b.data, "x-answer")) continue;
            host->fields_get(item, "value", MR_TEXT, &b);
            host->fields_set(f, "header", MR_TEXT, b);
          }
          char body[64];
          size_t length = 0, count;
          do {
            if ((r = host->reply_read(c, reply, body + length, 5, &count)) != MR_OK) return r;
            length += count;
          } while (count && length < 50);
          mr_bytes whole = {body, length};
          host->fields_set(f, "body", MR_BYTES, whole);
          host->reply_close(reply); host->reply_close(reply);
          if (host->reply_head(reply) || host->reply_read(c, reply, body, 5, &count) != MR_E_INVALID) return MR_E_INTERNAL;
          return host->emit(c, "told", f);
        }
        static mr_result toy_refusals(mr_context *c, const mr_fields *folder) {
          mr_reply *reply;
          mr_bytes b;
          int64_t n = 0;
          n += host->http(c, folder, &reply) == MR_E_INVALID && !reply;
          n += host->token(c, 0, &b) == MR_E_UNSUPPORTED;
          n += host->reply_park(c, NULL, 5) == MR_E_INVALID;
          n += host->reply_head(NULL) == NULL;
          return tell(c, "unsupported", n);
        }
        static mr_result path(mr_context *c, const char *kind, const char *name);
        static mr_result watch_reply(mr_session *s, mr_context *c) {
          mr_result r;
          mr_bytes b;
          mr_fields *q = host->fields_new(c);
          size_t n;
          host->setting(c, "url", &b);
          host->fields_set(q, "url", MR_TEXT, b);
          if ((r = host->http(c, q, &s->reply))) return r;
          if ((r = host->reply_park(c, s->reply, 60000))) return r;
          if (host->reply_read(c, s->reply, &n, 1, &n) != MR_E_INVALID) return MR_E_INTERNAL;
          return MR_PARKED;
        }
        static mr_result wake_reply(mr_session *s, mr_context *c) {
          mr_result r;
          char room[64];
          size_t count;
          if ((r = host->reply_read(c, s->reply, room, sizeof room, &count))) return r;
          mr_bytes line = {room, count};
          mr_fields *f = host->fields_new(c);
          host->fields_set(f, "line", MR_BYTES, line);
          host->emit(c, "line", f);
          if ((r = host->reply_park(c, s->reply, 60000))) return r;
          return path(c, "changed", "INBOX") == MR_OK ? MR_CHANGED : MR_E_INTERNAL;
        }

        """#
}
