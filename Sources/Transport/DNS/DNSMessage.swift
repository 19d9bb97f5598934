import Base
import CMailroom
import CSystem
import Glibc

/// A DNS message (RFC 1035, section 4): written as a question, read as an answer. What is read may be anything.
struct DNSMessage {
    static let maximumRecords = 256
    /// An alias leads to an alias at most so often.
    static let maximumAliases = 8

    let bytes: [UInt8]
    private let end: Int

    /// A name as it is asked for: its labels in lower case, without the final dot.
    /// - Throws: `MR_E_INVALID` for a name that DNS cannot carry (RFC 1035, section 2.3.4) or that no mail uses.
    static func labels(_ name: String) throws(Failure) -> [[UInt8]] {
        var bytes = name.utf8.map { $0 | (($0 >= 0x41 && $0 <= 0x5A) ? 0x20 : 0) }
        if bytes.last == UInt8(ascii: ".") { bytes.removeLast() }
        guard !bytes.isEmpty, bytes.count <= 253 else { throw .invalid("domain", "is empty or longer than 253 octets") }
        let labels = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).map(Array.init)
        for label in labels {
            guard (1...63).contains(label.count) else {
                throw .invalid("domain", "has a label that is empty or longer than 63 octets")
            }
            guard label.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
                throw .invalid("domain", "has a character that no domain name has (the xn-- form is needed)")
            }
        }
        return labels
    }

    /// One question, recursion desired.
    static func question(_ id: UInt16, _ labels: [[UInt8]], _ type: DNSType) -> [UInt8] {
        var bytes: [UInt8] = [UInt8(id >> 8), UInt8(id & 0xFF), 0x01, 0, 0, 1, 0, 0, 0, 0, 0, 0]
        for label in labels { bytes += [UInt8(label.count)] + label }
        return bytes + [0, UInt8(type.rawValue >> 8), UInt8(type.rawValue & 0xFF), 0, 1]
    }

    /// - Returns: nil where it does not answer this question.
    init?(_ bytes: [UInt8], answers question: [UInt8]) {
        let header = 12
        guard bytes.count >= question.count, bytes.count <= 65535, question.count > header else { return nil }
        guard bytes[0] == question[0], bytes[1] == question[1], bytes[2] & 0x80 != 0, bytes[2] & 0x78 == 0,
            bytes[4] == 0, bytes[5] == 1
        else { return nil }
        // A server gives the question back as it was, but for the case of its letters.
        let lower = bytes[header..<question.count].map { $0 | (($0 >= 0x41 && $0 <= 0x5A) ? 0x20 : 0) }
        guard lower == Array(question[header...]) else { return nil }
        self.bytes = bytes
        end = question.count
    }

    var isTruncated: Bool { bytes[2] & 0x02 != 0 }

    /// RCODE: 0 done, 2 the server failed, 3 no such name, 5 refused.
    var code: UInt8 { bytes[3] & 0x0F }

    /// What it answers about the name and whatever the name is an alias of.
    /// - Returns: nil where it is broken.
    func answer(_ name: String, _ type: DNSType) -> DNSAnswer? {
        guard let entries = entries() else { return nil }
        var name = DNSMessage.folded(name)
        var aliases: [String] = []
        while true {
            let own = entries.filter { $0.name == name }
            let records = own.filter { $0.type == type.rawValue }.compactMap(\.record)
            if !records.isEmpty { return DNSAnswer(.found, records, aliases: aliases) }
            guard aliases.count < DNSMessage.maximumAliases,
                case .alias(let next)? = own.first(where: { $0.type == DNSType.alias.rawValue })?.record
            else { return DNSAnswer(code == 3 ? .noName : .empty, aliases: aliases) }
            aliases.append(next)
            name = DNSMessage.folded(next)
        }
    }

    private struct Entry {
        let name: String
        let type: UInt16
        let record: DNSRecord?
    }

    /// The records of the answer section; nil where one of them leads out of the message.
    private func entries() -> [Entry]? {
        let count = min(Int(number(6)), DNSMessage.maximumRecords)
        var found: [Entry] = []
        var at = end
        for _ in 0..<count {
            guard let (name, length) = self.name(at), at + length + 10 <= bytes.count else { return nil }
            at += length
            let (type, size) = (number(at), Int(number(at + 8)))
            let isInternet = number(at + 2) == 1
            at += 10
            guard at + size <= bytes.count else { return nil }
            if isInternet {
                found.append(Entry(name: DNSMessage.folded(name), type: type, record: record(type, at, size)))
            }
            at += size
        }
        return found
    }

    private func record(_ type: UInt16, _ at: Int, _ size: Int) -> DNSRecord? {
        switch DNSType(rawValue: type) {
        case .address where size == 4: return numeric(AF_INET, at, 4).map(DNSRecord.address)
        case .address6 where size == 16: return numeric(AF_INET6, at, 16).map(DNSRecord.address)
        case .alias: return name(at).flatMap { $0.length <= size ? .alias($0.name) : nil }
        case .exchange where size > 2:
            return name(at + 2).flatMap {
                $0.length <= size - 2 ? .exchange(preference: number(at), host: $0.name) : nil
            }
        case .service where size > 6:
            return name(at + 6).flatMap {
                $0.length <= size - 6
                    ? .service(priority: number(at), weight: number(at + 2), port: number(at + 4), host: $0.name) : nil
            }
        case .text:
            var text: [UInt8] = []
            var next = at
            while next < at + size {
                let length = Int(bytes[next])
                guard next + 1 + length <= at + size else { return nil }
                text += bytes[(next + 1)..<(next + 1 + length)]
                next += 1 + length
            }
            return .text(text)
        default: return nil
        }
    }

    private func numeric(_ family: Int32, _ at: Int, _ size: Int) -> String? {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let done = bytes.withUnsafeBytes {
            inet_ntop(family, $0.baseAddress! + at, &text, socklen_t(text.count)) != nil
        }
        return done ? String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self) : nil
    }

    private func name(_ at: Int) -> (name: String, length: Int)? {
        var text = [CChar](repeating: 0, count: 1025)
        let length = bytes.withUnsafeBufferPointer {
            csystem_dns_name($0.baseAddress!, $0.count, at, &text, Int32(text.count))
        }
        guard length > 0 else { return nil }
        return (String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self), Int(length))
    }

    private func number(_ at: Int) -> UInt16 { UInt16(bytes[at]) << 8 | UInt16(bytes[at + 1]) }

    private static func folded(_ name: String) -> String {
        let lower = name.lowercased()
        return lower.hasSuffix(".") ? String(lower.dropLast()) : lower
    }
}
