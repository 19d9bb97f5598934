import Base

/// Reads what a program tells about a message that was sent, from all that was kept of its report.
struct ReportReader {
    static let mostRecipients = 1_000
    private static let mostOriginals = 20

    private let signs: ReportSigns
    private let parts: ReportParts
    private let message: ParsedMessage

    /// Nil where the message reports nothing.
    static func read(_ signs: ReportSigns, _ parts: ReportParts, _ message: ParsedMessage) -> MailReport? {
        let reader = ReportReader(signs: signs, parts: parts, message: message)
        if let report = reader.feedback() ?? reader.status() ?? reader.disposition() ?? reader.bounce() {
            return report
        }
        if AutoReply.holds(signs, title: message.subject) {
            return reader.finished(MailReport(.autoReply), ReturnedMessage())
        }
        return signs.isNewsletter ? MailReport(.newsletter) : nil
    }

    private func pieces(_ kind: ReportParts.Kind) -> [ReportParts.Piece] { parts.pieces.filter { $0.kind == kind } }

    private func text(_ kind: ReportParts.Kind) -> String? {
        let found = pieces(kind)
        return found.isEmpty ? nil : found.map(\.text).joined(separator: "\n\n")
    }

    private var returned: ReturnedMessage {
        pieces(.returned).first.map { ReturnedMessage($0.decoded) } ?? ReturnedMessage()
    }

    private func feedback() -> MailReport? {
        guard signs.isReport, pieces(.feedback).first != nil else { return nil }
        return finished(MailReport(.abuse), returned)
    }

    private func status() -> MailReport? {
        guard let text = text(.status) else { return nil }
        let status = DeliveryStatus(text)
        guard !status.recipients.isEmpty else { return nil }
        let actions = status.recipients.map(\.action)
        var report = MailReport(
            actions.contains(.failed) ? .bounce : actions.contains(.delayed) ? .delay : .receipt)
        report.recipients = status.recipients
        report.envelopeID = status.envelopeID
        if report.recipients.contains(where: { $0.words == nil }) { explain(&report) }
        return finished(report, returned, more: status.originals)
    }

    /// The words for people where the part for machines has none.
    private func explain(_ report: inout MailReport) {
        let told = bounceText
        for index in report.recipients.indices where report.recipients[index].words == nil {
            let keys = report.recipients[index].addresses.map { $0.lowercased() }
            let same =
                told.recipients.first { $0.addresses.contains { keys.contains($0.lowercased()) } }
                ?? (report.recipients.count == 1 && told.recipients.count == 1 ? told.recipients[0] : nil)
            guard let same else { continue }
            report.recipients[index].words = same.words
            report.recipients[index].smtp = report.recipients[index].smtp ?? same.smtp
            report.recipients[index].step = same.step
            report.recipients[index].remote = report.recipients[index].remote ?? same.remote
        }
    }

    private func disposition() -> MailReport? {
        guard signs.isReport, let text = text(.disposition) else { return nil }
        let fields = ReportFields(text)
        guard let word = fields["disposition"] else { return nil }
        var report = MailReport(.receipt)
        let shown = word.split(separator: ";").last.map { ReportLines.trimmed($0).lowercased() } ?? ""
        if ["displayed", "deleted", "dispatched", "processed"].contains(where: shown.hasPrefix) {
            var addresses: [String] = []
            for name in ["original-recipient", "final-recipient"] {
                for address in fields[name].map(ReportAddress.typed) ?? [] where !addresses.contains(address) {
                    addresses.append(address)
                }
            }
            if !addresses.isEmpty {
                report.recipients = [MailReport.Recipient(addresses: addresses, action: .delivered)]
            }
        }
        return finished(report, returned, more: fields["original-message-id"].map(ReturnedMessage.ids) ?? [])
    }

    /// What it says to people; of one that says nothing to them, the words where fields belong.
    private var bounceText: BounceText {
        let lines = text(.plain) ?? pieces(.html).map { HTMLText.lines($0.text) }.joined(separator: "\n")
        return BounceText(
            lines.isEmpty ? text(.status) ?? "" : lines, title: message.subject, failed: signs.failed)
    }

    private func bounce() -> MailReport? {
        let isCertain = signs.isCertain
        guard isCertain || signs.mayBeDaemon else { return nil }
        var told = bounceText
        if let status = text(.status), !told.isOne || told.recipients.isEmpty {
            // Words where fields belong.
            told = BounceText(status, title: message.subject, failed: signs.failed)
        }
        guard told.isOne else { return nil }
        let returned = returned
        let isNamed = !told.originals.isEmpty || !returned.ids.isEmpty || signs.answers
        let isSystem =
            signs.isDaemon || signs.isReport || !signs.failed.isEmpty || signs.isFromNobody && signs.mayBeDaemon
        // From whom else it may come has to show more: whom it did not reach, by a code, and which message or what for.
        if !isSystem {
            let hasCode = told.recipients.contains { $0.smtp != nil || $0.enhanced != nil }
            guard hasCode && (isNamed || isCertain && told.isTitled) else { return nil }
        }
        guard isNamed || !told.recipients.isEmpty else { return nil }
        var report = MailReport(told.action == .delayed ? .delay : .bounce)
        report.recipients = told.recipients
        report.subject = told.subject
        return finished(report, returned, more: told.originals)
    }

    /// - Parameter more: Message-IDs that the report names.
    private func finished(_ given: MailReport, _ returned: ReturnedMessage, more: [String] = []) -> MailReport {
        var report = given
        report.subject = returned.subject ?? given.subject
        // What the message within says counts alone: the threads that a report stands in may be anything.
        var ids = returned.ids + more
        if ids.isEmpty { ids = Array(message.inReplyTo.prefix(1)) + message.references.suffix(1) }
        for id in ids where report.originals.count < Self.mostOriginals && !report.originals.contains(id) {
            report.originals.append(id)
        }
        return report
    }
}

extension HTMLText {
    /// The text with its lines: what stands between the tags of blocks.
    static func lines(_ html: String) -> String {
        var out = ""
        var piece = ""
        for part in html.split(separator: "<", omittingEmptySubsequences: false) {
            let tag = part.prefix(4).lowercased()
            if [
                "br", "p", "/p", "div", "/div", "tr", "/tr", "li", "/li", "h", "/h", "td", "/td", "pre", "/pre",
                "/table",
            ]
            .contains(where: { tag.hasPrefix($0) }) {
                out += HTMLText.text(piece, limit: 2_000) + "\n"
                piece = ""
            }
            piece += "<" + part
        }
        return out + HTMLText.text(piece, limit: 2_000)
    }
}
