import Base

extension SendClass {
    /// What one server said, whichever way: the codes of SMTP, of HTTP and the provider's own name each have a field of
    /// their own, so that a 429 of one is never read as that of another.
    struct Reply: Sendable, Equatable {
        /// The reply code of SMTP.
        var smtp: Int32?
        /// The enhanced status code (RFC 3463); of a bounce its Status field.
        var enhanced: String?
        /// The server's words; of a bounce its Diagnostic-Code field, with or without "smtp;".
        var text: String?
        /// The step of the dialogue, `rcpt` where it was about one recipient.
        var step: String?
        /// The status of HTTP.
        var http: Int32?
        /// The provider's own name for it: `ErrorSendAsDenied`, `AUTHENTICATIONFAILED`, `rateLimitExceeded`.
        var code: String?

        init(
            smtp: Int32? = nil, enhanced: String? = nil, text: String? = nil, step: String? = nil, http: Int32? = nil,
            code: String? = nil
        ) {
            self.smtp = smtp
            self.enhanced = enhanced
            self.text = text
            self.step = step
            self.http = http
            self.code = code
        }

        init(_ failure: Failure) {
            self.init(
                smtp: failure.smtp, enhanced: failure.enhanced, text: failure.serverText, step: failure.step,
                http: failure.http, code: failure.code)
        }

        var hasCode: Bool { smtp != nil || enhanced != nil || http != nil }
        var saysSomething: Bool { hasCode || code != nil || text?.isEmpty == false }

        /// Whether the server said by its code that it may work later.
        var isTransient: Bool {
            let reply = completed()
            if let enhanced = reply.enhanced { return enhanced.hasPrefix("4") }
            if let smtp = reply.smtp { return (400..<500).contains(smtp) }
            return reply.http.map { $0 == 408 || $0 == 425 || $0 == 429 || $0 >= 500 && $0 != 507 } ?? false
        }

        /// Whether it said so by its code that it will say the same again.
        var isPermanent: Bool { hasCode && !isTransient }

        /// With the codes that stand in the text alone. An enhanced code whose class is not that of the reply code is
        /// no code (RFC 2034, section 4): it is a number in the text.
        func completed() -> Reply {
            guard enhanced == nil || smtp == nil, let text, !text.isEmpty else { return self }
            var reply = self
            let read = RefusalText(text)
            if http == nil, smtp == nil, let code = read.smtp, agree(code, enhanced) { reply.smtp = code }
            if enhanced == nil, let code = read.enhanced, agree(reply.smtp, code) { reply.enhanced = code }
            return reply
        }

        private func agree(_ smtp: Int32?, _ enhanced: String?) -> Bool {
            guard let smtp, let first = enhanced?.utf8.first else { return true }
            return Int32(first) - 0x30 == smtp / 100
        }
    }
}
