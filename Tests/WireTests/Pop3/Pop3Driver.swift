import Base

@testable import Wire

/// Plays the driver: raw octets in any pieces to a dialogue, as the provider hands them in.
struct Pop3Driver {
    var dialogue: Pop3.Dialogue
    private(set) var events: [Pop3.Dialogue.Event] = []
    /// The lines of listings, in order, as texts.
    private(set) var entries: [String] = []
    private(set) var messages: [[UInt8]] = []
    private var held: [UInt8] = []
    private var isOpen = false

    init(limits: Pop3.Limits = .init()) { dialogue = Pop3.Dialogue(limits: limits) }

    /// A dialogue that is logged in, and may say several commands at once.
    static func loggedIn(limits: Pop3.Limits = .init()) throws(Failure) -> Pop3Driver {
        var driver = Pop3Driver(limits: limits)
        try driver.hear("+OK ready\r\n")
        try driver.say(.capa)
        try driver.hear("+OK\r\nPIPELINING\r\n.\r\n")
        try driver.say(.pass(Array("x".utf8)))
        try driver.hear("+OK\r\n")
        driver.events = []
        driver.entries = []
        return driver
    }

    var isAtRest: Bool { held.isEmpty && dialogue.inFlight == 0 }

    @discardableResult
    mutating func say(_ command: Pop3.Command) throws(Failure) -> String {
        _ = try dialogue.start(command)
        return output()
    }

    mutating func output() -> String { String(decoding: dialogue.takeOutput(), as: UTF8.self) }

    mutating func hear(_ text: String) throws(Failure) { try hear(Array(text.utf8)) }

    mutating func hear(_ bytes: [UInt8]) throws(Failure) {
        held += bytes
        while !held.isEmpty {
            if dialogue.isInContent {
                if !isOpen { messages.append([]) }
                isOpen = true
                let some = held
                var out: [UInt8] = []
                let dialogueBefore = dialogue
                var changed = dialogueBefore
                let (taken, event) = try some.withBytes { (raw) throws(Failure) in
                    try changed.content(raw, into: &out)
                }
                dialogue = changed
                held.removeFirst(taken)
                messages[messages.count - 1] += out
                if case .ended = event {
                    events.append(event)
                    isOpen = false
                }
                continue
            }
            guard let end = held.firstIndex(of: 10) else { return }
            let line = Array(held[..<(end > 0 && held[end - 1] == 13 ? end - 1 : end)])
            held.removeFirst(end + 1)
            var changed = dialogue
            let event = try line.withBytes { (raw) throws(Failure) in try changed.line(raw) }
            dialogue = changed
            events.append(event)
            if case .entry(_, let skip) = event { entries.append(String(decoding: line[skip...], as: UTF8.self)) }
        }
    }
}
