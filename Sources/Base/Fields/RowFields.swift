extension RecordSpec {
    /// The kinds of rows that `mr_find` and `mr_get` know.
    package static let rows: [RecordSpec] = [
        account, folder, message, place, wish, part, thread, contact, company, policy, send, recipient, attempt, batch,
        pacing, log, job, provider, cause, change,
    ]

    static let account = RecordSpec(
        "account", "One mailbox with its status (mr_find, mr_get, mr_status).",
        [
            .shown("id", .int, "the account's id", queried: true),
            .both("address", .text, "the mail address, as given", queried: true),
            .both("provider", .text, "the scheme of the provider: imap, maildir ...", queried: true),
            .both("user_key", .text, "the CRM's own key of the user", queried: true),
            .both("company", .int, "the id of the company", queried: true),
            .shown("company_key", .text, "in where: as company, by its key", queried: true),
            .both("display_name", .text, "the name that goes into From"),
            .shown("direction", .text, "two_way, or read_only: nothing is changed on the server"),
            .shown("sent_copy", .text, "auto, always or never: whether what is sent gets a copy in Sent"),
            .shown("accept_duplicate", .int, "1 where what is of unknown outcome goes again once nobody can find out"),
            .shown("receives", .int, "1 where mail is synced from it"),
            .shown("sends", .int, "1 where mail is sent through it"),
            .shown("state", .text, "enabled, pending, error, connection_issue or disconnected", queried: true),
            .shown("colour", .text, "green, yellow, red, grey or none"),
            .shown("since", .int, "when the state began"),
            .shown("reason", .text, "why the state is what it is: one line; absent when all is well"),
            .shown("cause", .text, "the code of the cause (kind cause)", queried: true),
            .shown("title", .text, "of the cause: a few words"),
            .shown("class", .text, "the class of the error: auth, connection, throttling ..."),
            .shown("advice", .text, "what a person does next, one step a line"),
            .shown("server_text", .text, "the server's own words"),
            .shown("billing_enabled", .int, "1 or 0"),
            .shown("sync_health", .text, "ok, failing or none: of receiving alone"),
            .shown("send_health", .text, "ok, failing or none: of sending alone"),
            .shown("activity", .text, "idle, first_sync, syncing or waiting"),
            .shown("done", .int, "messages done in the activity"),
            .shown("total", .int, "messages to do in the activity; absent where not known"),
            .shown("stalled_since", .int, "since when the activity made no progress; absent while it moves"),
            .shown("waiting_for", .text, "the provider's limit that its requests wait for; absent while they do not"),
            .shown("waiting_until", .int, "until when, at the longest"),
            .shown("last_success", .int, "when the server was last known to be equal to the store"),
            .shown("last_attempt", .int, "when work on the account last began"),
            .shown("next_attempt", .int, "when it is tried again; absent where only reconnecting helps"),
            .shown(
                "stale_since", .int,
                "since when nobody has confirmed that the mailbox is in step, or mail waits for a worker: cause says which"
            ),
            .shown(
                "sending", .record, "the queue and its limits; absent where the account only receives", of: "sending"),
            .shown(
                "worker_seen_at", .int,
                "when a worker process last showed life; absent where none ever did, or the last one ended as it should"
            ),
            .shown("messages", .int, "messages stored"),
            .shown("unseen", .int, "of them without the flag \\Seen"),
            .shown("unindexed", .int, "of them not yet found by their words: a worker is at it, or the next sync"),
            .shown("folders", .int, "folders known"),
            .shown("queued", .int, "sends that are queued, held or waiting for a retry"),
            .shown("failed", .int, "sends that failed, bounced or are of unknown outcome, and wait for a person"),
            .shown("left_out", .int, "messages on the server that the policy or exclude_internal does not keep"),
            .shown(
                "unmatched", .int,
                "messages that came without author or recipient, which were not found elsewhere; note says why"),
            .shown("note", .text, "what is worth knowing of its provider; absent where nothing is"),
            .shown("held_reason", .text, "why queued mail is held; absent where it is not"),
            .shown("settings", .record, "the provider's settings, without secrets"),
            .shown("auth", .text, "how it logs in: password, oauth2, service or external"),
            .shown("token_expires", .int, "when its access token runs out; absent where it has none"),
            .shown("token_refreshed", .int, "when its access token was fetched or handed in"),
            .shown(
                "auth_ends", .int,
                "when its provider will stop taking this kind of login; absent where it is not known to"),
            .shown("auth_note", .text, "what that means; absent where there is nothing to say"),
            .shown("created_at", .int, "when it was connected first"),
        ])

    static let folder = RecordSpec(
        "folder", "One folder of one account.",
        [
            .shown("id", .int, "the folder's id", queried: true),
            .shown("account", .int, "the account", queried: true),
            .shown("company", .int, "in where: of the accounts of the company", queried: true),
            .shown("company_key", .text, "in where: as company, by its key", queried: true),
            .shown("user_key", .text, "in where: of the accounts of that user", queried: true),
            .shown("path", .text, "the full name, in UTF-8", queried: true),
            .shown("delimiter", .text, "the character between levels; absent in a flat mailbox"),
            .shown(
                "role", .text,
                "inbox, sent, drafts, trash, junk, archive, all or flagged (RFC 6154): as set, else as the server says",
                queried: true),
            .shown("selectable", .int, "0 where it holds no messages itself"),
            .shown(
                "synced", .int, "1 where it is kept up to date; what is stored of one that is not stays", queried: true),
            .shown("mode", .text, "push, interval or manual, where one was set; absent: by its role"),
            .shown("interval_ms", .int, "between two looks at it, where it was set"),
            .shown("since", .int, "mail received before that is not kept; absent: as the account's policy says"),
            .shown("push", .text, "how it is watched now: idle or notify; absent where it is not"),
            .shown("refused", .text, "the server's words where it refuses the folder; absent where it does not"),
            .shown("namespace", .text, "personal, other or shared (RFC 2342)"),
            .shown("rights", .text, "what the user may do in it (RFC 4314); absent where not known"),
            .shown("next_sync", .int, "when it is looked at next; absent: with the next round, or only when asked for"),
            .shown("messages", .int, "messages stored"),
            .shown("unseen", .int, "of them without the flag \\Seen"),
            .shown("server_messages", .int, "messages on the server when last asked; absent where not known"),
            .shown("synced_at", .int, "when it was last known to be equal to the server; absent until then"),
            .shown("complete", .int, "1 once the first sync has reached the oldest message"),
        ])

    static let message = RecordSpec(
        "message", "One message, however many places it is in.",
        [
            .shown("id", .int, "the message's id", queried: true),
            .shown("account", .int, "an account that has it; in where: any account that has it", queried: true),
            .shown("folder", .text, "the path of a folder that has it; in where: any folder", queried: true),
            .shown("message_id", .text, "the Message-ID without its angle brackets", queried: true),
            .shown("subject", .text, "decoded; empty where it has none"),
            .shown("from", .text, "the first author's address", queried: true),
            .shown("from_name", .text, "the first author's name"),
            .shown("to", .list, "addresses of To", of: "address"),
            .shown("cc", .list, "addresses of Cc", of: "address"),
            .shown("bcc", .list, "addresses of Bcc", of: "address"),
            .shown("reply_to", .list, "addresses of Reply-To", of: "address"),
            .shown("participant", .text, "in where: any address of the message", queried: true),
            .shown(
                "contacts", .list, "the contacts that have part in it; those of its accounts' companies", of: "match"),
            .shown("contact", .int, "in where: the contact has part in it; contact.gt = 0: any has", queried: true),
            .shown("contact_key", .text, "in where: as contact, by its key, in whichever company", queried: true),
            .shown("company", .int, "in where: an account of the company has it", queried: true),
            .shown("company_key", .text, "in where: as company, by its key", queried: true),
            .shown("user_key", .text, "in where: an account of that user has it", queried: true),
            .shown("role", .text, "in where: a folder of that role has it", queried: true),
            .shown(
                "text", .text,
                "in where: words of its subject, its people or its text; each must be there, \"in quotes\" one behind the other, with a star at the end all that begin so",
                queried: true),
            .shown("outgoing", .int, "1 where one of the store's own accounts wrote it", queried: true),
            .shown(
                "lacking", .int,
                "1 where it came without author or recipient, and they were found elsewhere; 2 where they were not",
                queried: true),
            .shown("date", .int, "the Date header; the server's date where that is unreadable", queried: true),
            .shown("received_at", .int, "the server's date (INTERNALDATE)", queried: true),
            .shown("size", .int, "bytes of the raw message", queried: true),
            .shown(
                "flags", .list,
                "the flags and keywords, united over its places (those in the accounts that `where` names, and so the four below)"
            ),
            .shown("seen", .int, "1 where \\Seen is set", queried: true),
            .shown("flagged", .int, "1 where \\Flagged is set", queried: true),
            .shown("answered", .int, "1 where \\Answered is set", queried: true),
            .shown("draft", .int, "1 where \\Draft is set", queried: true),
            .shown("historical", .int, "1 where it came by a first sync and not as new mail", queried: true),
            .shown("preview", .text, "the beginning of the text, at most 200 characters"),
            .shown("attachments", .int, "how many attachments", queried: true),
            .shown("thread", .int, "the thread's id", queried: true),
            .shown("in_reply_to", .text, "the Message-ID that it answers", queried: true),
            .shown("references", .list, "the Message-IDs of References"),
            .shown(
                "report", .text,
                "what a program wrote it for: bounce, delay, receipt, auto_reply, abuse or newsletter; absent for what a person wrote",
                queried: true),
            .shown("send", .int, "the send that it is the copy of, or reports on", queried: true),
            .shown("has_body", .int, "0 where the body was not kept"),
            .shown(
                "adrift", .int, "1 while it is in no folder: removed from its last one, and not yet seen in another"),
            .shown("defects", .list, "what was damaged in it, by name"),
            .shown("stored_at", .int, "when it was stored", queried: true),
        ])

    static let address = RecordSpec(
        "address", "One address in a list.",
        [
            .both("name", .text, "the display name"), .both("address", .text, "the mail address"),
            .both("group", .text, "the name of the group that it stands in"),
        ])

    static let place = RecordSpec(
        "place", "One message in one folder.",
        [
            .shown("id", .int, "the place's id", queried: true),
            .shown("account", .int, "the account", queried: true),
            .shown("company", .int, "in where: of the accounts of the company", queried: true),
            .shown("company_key", .text, "in where: as company, by its key", queried: true),
            .shown("user_key", .text, "in where: of the accounts of that user", queried: true),
            .shown("folder", .int, "the folder's id", queried: true),
            .shown("message", .int, "the message", queried: true),
            .shown(
                "ref", .text, "the provider's reference: the UID in IMAP; absent until the server has given one",
                queried: true),
            .shown("flags", .list, "flags and keywords in this place"),
            .shown("seen", .int, "1 where \\Seen is set", queried: true),
        ])

    static let wish = RecordSpec(
        "wish", "One change that shall be made on the server, and what became of it.",
        [
            .shown("id", .int, "the wish's id", queried: true),
            .shown("account", .int, "the account", queried: true),
            .shown("company", .int, "in where: of the accounts of the company", queried: true),
            .shown("company_key", .text, "in where: as company, by its key", queried: true),
            .shown("user_key", .text, "in where: of the accounts of that user", queried: true),
            .shown("kind", .text, "flags, move, copy, delete or append", queried: true),
            .shown("message", .int, "the message", queried: true),
            .shown("place", .int, "the place that it is about", queried: true),
            .shown("folder", .int, "the folder of that place", queried: true),
            .shown("target", .int, "the folder in which the message shall be", queried: true),
            .shown("add", .list, "flags and keywords to be set"),
            .shown("remove", .list, "flags and keywords to be taken away"),
            .shown(
                "state", .text, "open; done; lost: the server's state holds, and `reason` says why", queried: true),
            .shown(
                "outcome", .text,
                "gone: the message was not there any more; withdrawn: it was wished away before it was begun; conflict"),
            .shown("attempts", .int, "how often it was tried"),
            .shown("next_attempt", .int, "when it is tried again; absent: as soon as possible"),
            .shown("reason", .text, "why it was lost, or why the last attempt failed: one line"),
            .shown("cause", .text, "the code of the cause"),
            .shown("server_text", .text, "the server's own words"),
            .shown("created_at", .int, "when it was wished", queried: true),
            .shown("ended_at", .int, "when it was done or lost"),
        ])

    static let part = RecordSpec(
        "part", "One part of a message's MIME structure.",
        [
            .shown("message", .int, "the message; where must name it", queried: true),
            .shown("part", .text, "its number as in IMAP: 1, 1.2 ... (RFC 9051, section 6.4.5)"),
            .shown("type", .text, "the media type, lower case"),
            .shown("charset", .text, "as declared; absent where it is not"),
            .shown("encoding", .text, "the transfer encoding"),
            .shown("disposition", .text, "inline, attachment, or absent"),
            .shown("name", .text, "the file name, decoded"),
            .shown("content_id", .text, "without angle brackets"),
            .shown("size", .int, "bytes when decoded; for text as stored"),
            .shown("attachment", .int, "1 where a person would call it an attachment"),
        ])

    static let thread = RecordSpec(
        "thread", "Messages that answer each other, across accounts.",
        [
            .shown("id", .int, "the thread's id", queried: true),
            .shown("subject", .text, "of its first message"),
            .shown("messages", .int, "how many"),
            .shown("first_at", .int, "the date of the first"),
            .shown("last_at", .int, "the date of the last", queried: true),
            .shown("account", .int, "in where: an account that has one of its messages", queried: true),
            .shown("company", .int, "in where: an account of the company has one", queried: true),
            .shown("company_key", .text, "in where: as company, by its key", queried: true),
            .shown("user_key", .text, "in where: an account of that user has one", queried: true),
            .shown("contact", .int, "in where: the contact has part in it; contact.gt = 0: any has", queried: true),
            .shown("contact_key", .text, "in where: as contact, by its key, in whichever company", queried: true),
            .shown("contacts", .list, "the ids of the contacts that have part in it", of: "int"),
            .shown("seen", .int, "0 where one of its messages is without the flag \\Seen", queried: true),
            .shown("last_in", .int, "the date of the last message that a person outside wrote", queried: true),
            .shown("last_out", .int, "the date of the last that one of the store's own accounts wrote", queried: true),
            .shown(
                "waiting_since", .int,
                "the date of the first message from outside that nobody has answered; absent where none waits",
                queried: true),
            .shown(
                "first_reply_ms", .int,
                "from the first message from outside to the first answer; absent where there is none"),
        ])

    static let policy = RecordSpec(
        "policy", "What is kept of a mailbox; without one, everything.",
        [
            .shown("id", .int, "the policy's id", queried: true),
            .both("account", .int, "the account; it has one policy at most", queried: true),
            .shown("company", .int, "in where: of the accounts of the company", queried: true),
            .shown("company_key", .text, "in where: as company, by its key", queried: true),
            .shown("user_key", .text, "in where: of the accounts of that user", queried: true),
            .both(
                "keep", .text,
                "all, headers, or contacts (only mail with the CRM's contacts; what matches later is fetched later)"),
            .both("since", .int, "mail received before that is not kept; absent, and given as 0: all is"),
            .both(
                "max_size", .int,
                "of larger messages, in bytes, the body is not kept; absent, and given as 0: no limit"),
        ])

    static let log = RecordSpec(
        "log", "One error, with what to do about it; repeated ones are counted.",
        [
            .shown("id", .int, "the row's id", queried: true),
            .shown("account", .int, "the account; absent where none is concerned", queried: true),
            .shown(
                "company", .int, "the company, where none of its accounts is concerned; in where: also of its accounts",
                queried: true),
            .shown("company_key", .text, "in where: as company, by its key", queried: true),
            .shown("user_key", .text, "in where: of the accounts of that user", queried: true),
            .shown("level", .text, "error, warning or notice", queried: true),
            .shown("what", .text, "what was tried: connect, sync, send, load ...", queried: true),
            .shown("message", .text, "one line"),
            .shown("cause", .text, "the code of the cause", queried: true),
            .shown("title", .text, "of the cause: a few words"),
            .shown("class", .text, "the class of the error", queried: true),
            .shown("code", .text, "the result's name: MR_E_AUTH ...", queried: true),
            .shown("step", .text, "the step of the dialogue"),
            .shown("server_text", .text, "the server's own words"),
            .shown("advice", .text, "what a person does next, one step a line"),
            .shown("first_at", .int, "when it happened first"),
            .shown("at", .int, "when it happened last", queried: true),
            .shown("count", .int, "how often"),
            .shown(
                "send", .int, "the send that it is about; of a row that is counted up, the last one", queried: true),
        ])

    static let job = RecordSpec(
        "job", "One long operation.",
        [
            .shown("id", .int, "the job's id", queried: true),
            .shown("kind", .text, "connect, reconnect, sync ...", queried: true),
            .shown("account", .int, "the account", queried: true),
            .shown("company", .int, "in where: of the accounts of the company", queried: true),
            .shown("company_key", .text, "in where: as company, by its key", queried: true),
            .shown("user_key", .text, "in where: of the accounts of that user", queried: true),
            .shown("state", .text, "queued, running, done, failed or cancelled", queried: true),
            .shown("done", .int, "how much is done"),
            .shown("total", .int, "how much there is; absent where not known"),
            .shown("note", .text, "what it does now: one line"),
            .shown("created_at", .int, "when it was asked for", queried: true),
            .shown("started_at", .int, "when a process took it"),
            .shown("finished_at", .int, "when it ended"),
            .shown("reason", .text, "why it failed"),
            .shown("code", .text, "the result's name of the failure"),
            .shown("result", .record, "what it gave"),
        ])

    static let provider = RecordSpec(
        "provider", "One scheme of one plugin, or a plugin that was refused.",
        [
            .shown("id", .int, "a number for this listing alone", queried: true),
            .shown("scheme", .text, "imap, smtp, maildir ...; absent where the plugin was refused", queried: true),
            .shown("title", .text, "for people"),
            .shown("plugin", .text, "the name of the plugin"),
            .shown("version", .text, "the plugin's version"),
            .shown("path", .text, "the file"),
            .shown("state", .text, "available, loaded or refused", queried: true),
            .shown("reason", .text, "why it was refused"),
            .shown("auth", .list, "the kinds of authentication: password ..."),
            .shown("capabilities", .list, "sync, send ..."),
            .shown("settings", .list, "the settings form", of: "setting"),
        ])

    static let setting = RecordSpec(
        "setting", "One setting of a provider.",
        [
            .shown("name", .text, "the field's name in the account record"),
            .shown("type", .text, "text or int"),
            .shown("secret", .int, "1 where it is stored encrypted and never shown"),
            .shown("required", .int, "1 where the provider cannot work without it"),
            .shown("default", .text, "what is taken where it is absent"),
            .shown("values", .list, "the only values allowed"),
            .shown("meaning", .text, "for people"),
        ])

    static let cause = RecordSpec(
        "cause", "One known cause of failure, with its explanation and its steps.",
        [
            .shown("id", .int, "a number for this listing alone", queried: true),
            .both("code", .text, "the name of the cause", queried: true),
            .given("language", .text, "of the words that are put, as BCP 47 has it; absent: of every language"),
            .shown("class", .text, "the class", queried: true),
            .both("title", .text, "a few words"),
            .both("explanation", .text, "a sentence or two"),
            .both("advice", .text, "the steps in order, one a line"),
            .shown("who", .text, "who can fix it: user, administrator, provider or nobody"),
        ])

    static let change = RecordSpec(
        "change", "One entry of the change feed (mr_changes).",
        [
            .shown("number", .int, "ever growing; gaps are allowed"),
            .shown("kind", .text, "the kind of the row that changed", queried: true),
            .shown("id", .int, "its id"),
            .shown("account", .int, "the account; absent where none is concerned", queried: true),
            .shown("company", .int, "in where: of the accounts of the company", queried: true),
            .shown("company_key", .text, "in where: as company, by its key", queried: true),
            .shown("user_key", .text, "in where: of the accounts of that user", queried: true),
            .shown("what", .text, "added, changed, removed or erased", queried: true),
            .shown("detail", .text, "what about it: new, historical, flags, state ..."),
            .shown("at", .int, "when"),
        ])
}
