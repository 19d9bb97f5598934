/// The library's words name settings; who types commands knows the options.
enum OptionNames {
    private static let options = [
        "ca_file": "--ca FILE", "imap_host": "--imap HOST", "imap_port": "--imap HOST:PORT", "imap_tls": "--imap-tls",
        "smtp_host": "--smtp HOST", "smtp_port": "--smtp HOST:PORT", "smtp_tls": "--smtp-tls",
        "pop3_host": "--pop3 HOST", "pop3_port": "--pop3 HOST:PORT", "pop3_tls": "--pop3-tls",
        "client_id": "--client-id ID", "client_secret": "--client-secret-file FILE", "oauth": "--oauth NAME",
        "service_key": "--secret-file service_key=FILE",
        "service_certificate": "--secret-file service_certificate=FILE",
        "service_email": "--set service_email=ADDRESS", "sign_in": "--set sign_in=NAME",
        "mr_token_put": "mailroom token", "mr_authorize": "mailroom authorize",
        "imap_tls=implicit": "--imap-tls implicit", "smtp_tls=implicit": "--smtp-tls implicit",
        "pop3_tls=implicit": "--pop3-tls implicit", "direction=two_way": "--set direction=two_way",
    ]

    /// The text with each setting that stands there as a word in the spelling of its option.
    static func spelled(_ text: String) -> String {
        text.split(separator: " ", omittingEmptySubsequences: false).map { word in
            let core = word.drop { $0 == "(" }.reversed().drop { ".,;:)".contains($0) }.reversed()
            guard let option = options[String(core)] else { return String(word) }
            let before = word.prefix { $0 == "(" }
            let after = word.dropFirst(before.count + core.count)
            return before + option + after
        }.joined(separator: " ")
    }

    private static let fields = [
        "to": "--to", "cc": "--cc", "bcc": "--bcc", "from": "--from", "reply_to": "--reply-to", "subject": "--subject",
        "text": "--text", "html": "--html-file", "headers": "--header", "in_reply_to": "--in-reply-to",
        "attachments": "--attach", "idempotency_key": "--idempotency-key", "send_at": "--at",
    ]

    /// The failure about a field of a message as one about the option that gave it: `--to: 'bob' is not an address`.
    static func named(_ failure: LibraryError) -> LibraryError {
        guard let field = failure.field("field") else { return failure }
        let own = field.hasPrefix("message.") ? String(field.dropFirst("message.".count)) : field
        let said = [field, own].first { failure.message.hasPrefix($0 + ":") }
        guard let said, let option = fields[String(own.prefix { $0 != "[" && $0 != "." })] else { return failure }
        return failure.saying(option + failure.message.dropFirst(said.count))
    }

    /// What the tool's user does who reads that work goes on by itself, where no worker runs.
    static func withoutWorker(_ advice: String) -> String {
        advice.split(separator: "\n").map { line in
            line.hasPrefix("Wait: it is tried again by itself") || line.hasPrefix("It is tried again by itself")
                ? "Try again later; by itself it is tried only where a worker runs: mailroom run."
                : line.replacing("wait: it is tried again by itself", with: "try again later")
        }.joined(separator: "\n")
    }

    /// Advice for a mailbox that never worked before.
    static func atFirst(_ advice: String) -> String {
        advice.split(separator: "\n").filter { line in
            !["If it worked before", "Wait: it is tried again", "It is tried again"].contains(where: line.hasPrefix)
        }.joined(separator: "\n")
    }
}
