import Base
import CMailroom
import Transport

/// The options of `mr_open`, checked (docs/records.md, kind open).
struct EngineOptions: Sendable {
    /// Which work this process does (docs/design.md, section 1).
    enum Work: String, Sendable {
        case never
        case wait
        case always
    }

    var work = Work.wait
    var plugins: [String] = []
    var key: [UInt8]?
    var keyID = "host"
    var keyFile = false
    var groupAccess = false
    var create = true
    var changesKeepDays = 30
    var caFile: String?
    var logKeepMs: Int64 = 90 * 86_400_000
    /// Of the host's own words for causes; empty: those for every language.
    var language = ""
    var leaseMs: Int64 = 60_000
    var connectTimeoutMs: Int64 = 30_000
    var ioTimeoutMs: Int64 = 120_000
    var pollMs: Int64 = 300_000
    /// Connections of this process at once, in all and with one server; nil: what the process may open.
    var connections: Int?
    var hostConnections: Int?
    /// Who is asked for MX and SRV records; nil: those of the system.
    var resolver: NameServer?
    /// Connections go elsewhere than the servers' names say.
    var routes = Routes()
    /// Where Microsoft is asked about a domain by its Autodiscover; empty: not at all.
    var autodiscover = "https://outlook.office365.com/autodiscover/autodiscover.json"

    init(_ record: Record) throws(Failure) {
        try RecordSpec.openOptions.check(record)
        if let name = record.text("work") {
            guard let work = Work(rawValue: name) else { throw .invalid("work", "is neither never, wait nor always") }
            self.work = work
        }
        plugins = record["plugins"]?.text.map { [$0] } ?? record.texts("plugins")
        for directory in plugins where !directory.hasPrefix("/") {
            throw .invalid("plugins", "'\(directory)' is not an absolute path")
        }
        key = try EngineOptions.key(record["key"])
        keyID = record.text("key_id") ?? keyID
        keyFile = try EngineOptions.flag(record, "key_file", false)
        guard key == nil || !keyFile else { throw .invalid("key_file", "cannot stand beside key") }
        groupAccess = try EngineOptions.flag(record, "group_access", false)
        create = try EngineOptions.flag(record, "create", true)
        caFile = record.text("ca_file")
        changesKeepDays = Int(try EngineOptions.number(record, "changes_keep_days", 30, 1...36_500))
        logKeepMs = try EngineOptions.number(record, "log_keep_days", 90, 1...36_500) * 86_400_000
        language = try CauseWords.language(record)
        leaseMs = try EngineOptions.number(record, "lease_ms", leaseMs, 2_000...3_600_000)
        connectTimeoutMs = try EngineOptions.number(record, "connect_timeout_ms", connectTimeoutMs, 100...600_000)
        ioTimeoutMs = try EngineOptions.number(record, "io_timeout_ms", ioTimeoutMs, 100...3_600_000)
        pollMs = try EngineOptions.number(record, "poll_ms", pollMs, 100...86_400_000)
        connections = try EngineOptions.count(record, "connections")
        hostConnections = try EngineOptions.count(record, "host_connections")
        resolver = try record.text("resolver").map { (text) throws(Failure) in try NameServer(text) }
        routes = try Routes(record["connect_to"]?.text.map { [$0] } ?? record.texts("connect_to"))
        autodiscover = record.text("autodiscover") ?? autodiscover
        guard autodiscover.isEmpty || autodiscover.hasPrefix("https://") else {
            throw .invalid("autodiscover", "is no address that begins with https://")
        }
    }

    private static func number(
        _ record: Record, _ name: String, _ fallback: Int64, _ range: ClosedRange<Int64>
    ) throws(Failure) -> Int64 {
        guard let value = record.int(name) else { return fallback }
        guard range.contains(value) else {
            throw .invalid(name, "\(value) is not within \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    private static func count(_ record: Record, _ name: String) throws(Failure) -> Int? {
        guard record.int(name) != nil else { return nil }
        return Int(try number(record, name, 2, 2...1_000_000))
    }

    private static func flag(_ record: Record, _ name: String, _ fallback: Bool) throws(Failure) -> Bool {
        try number(record, name, fallback ? 1 : 0, 0...1) == 1
    }

    /// 32 bytes, or 64 hexadecimal digits.
    private static func key(_ value: Value?) throws(Failure) -> [UInt8]? {
        switch value {
        case nil: return nil
        case .bytes(let bytes) where bytes.count == 32: return bytes
        case .text(let text) where text.utf8.count == 64:
            var key: [UInt8] = []
            var digits = Array(text.utf8)[...]
            while let high = digits.popFirst(), let low = digits.popFirst() {
                guard let high = nibble(high), let low = nibble(low) else { break }
                key.append(high << 4 | low)
            }
            if key.count == 32 { return key }
        default: break
        }
        throw .invalid("key", "is neither 32 bytes nor 64 hexadecimal digits")
    }

    private static func nibble(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
