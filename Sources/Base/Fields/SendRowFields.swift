extension RecordSpec {
    static let send = RecordSpec(
        "send", "One message to be sent, and what became of it.",
        [
            .shown("id", .int, "the send's id", queried: true),
            .shown("account", .int, "the account that sends it", queried: true),
            .shown(
                "state", .text,
                "queued, sending, sent, retry_wait, failed, outcome_unknown, bounced or cancelled", queried: true),
            .shown("class", .text, "of the failure: auth, bad_recipient, sending_limit ...", queried: true),
            .shown("temporary", .int, "1 where the failure passes by itself", queried: true),
            .shown("message_id", .text, "the Message-ID without its angle brackets", queried: true),
            .shown("idempotency_key", .text, "the caller's own key", queried: true),
            .shown("batch", .int, "the batch that it is one of", queried: true),
            .shown("priority", .text, "high, normal or low", queried: true),
            .shown("auto_retry", .int, "0 where a failure is never retried by itself"),
            .shown("answers", .int, "the stored message that it answers", queried: true),
            .shown("thread", .int, "the thread that it is part of", queried: true),
            .shown("from", .text, "the sender's address"),
            .shown("to", .list, "every recipient's address"),
            .shown("subject", .text, "as given"),
            .shown("size", .int, "bytes on the wire"),
            .shown("created_at", .int, "when it was queued", queried: true),
            .shown("sent_at", .int, "when the server accepted it", queried: true),
            .shown("send_at", .int, "not to be sent before", queried: true),
            .shown("next_attempt", .int, "when it is tried again", queried: true),
            .shown(
                "try_after", .int,
                "of a temporary failure that is not tried again by itself: from when on Resend is worth it"),
            .shown("attempts", .int, "how often it was tried"),
            .shown("accepted", .int, "recipients accepted"),
            .shown("refused", .int, "recipients refused"),
            .shown("deferred", .int, "recipients put off"),
            .shown("bounced", .int, "recipients whose mail came back"),
            .shown("bounced_at", .int, "when the first report of that came"),
            .shown("message", .int, "the stored message that is its copy: in Sent, or come back as an echo"),
            .shown(
                "sent_copy", .text,
                "wanted, wished (being put there), server (it keeps its own), done or lost; absent where none is meant"),
            .shown("replied", .int, "the stored message that answers it"),
            .shown("replied_at", .int, "its date", queried: true),
            .shown("company", .int, "in where: of the accounts of the company", queried: true),
            .shown("company_key", .text, "in where: as company, by its key", queried: true),
            .shown("user_key", .text, "in where: of the accounts of that user", queried: true),
            .shown(
                "paced_until", .int,
                "until when the account's limits let nothing of its priority go; absent where they do not hold it back"),
            .shown("reason", .text, "why it failed: one line"),
            .shown("cause", .text, "the code of the cause"),
            .shown("title", .text, "of the cause: a few words"),
            .shown("advice", .text, "what a person does next, one step a line"),
            .shown("server_text", .text, "the server's own words"),
            .shown("smtp", .int, "the SMTP reply code"),
            .shown("enhanced", .text, "the enhanced status code (RFC 3463)"),
            .shown("http", .int, "the HTTP status, of a provider with an API: never in smtp"),
            .shown("provider_code", .text, "the provider's own name for the failure"),
            .shown("held_reason", .text, "why it is held in the queue; absent where it is not"),
        ])

    static let recipient = RecordSpec(
        "recipient", "One recipient of one send.",
        [
            .shown("id", .int, "the row's id", queried: true),
            .shown("send", .int, "the send", queried: true),
            .shown("address", .text, "the mail address", queried: true),
            .shown("state", .text, "waiting, accepted, refused, deferred or bounced", queried: true),
            .shown("class", .text, "of the refusal"),
            .shown("smtp", .int, "the SMTP reply code"),
            .shown("enhanced", .text, "the enhanced status code"),
            .shown("server_text", .text, "the server's own words"),
            .shown("at", .int, "when that was known"),
            .shown("report", .text, "what a later report says: failed, delayed, delivered, relayed or expanded"),
            .shown("reported_at", .int, "when that report came"),
            .shown("remote", .text, "the server that the report quotes"),
            .shown("cause", .text, "the code of the cause, where the mail came back or waits"),
            .shown("advice", .text, "what a person does next, one step a line"),
        ])

    static let attempt = RecordSpec(
        "attempt", "One try at one send.",
        [
            .shown("id", .int, "the row's id", queried: true),
            .shown("send", .int, "the send", queried: true),
            .shown("number", .int, "1 for the first"),
            .shown("account", .int, "the account that tried"),
            .shown("started_at", .int, "stored before the message is offered"),
            .shown("ended_at", .int, "absent while it runs, or where the process died"),
            .shown(
                "outcome", .text,
                "accepted, partial, refused, deferred, failed, unknown, interrupted, or bounced: accepted, and it came back"
            ),
            .shown("class", .text, "of the failure"),
            .shown("server_text", .text, "the server's own words; where it came back, those of the report"),
            .shown("smtp", .int, "the SMTP reply code"),
            .shown("enhanced", .text, "the enhanced status code"),
            .shown("http", .int, "the HTTP status"),
            .shown("provider_code", .text, "the provider's own name for the failure"),
        ])

    static let batch = RecordSpec(
        "batch", "One template to many recipients, each with a send of its own.",
        [
            .shown("id", .int, "the batch's id", queried: true),
            .shown("name", .text, "for people"),
            .shown("idempotency_key", .text, "the caller's own key", queried: true),
            .shown("state", .text, "running, done (nothing of it waits any more) or cancelled", queried: true),
            .shown("accounts", .list, "the accounts that send it", of: "int"),
            .shown("total", .int, "how many sends it has"),
            .shown("queued", .int, "of them, those that wait for their first attempt"),
            .shown("sending", .int, "under way"),
            .shown("sent", .int, "accepted"),
            .shown("retry_wait", .int, "waiting for another attempt"),
            .shown("failed", .int, "given up"),
            .shown("outcome_unknown", .int, "nobody knows"),
            .shown("bounced", .int, "come back"),
            .shown("cancelled", .int, "never to go"),
            .shown("last_at", .int, "when the last of it will have gone, as the limits stand; absent where none waits"),
            .shown("created_at", .int, "when it was made", queried: true),
            .shown("ended_at", .int, "when nothing waited any more"),
        ])

    static let pacing = RecordSpec(
        "pacing",
        "How fast an account, or all accounts with one server, may send: stands above what is known of the provider.",
        [
            .shown("id", .int, "the row's id", queried: true),
            .both("account", .int, "the account; or host", queried: true),
            .shown("company", .int, "in where: of the accounts of the company", queried: true),
            .shown("company_key", .text, "in where: as company, by its key", queried: true),
            .shown("user_key", .text, "in where: of the accounts of that user", queried: true),
            .both("host", .text, "the server that takes the mail", queried: true),
            .both(
                "messages_minute", .int,
                "messages in any minute; absent: as the provider says; 0: no limit; -1 in mr_update: absent again"),
            .both("messages_hour", .int, "in any hour"),
            .both("messages_day", .int, "in any 24 hours"),
            .both("recipients_minute", .int, "recipients in any minute"),
            .both("recipients_hour", .int, "in any hour"),
            .both("recipients_day", .int, "in any 24 hours"),
            .both("recipients_message", .int, "recipients of one message; account alone"),
            .both("max_size", .int, "bytes of one message as it goes out; account alone"),
        ])

    /// The part `sending` of an account's row.
    static let sending = RecordSpec(
        "sending", "The queue of an account and its limits, as they stand (part of kind account).",
        [
            .shown("queued", .int, "sends that wait for their first attempt"),
            .shown("retry_wait", .int, "that wait for another"),
            .shown("failed", .int, "that wait for Resend"),
            .shown("outcome_unknown", .int, "that wait for somebody to decide"),
            .shown("held_reason", .text, "why the queue is held; absent where it is not"),
            .shown("paused_until", .int, "when it goes on after the provider's limit was reached"),
            .shown("paused_reason", .text, "the limit, in the server's words"),
            .shown("last_at", .int, "when the last of what waits will have gone, as the limits stand"),
            .shown("limits", .list, "each limit that holds", of: "limit"),
        ])

    static let limit = RecordSpec(
        "limit", "One limit of sending (part of kind sending).",
        [
            .shown("what", .text, "messages, recipients, recipients_message or size"),
            .shown("window", .text, "minute, hour or day; absent for one message"),
            .shown("limit", .int, "so many"),
            .shown("used", .int, "of them in the window that ends now"),
            .shown("host", .text, "where it is of all accounts with that server together; absent: of this one"),
            .shown("source", .text, "provider (known of it), set, learned (from a refusal) or server (its SIZE)"),
        ])
}
