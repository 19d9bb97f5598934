import Base
import CMailroom
import Glibc

@testable import PluginKit

/// What a scripted server does when a command comes.
enum SmtpScript: Sendable {
    /// A line that begins so is expected; these lines are the answer.
    case on(String, [String])
    /// The message's content is expected (up to its final period); these lines are the answer.
    case onContent([String])
    /// A line that begins so is expected; then the server hangs up.
    case hangUp(String)
    /// It hangs up after so many octets of the content.
    case hangUpWithin(Int)
    /// The content is expected; then the server hangs up without a word.
    case hangUpAfterContent
}

/// A host made for one test: settings, a server that follows a script, and everything the provider said.
final class SmtpFakeHost {
    var settings: [String: String]
    var secrets: [String: [UInt8]]
    var script: [SmtpScript]
    /// What is to be read, octet by octet.
    var incoming: [UInt8] = []
    /// What connect, start_tls and emit answer.
    var connectAnswer = MR_OK
    var startTLSAnswer = MR_OK
    var emitAnswers: [String: Int] = [:]

    var dialled: [String] = []
    /// The lines of the client; "TLS " before those that went through TLS.
    private(set) var lines: [String] = []
    private(set) var content: [UInt8] = []
    private(set) var contentWrites: [Int] = []
    private(set) var emitted: [(kind: String, fields: Record)] = []
    private(set) var failure: (result: Int32, facts: Record)?
    /// Where the script and the client did not agree.
    private(set) var surprises: [String] = []
    private(set) var openStreams = 0

    var isSecure = false
    private var pending: [UInt8] = []
    private var inContent = false
    private var hungUp = false
    private var lastLine: [UInt8] = []
    private var fields: [SmtpFakeFields] = []
    private var kept: [UnsafeMutableRawBufferPointer] = []

    init(settings: [String: String] = [:], password: String? = "secret", greeting: [String], _ script: [SmtpScript]) {
        var all = ["smtp_host": "mail.example.com", "address": "ann@example.com"]
        all.merge(settings) { $1 }
        self.settings = all
        secrets = password.map { ["password": Array($0.utf8)] } ?? [:]
        self.script = script
        say(greeting)
    }

    deinit { for cell in kept { cell.deallocate() } }

    var context: OpaquePointer { OpaquePointer(Unmanaged.passUnretained(self).toOpaque()) }

    func say(_ lines: [String]) {
        for line in lines { incoming += Array(line.utf8) + [13, 10] }
    }

    func keep(_ bytes: [UInt8]) -> mr_bytes {
        let cell = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count + 1, alignment: 8)
        cell.copyBytes(from: bytes)
        kept.append(cell)
        return mr_bytes(data: cell.baseAddress, size: bytes.count)
    }

    func make(_ record: Record) -> OpaquePointer {
        let made = SmtpFakeFields(record, self)
        fields.append(made)
        return OpaquePointer(Unmanaged.passUnretained(made).toOpaque())
    }

    func emit(_ kind: String, _ record: Record) -> Int32 {
        if let answer = emitAnswers[kind], answer < 0 { return Int32(answer) }
        emitted.append((kind, record))
        return 0
    }

    func fail(_ result: Int32, _ facts: Record) { failure = (result, facts) }
    func connected(_ what: String) {
        dialled.append(what)
        openStreams += 1
    }
    func closed() { openStreams -= 1 }

    // MARK: The server

    func write(_ bytes: UnsafeRawBufferPointer) -> Int32 {
        if hungUp { return Int32(MR_E_CONNECTION) }
        if inContent { contentWrites.append(bytes.count) }
        pending += Array(bytes)
        while true {
            if inContent {
                guard take() else { break }
            } else {
                guard let end = pending.firstIndex(of: 10) else { break }
                let line = String(decoding: pending[..<end].filter { $0 != 13 }, as: UTF8.self)
                pending.removeSubrange(...end)
                command(line)
            }
        }
        return hungUp ? Int32(MR_E_CONNECTION) : 0
    }

    private func command(_ line: String) {
        lines.append((isSecure ? "TLS " : "") + line)
        guard let step = script.first else {
            surprises.append("unexpected: \(line)")
            return
        }
        script.removeFirst()
        switch step {
        case .on(let prefix, let answer):
            if !line.hasPrefix(prefix) { surprises.append("\(line) instead of \(prefix)") }
            say(answer)
            if line == "DATA", answer.first?.hasPrefix("354") == true { inContent = true }
        case .hangUp(let prefix):
            if !line.hasPrefix(prefix) { surprises.append("\(line) instead of \(prefix)") }
            hungUp = true
        case .onContent, .hangUpWithin, .hangUpAfterContent: surprises.append("\(line) instead of the content")
        }
    }

    /// Takes content. False where more must come.
    private func take() -> Bool {
        if case .hangUpWithin(let count)? = script.first, content.count + pending.count >= count {
            script.removeFirst()
            hungUp = true
            return false
        }
        let ended = pending.count >= 3 && pending.suffix(3) == [46, 13, 10] && endsLine(before: pending.count - 3)
        guard ended else {
            // Three octets stay, for an end that comes in pieces.
            let count = max(0, pending.count - 3)
            content += pending[..<count]
            pending.removeFirst(count)
            return false
        }
        content += pending.dropLast(3)
        pending = []
        inContent = false
        switch script.isEmpty ? nil : script.removeFirst() {
        case .onContent(let answer)?: say(answer)
        case .hangUpAfterContent?: hungUp = true
        default: surprises.append("unexpected content")
        }
        return true
    }

    private func endsLine(before position: Int) -> Bool {
        if position >= 2 { return pending[position - 2] == 13 && pending[position - 1] == 10 }
        let all = Array(content.suffix(2)) + pending[..<position]
        return all.isEmpty || all.suffix(2) == [13, 10]
    }

    func line(_ limit: Int, _ out: inout mr_bytes) -> Int32 {
        guard let end = incoming.firstIndex(of: 10) else { return Int32(MR_E_CONNECTION) }
        var line = Array(incoming[..<end])
        if line.last == 13 { line.removeLast() }
        if line.count > limit { return Int32(MR_E_PROTOCOL) }
        incoming.removeSubrange(...end)
        out = keep(line)
        return 0
    }
}

/// What stands behind the fake host's `mr_fields`.
final class SmtpFakeFields {
    var record: Record
    unowned let host: SmtpFakeHost

    init(_ record: Record, _ host: SmtpFakeHost) {
        self.record = record
        self.host = host
    }

    static func of(_ pointer: OpaquePointer?) -> SmtpFakeFields? {
        pointer.map { Unmanaged<SmtpFakeFields>.fromOpaque(UnsafeRawPointer($0)).takeUnretainedValue() }
    }
}
