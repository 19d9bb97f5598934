import FakeHost

/// A POP3 server with one maildrop, and a real server's peculiarities.
final class Pop3FakeServer: FakePeer {
    struct Message {
        var uid: String
        var body: [UInt8]
    }

    var capabilities: [String]? = ["TOP", "UIDL", "USER", "PIPELINING", "SASL PLAIN", "STLS"]
    var greeting = "+OK ready"
    var messages: [Message] = []
    /// Answers in place of its own, for commands that begin so; taken off one by one, the last one stays.
    var instead: [String: [String]] = [:]
    /// The connection ends in the middle of these messages.
    var breaksIn: Set<String> = []
    /// It hangs up before it answers so many commands from now.
    var commandsLeft = Int.max
    /// Called with each command, before it is answered.
    var before: (Pop3FakeServer, String) -> Void = { _, _ in }

    private(set) var commands: [String] = []
    private(set) var logins = 0
    private(set) var isSecure = false
    private(set) var removed: [String] = []
    private var snapshot: [Message] = []
    private var marked: Set<Int> = []
    private var held: [UInt8] = []
    private var isOver = false
    private var challenges: [String] = []

    func forget() { commands = [] }

    /// Messages of a line or more each, with dates an hour apart.
    func add(_ count: Int, size: Int = 40) {
        for _ in 0..<count {
            let number = messages.count + removed.count + 1
            let hour = number % 24 < 10 ? "0\(number % 24)" : "\(number % 24)"
            let text =
                "Received: by a; Thu, 19 Jun 2014 \(hour):12:05 -0700\r\nMessage-ID: <m\(number)@x>\r\n"
                + "Subject: \(number)\r\n\r\n.dots\r\n\(String(repeating: "x", count: size))\r\n.\r\n"
            messages.append(Message(uid: "u\(number)", body: Array(text.utf8)))
        }
    }

    func greet() -> [UInt8] {
        snapshot = messages
        marked = []
        held = []
        isOver = false
        challenges = []
        return Array((greeting + "\r\n").utf8)
    }

    func secure() { isSecure = true }

    func hear(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
        held += Array(bytes)
        var out: [UInt8] = []
        while let end = held.firstIndex(of: 10) {
            let line = String(decoding: held[..<end].filter { $0 != 13 }, as: UTF8.self)
            held.removeSubrange(...end)
            if isOver { continue }
            commandsLeft -= 1
            if commandsLeft < 0 {
                isOver = true
                continue
            }
            answer(line, &out)
        }
        return out
    }

    private func answer(_ line: String, _ out: inout [UInt8]) {
        commands.append(line)
        before(self, line)
        func say(_ text: String) { out += Array((text + "\r\n").utf8) }
        if let key = instead.keys.first(where: { line == $0 || line.hasPrefix($0 + " ") }) {
            let answers = instead[key] ?? []
            if answers.count > 1 { instead[key]?.removeFirst() }
            return say(answers.first ?? "-ERR")
        }
        if !challenges.isEmpty {
            challenges.removeFirst()
            return say(challenges.isEmpty ? "+OK in" : challenges[0])
        }
        let words = line.split(separator: " ").map(String.init)
        let number = words.count > 1 ? Int(words[1]) ?? 0 : 0
        let there = snapshot.indices.contains(number - 1) && !marked.contains(number)
        switch words.first {
        case "CAPA":
            guard let capabilities else { return say("-ERR what?") }
            say((["+OK"] + capabilities + ["."]).joined(separator: "\r\n"))
        case "STLS", "USER": say("+OK")
        case "PASS", "APOP":
            logins += 1
            say("+OK in")
        case "AUTH":
            logins += 1
            if words.count > 2 { return say("+OK in") }
            challenges = words[1] == "LOGIN" ? ["+ VXNlcjo=", "+ UGFzcw=="] : ["+ "]
            say(challenges[0])
        case "STAT": say("+OK \(snapshot.count) \(snapshot.reduce(0) { $0 + $1.body.count })")
        case "LIST":
            say("+OK")
            for (index, message) in snapshot.enumerated() { say("\(index + 1) \(message.body.count)") }
            say(".")
        case "UIDL" where words.count == 1:
            say("+OK")
            for (index, message) in snapshot.enumerated() { say("\(index + 1) \(message.uid)") }
            say(".")
        case "UIDL": say(there ? "+OK \(number) \(snapshot[number - 1].uid)" : "-ERR no such message")
        case "RETR" where there:
            say("+OK")
            let message = snapshot[number - 1]
            if breaksIn.contains(message.uid) {
                out += message.body.prefix(30)
                isOver = true
                return
            }
            out += Self.stuffed(message.body)
        case "TOP" where there:
            say("+OK")
            let text = String(decoding: snapshot[number - 1].body, as: UTF8.self)
            var head: [String] = []
            for line in text.split(separator: "\r\n", omittingEmptySubsequences: false) {
                if line.isEmpty { break }
                head.append(String(line))
            }
            out += Self.stuffed(Array((head.joined(separator: "\r\n") + "\r\n\r\n").utf8))
        case "DELE" where there:
            marked.insert(number)
            say("+OK")
        case "RETR", "TOP", "DELE": say("-ERR no such message")
        case "NOOP", "RSET": say("+OK")
        case "QUIT":
            let gone = Set(marked.map { snapshot[$0 - 1].uid })
            removed += gone.sorted()
            messages.removeAll { gone.contains($0.uid) }
            say("+OK bye")
            isOver = true
        default: say("-ERR unknown")
        }
    }

    private static func stuffed(_ body: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        var isStart = true
        for byte in body {
            if isStart, byte == 0x2e { out.append(0x2e) }
            out.append(byte)
            isStart = byte == 10
        }
        if !isStart { out += [13, 10] }
        return out + [0x2e, 13, 10]
    }
}
