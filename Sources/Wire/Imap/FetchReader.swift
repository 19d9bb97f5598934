import Base

/// Reads the items of one FETCH (RFC 9051, section 7.5.2: msg-att), with a stop wherever the bytes end behind a
/// streamed literal: the driver passes its octets on, and reading goes on where it was.
struct FetchReader {
    private(set) var data: Imap.FetchData
    private(set) var isDone = false
    private var position: Int
    private var hasBegun = false

    /// `at`: behind the word FETCH.
    init(number: UInt32, at position: Int) {
        data = Imap.FetchData(number: number)
        self.position = position
    }

    /// For a response whose first line is here: nil where it is no FETCH.
    init?(_ scanner: Scanner) {
        var scanner = scanner
        guard scanner.take(0x2a) else { return nil }
        scanner.spaces()
        guard let byte = scanner.current, byte.isDigit, let number = (try? scanner.number()) ?? nil else { return nil }
        scanner.spaces()
        guard scanner.word(scanner.atom(), is: "FETCH") else { return nil }
        self.init(number: UInt32(clamping: number), at: scanner.position)
    }

    /// Reads as far as the bytes go. Throws where they end inside an item, and stays where that item began.
    mutating func read(_ scanner: inout Scanner) throws(Failure) {
        scanner.position = position
        if !hasBegun {
            scanner.spaces()
            try scanner.expect(0x28)
            hasBegun = true
            position = scanner.position
        }
        while true {
            scanner.spaces()
            position = scanner.position
            if scanner.take(0x29) {
                isDone = true
                return
            }
            if scanner.isAtEnd { return }
            try item(&scanner)
            position = scanner.position
        }
    }

    private mutating func item(_ scanner: inout Scanner) throws(Failure) {
        let name = scanner.atom()
        if name.isEmpty {
            // A stray value: NIL behind a value that was there already, an empty string.
            _ = try scanner.value()
            return
        }
        if scanner.current == 0x5b || scanner.word(name, is: "RFC822") || scanner.word(name, is: "RFC822.HEADER")
            || scanner.word(name, is: "RFC822.TEXT")
        {
            return try section(name, &scanner)
        }
        scanner.spaces()
        if scanner.word(name, is: "UID") {
            data.uid = try scanner.number().map { UInt32(clamping: $0) }
        } else if scanner.word(name, is: "FLAGS") {
            data.flags = try scanner.words()
        } else if scanner.word(name, is: "RFC822.SIZE") {
            data.size = try scanner.number().map { Int64(clamping: $0) }
        } else if scanner.word(name, is: "INTERNALDATE") {
            data.internalDate = try scanner.nstring().flatMap { Imap.InternalDate.milliseconds($0) }
        } else if scanner.word(name, is: "MODSEQ") {
            let value = try scanner.value()
            data.modSeq = (value.items?.first ?? value).number.map { UInt64($0) }
        } else if scanner.word(name, is: "ENVELOPE") {
            data.envelope = Imap.Envelope(try scanner.value())
        } else if scanner.word(name, is: "BODYSTRUCTURE") || scanner.word(name, is: "BODY") {
            data.bodyStructure = Imap.BodyStructure(try scanner.value())
        } else {
            let value = try scanner.value()
            if data.others.count < 100 { data.others[scanner.string(name).uppercased()] = value }
        }
    }

    /// `BODY[...]<n>`, `BINARY[...]`, `RFC822` and their value.
    private mutating func section(_ name: Range<Int>, _ scanner: inout Scanner) throws(Failure) {
        var text = ""
        if scanner.take(0x5b) {
            let start = scanner.position
            guard let close = scanner.bytes[start...].firstIndex(of: 0x5d) else {
                throw scanner.malformed("a section has no end")
            }
            text = Imap.text(scanner.bytes[start..<close]).uppercased()
            scanner.position = close + 1
        } else if scanner.word(name, is: "RFC822.HEADER") {
            text = "HEADER"
        } else if scanner.word(name, is: "RFC822.TEXT") {
            text = "TEXT"
        }
        var section = Imap.Section(text)
        if scanner.take(0x3c) {
            section.origin = try scanner.number().map { Int64(clamping: $0) }
            try scanner.expect(0x3e)
        }
        scanner.spaces()
        if scanner.word(name, is: "BINARY.SIZE") {
            data.others["BINARY.SIZE[\(text)]"] = try scanner.value()
            return
        }
        data.sections.append(Imap.SectionData(section: section, content: try scanner.value()))
        if data.sections.count > scanner.limits.literals { throw scanner.malformed("too many sections") }
    }
}
