extension RecordSpec {
    package static let outgoing = RecordSpec(
        "outgoing", "The message that mr_send takes.",
        [
            .given("from", .text, "the author's address, with or without a name; the default is the account's"),
            .given("to", .list, "addresses, each as in a header"),
            .given("cc", .list, "addresses"),
            .given("bcc", .list, "addresses; never in the header"),
            .given("reply_to", .list, "addresses"),
            .given("subject", .text, "one line"),
            .given("text", .text, "the plain text"),
            .given("html", .text, "the HTML"),
            .given("attachments", .list, "files", of: "attachment"),
            .given("headers", .list, "more header fields", of: "header"),
            .given("in_reply_to", .text, "the Message-ID that it answers, without angle brackets"),
            .given("references", .list, "Message-IDs, oldest first"),
            .given("message_id", .text, "without angle brackets; made where it is absent"),
            .given("raw", .bytes, "a whole message (RFC 5322) in place of all content fields"),
            .given("recipients", .list, "the envelope's recipients, with raw; the default is its To, Cc and Bcc"),
            .given(
                "reply_to_message", .int,
                "the stored message that it answers: gives in_reply_to, references, subject and to where they are absent"
            ),
            .given("idempotency_key", .text, "the same key and content again is the same send"),
            .given("send_at", .int, "not before this time"),
            .given("priority", .text, "high, normal (the default) or low: which of an account's messages go first"),
            .given("auto_retry", .int, "0: what fails is failed at once, also where it would pass; the default is 1"),
            .given("sent_copy", .int, "0: no copy is put into Sent; the default is 1"),
        ])

    package static let attachment = RecordSpec(
        "attachment", "One attachment: its content is data or blob.",
        [
            .given("name", .text, "the file name"),
            .given("type", .text, "the media type; the default is application/octet-stream"),
            .given("data", .bytes, "the content"),
            .given("blob", .int, "the id that mr_blob_seal gave"),
            .given("content_id", .text, "for an inline image, as the HTML names it after cid:"),
            .given("inline", .int, "1: shown within the HTML"),
        ])

    package static let header = RecordSpec(
        "header", "One header field.", [.given("name", .text, "the field's name"), .given("value", .text, "its text")])

    package static let resend = RecordSpec(
        "resend", "The options of mr_resend.",
        [
            .given(
                "to", .list,
                "other recipients in place of those not yet accepted; they stand in To or Cc where those stood, but in what came as raw"
            ),
            .given("message", .record, "other content: all of it, as mr_send takes it, without a key", of: "outgoing"),
            .given("accept_duplicate", .int, "1: send again although the outcome is unknown"),
        ])

    package static let resendAll = RecordSpec(
        "resend_all", "Which failed sends mr_resend_all takes.",
        [
            .given("account", .int, "of this account"), .given("class", .text, "of this class"),
            .given("batch", .int, "of this batch"),
            .given("before", .int, "queued before this time"), .given("after", .int, "queued after this time"),
        ])

    package static let bulk = RecordSpec(
        "bulk", "What mr_put takes of a batch: one template, a message of its own for each recipient.",
        [
            .given("account", .int, "the account that sends it; or accounts"),
            .given("accounts", .list, "several accounts, which take turns as their limits allow", of: "int"),
            .given("name", .text, "for people"),
            .given("idempotency_key", .text, "the same key and content again is the same batch"),
            .given(
                "message", .record,
                "the template, as mr_send takes it: {{name}} in subject, text, html and header values is replaced",
                of: "outgoing"),
            .given("recipients", .list, "who gets it: at most 100,000; required", of: "bulk_recipient"),
            .given("send_at", .int, "not before this time"),
            .given("priority", .text, "high, normal or low (the default)"),
            .given("auto_retry", .int, "0: what fails is failed at once; the default is 1"),
        ])

    package static let bulkRecipient = RecordSpec(
        "bulk_recipient", "One recipient of a batch.",
        [
            .given("to", .text, "the address, with or without a name; required"),
            .given("values", .record, "a text or an integer for each {{name}} of the template", of: "bulk_values"),
        ])

    package static let bulkValues = RecordSpec(
        "bulk_values", "What stands in for the names of a template.", open: true, [])

    package static let batchChanges = RecordSpec(
        "batch_changes", "What mr_update changes of a batch.",
        [
            .given("state", .text, "cancelled: what has not gone yet never goes"),
            .given("name", .text, "for people"),
            .given("send_at", .int, "for what has not been tried: not before this time"),
        ])

    package static let domainArguments = RecordSpec(
        "domain", "The arguments of mr_check with domain.",
        [
            .given("domain", .text, "the sending domain; or account"),
            .given("account", .int, "the account whose address's domain is looked at, and its provider"),
            .given("selectors", .list, "the DKIM selectors to ask for; the default is the usual ones"),
            .given("resolver", .text, "the name server to ask, address or address:port; the default is the system's"),
            .given("timeout_ms", .int, "for one answer; the default is 5000"),
        ])
}
