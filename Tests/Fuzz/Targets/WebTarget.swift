import Base

@testable import Transport

/// What comes over HTTP and DNS beside mail, and is read in one go. The first octet chooses the reader, the rest is what a
/// stranger says.
enum WebTarget {
    static func run(_ input: UnsafeRawBufferPointer) -> [String] {
        guard let choice = input.first else { return [] }
        let said = Array(input.dropFirst())
        return switch choice % 10 {
        case 0: head(said)
        case 1: address(said)
        case 2: json(said)
        case 3: times(said)
        case 4: names(said)
        case 5: domainRecords(said)
        case 6: tokens(said)
        case 7: keys(said)
        case 8: autoconfig(said)
        default: autodiscover(said)
        }
    }

    static func text(_ bytes: some Sequence<UInt8>) -> String { String(decoding: Array(bytes), as: UTF8.self) }

    /// Whether it can be shown in one line.
    static func isLine(_ text: String) -> Bool { text.unicodeScalars.allSatisfy { $0.value >= 32 && $0.value != 127 } }

    // MARK: HTTP

    /// The head of an answer, and when to come again.
    private static func head(_ said: [UInt8]) -> [String] {
        var head = HTTPHead()
        var rest = said[...]
        while !rest.isEmpty {
            let line = Array(rest.prefix { $0 != 10 }) + [10]
            rest = rest.dropFirst(line.count)
            guard line.withUnsafeBytes({ head.take($0) }) else { break }
        }
        var broken: [String] = []
        if head.headers.count > HTTPHead.maximumFields { broken.append("more fields than the bounds") }
        if !head.headers.allSatisfy({ isLine($0.value) }) { broken.append("a field of more lines than one") }
        if let wait = HTTPReply.retryAfterMs(head.headers), !(0...7 * 86_400_000).contains(wait) {
            broken.append("to wait for \(wait) ms")
        }
        return broken
    }

    /// An address in the first line, and where it sends to in the next ones.
    private static func address(_ said: [UInt8]) -> [String] {
        let lines = said.split(separator: 10, omittingEmptySubsequences: false).map { text($0) }
        guard var address = try? HTTPAddress(lines[0]) else { return [] }
        var broken: [String] = []
        for line in lines.dropFirst().prefix(20) + [""] {
            if (try? HTTPAddress(address.text)) != address { broken.append("\(address.text) is read as another one") }
            if let next = try? address.resolving(line) { address = next }
        }
        return broken
    }

    // MARK: JSON, XML, words

    /// What is read and written comes back as it was.
    private static func json(_ said: [UInt8]) -> [String] {
        var broken: [String] = []
        for isLenient in [false, true] {
            guard let record = try? JSON.parse(said, lenient: isLenient) else { continue }
            if (try? JSON.parse(JSON.text(record))) != record { broken.append("JSON that comes back as another one") }
        }
        return broken
    }

    private static func times(_ said: [UInt8]) -> [String] {
        let words = text(said)
        _ = HTTPDate.milliseconds(words)
        guard let wait = NamedTime.milliseconds(in: words, now: 1_800_000_000_000) else { return [] }
        return (0...NamedTime.longest).contains(wait) ? [] : ["to wait for \(wait) ms"]
    }
}
