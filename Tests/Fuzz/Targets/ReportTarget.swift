import Mime

/// A report from a stranger: the first octet chooses what it says it is, the rest is its body.
enum ReportTarget {
    static func run(_ input: UnsafeRawBufferPointer) -> [String] {
        guard let choice = input.first else { return [] }
        let headers = [
            "Content-Type: multipart/report; report-type=delivery-status; boundary=b",
            "Content-Type: text/plain; charset=utf-8", "Content-Type: text/html",
            "Content-Type: message/delivery-status", "X-Failed-Recipients: bob@x.example, eve@x.example",
            "Content-Type: multipart/report; report-type=disposition-notification; boundary=b",
            "Content-Type: multipart/report; report-type=feedback-report; boundary=b",
        ]
        let header = "Return-Path: <>\r\nFrom: mailer-daemon@x\r\n\(headers[Int(choice) % headers.count])\r\n\r\n"
        let raw = Array(header.utf8) + input.dropFirst()
        let whole = MessageParser.parse(raw).report
        var parser = MessageParser()
        var rest = raw[...]
        while !rest.isEmpty {
            let size = Int(rest.first ?? 0) % 61 + 1
            parser.feed(Array(rest.prefix(size)))
            rest = rest.dropFirst(size)
        }
        var broken: [String] = []
        if parser.finish().report != whole { broken.append("another report in pieces") }
        guard let whole else { return broken }
        if whole.recipients.count > 1_000 || whole.originals.count > 20 { broken.append("more than the bounds") }
        for recipient in whole.recipients {
            if recipient.words.map({ $0.utf8.count > 3_000 }) == true { broken.append("words without an end") }
            if recipient.addresses.contains(where: { $0.isEmpty || $0.utf8.contains { $0 <= 32 } }) {
                broken.append("an address that is none")
            }
            if recipient.words?.utf8.contains(where: { $0 < 32 }) == true { broken.append("control characters") }
        }
        return broken
    }
}
