import Base
import FakeHost
import PluginKit
import SmtpProvider

/// The SMTP provider and its dialogue with a server that says anything.
enum SmtpTarget {
    static func run(_ input: UnsafeRawBufferPointer) -> [String] {
        var choices = Choices(input, 2)
        let peer = FuzzPeer(UnsafeRawBufferPointer(rebasing: input.dropFirst(2)))
        let host = FakeHost(peer, settings: ["smtp_host": "mail.example.com", "address": "ann@example.com"])
        host.isForgiving = true
        let first = choices.next()
        host.settings["smtp_tls"] = ["none", "implicit", "starttls", "none"][first & 3]
        if first & 16 != 0 { host.piece = 7 }
        if first & 32 != 0 { host.password = nil }
        let second = choices.next()
        talk(host, second)
        return host.verdict
    }

    private static func talk(_ host: FakeHost, _ choice: Int) {
        guard let session = try? SmtpProvider.open(host.host) else { return }
        defer { session.close(host.host) }
        var envelope = Record(["from": .text("ann@example.com"), "message_id": .text("a@b")])
        envelope.set("utf8", Int64(choice & 1))
        for name in ["bob", "cleo", "dan"].prefix(1 + choice % 3) {
            _ = envelope.add("recipients", .record(Record(["address": .text("\(name)@example.com")])))
        }
        let message = Array("Subject: a\r\n\r\n.b\r\n\n\u{e9}\r.\r\n".utf8)
        for _ in 0..<2 {
            let fields = host.record(envelope)
            try? host.call(hasCursor: false) { () throws(Failure) in
                try message.withBytes { (bytes) throws(Failure) in
                    try session.send(host.host, envelope: fields, message: bytes)
                }
            }
        }
    }
}
