/// What a server offers, from its reply to EHLO (RFC 5321, section 4.1.1.1). After STARTTLS it is asked anew, and what
/// it said before is forgotten (RFC 3207, section 4.2).
package struct SmtpCapabilities: Sendable, Equatable {
    /// Octets a message may have (RFC 1870); nil where it names no limit.
    package private(set) var sizeLimit: Int64?
    /// Whether MAIL may have SIZE= (RFC 1870).
    package private(set) var size = false
    package private(set) var pipelining = false  // RFC 2920
    package private(set) var eightBitMIME = false  // RFC 6152
    package private(set) var smtpUTF8 = false  // RFC 6531
    package private(set) var enhancedStatusCodes = false  // RFC 2034
    package private(set) var startTLS = false  // RFC 3207
    package private(set) var chunking = false  // RFC 3030; noted, not used
    /// The lines as the server gave them, parted by semicolons, for people.
    package private(set) var words = ""
    /// The mechanisms of AUTH (RFC 4954) in capitals, in the server's order, each once.
    package private(set) var mechanisms: [String] = []

    /// Nothing is offered: a server that knows HELO only.
    package init() {}

    /// From a positive reply to EHLO. Its first line is the greeting; what is not known here is left out.
    package init(ehlo: SmtpReply) {
        for line in ehlo.lines.dropFirst() { add(line) }
        words = ehlo.lines.dropFirst().prefix(100).joined(separator: "; ")
    }

    private mutating func add(_ line: String) {
        var words = line.split(whereSeparator: { $0 == " " || $0 == "\t" }).map { $0.uppercased() }
        guard let first = words.first else { return }
        // Old servers, and their imitators, write AUTH=LOGIN PLAIN.
        if first.hasPrefix("AUTH=") {
            words[0] = String(first.dropFirst(5))
            addMechanisms(words[...])
            return
        }
        switch first {
        case "SIZE":
            size = true
            if words.count > 1, let limit = Int64(words[1]), limit > 0 { sizeLimit = limit }
        case "PIPELINING": pipelining = true
        case "8BITMIME": eightBitMIME = true
        case "SMTPUTF8": smtpUTF8 = true
        case "ENHANCEDSTATUSCODES": enhancedStatusCodes = true
        case "STARTTLS": startTLS = true
        case "CHUNKING": chunking = true
        case "AUTH": addMechanisms(words.dropFirst())
        default: break
        }
    }

    private mutating func addMechanisms(_ words: ArraySlice<String>) {
        for word in words where !word.isEmpty && !mechanisms.contains(word) { mechanisms.append(word) }
    }
}
