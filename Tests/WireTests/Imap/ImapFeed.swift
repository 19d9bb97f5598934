import Base

@testable import Wire

/// Plays the driver: raw octets in any pieces, lines and literals to the reader.
struct ImapFeed {
    var reader: Imap.ResponseReader
    private(set) var responses: [Imap.Response] = []
    /// Octets that were passed on, and what was known when they began.
    private(set) var bodies: [(literal: Imap.BodyLiteral, bytes: [UInt8])] = []
    private var held: [UInt8] = []
    private var inBody = false

    init(limits: Imap.Limits = .init()) { reader = Imap.ResponseReader(limits: limits) }

    /// Whether everything was whole.
    var isAtRest: Bool { held.isEmpty && reader.remaining == 0 }

    mutating func feed(_ text: String) throws(Failure) { try feed(Array(text.utf8)) }

    mutating func feed(_ bytes: [UInt8]) throws(Failure) {
        held += bytes
        while !held.isEmpty {
            if reader.remaining > 0 {
                let piece = Array(held.prefix(Int(min(reader.remaining, Int64(held.count)))))
                held.removeFirst(piece.count)
                if inBody {
                    try reader.passed(piece.count)
                    bodies[bodies.count - 1].bytes += piece
                } else {
                    try take(Self.with(piece) { (raw) throws(Failure) in try reader.literal(raw) })
                }
                continue
            }
            guard let end = held.firstIndex(of: 10) else { return }
            let line = Array(held[..<(end > 0 && held[end - 1] == 13 ? end - 1 : end)])
            held.removeFirst(end + 1)
            inBody = false
            try take(Self.with(line) { (raw) throws(Failure) in try reader.line(raw) })
        }
    }

    private mutating func take(_ step: Imap.ResponseReader.Step) {
        switch step {
        case .line, .literal: return
        case .body(let literal):
            inBody = true
            bodies.append((literal, []))
        case .response(let response): responses.append(response)
        }
    }

    private static func with<T>(
        _ bytes: [UInt8], _ body: (UnsafeRawBufferPointer) throws(Failure) -> T
    ) throws(Failure) -> T {
        try bytes.withUnsafeBytes { raw in Result { () throws(Failure) in try body(raw) } }.get()
    }

    /// The responses that a text holds. The last line's CRLF may be left out.
    static func responses(_ text: String) throws(Failure) -> [Imap.Response] {
        var feed = ImapFeed()
        try feed.feed(text.utf8.last == 10 ? text : text + "\r\n")
        return feed.responses
    }

    /// The one FETCH that a text holds.
    static func fetch(_ text: String) throws(Failure) -> Imap.FetchData? {
        guard case .fetch(let data)? = try responses(text).first else { return nil }
        return data
    }
}

/// Reproducible chance (SplitMix64).
struct ImapChance {
    var state: UInt64

    mutating func below(_ bound: Int) -> Int {
        state &+= 0x9e37_79b9_7f4a_7c15
        var value = state
        value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
        return Int((value ^ (value >> 31)) % UInt64(max(bound, 1)))
    }
}
