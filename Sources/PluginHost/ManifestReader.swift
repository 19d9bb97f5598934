import Base

/// Reads the fields of a manifest, each with its type and its bounds.
struct ManifestReader {
    private let record: Record
    private let path: String

    init(_ record: Record, _ path: String) {
        self.record = record
        self.path = path
    }

    func wrong(_ name: String, _ message: String) -> Failure { .invalid(path + name, message) }

    func int(_ name: String) throws(Failure) -> Int64? {
        guard let value = record[name] else { return nil }
        guard let int = value.int else { throw wrong(name, "is \(value.kindName), not an integer") }
        return int
    }

    /// 0 or 1; absent is 0.
    func flag(_ name: String) throws(Failure) -> Bool {
        switch try int(name) ?? 0 {
        case 0: false
        case 1: true
        default: throw wrong(name, "is neither 0 nor 1")
        }
    }

    func optional(_ name: String, limit: Int) throws(Failure) -> String? {
        guard let value = record[name] else { return nil }
        // A setting's default may be written as a number.
        if name == "default", let int = value.int { return String(int) }
        guard let text = value.text else { throw wrong(name, "is \(value.kindName), not text") }
        guard text.utf8.count <= limit else { throw wrong(name, "is longer than \(limit) octets") }
        guard text.utf8.allSatisfy({ $0 >= 32 && $0 != 127 }) else { throw wrong(name, "has control characters") }
        return text
    }

    func required(_ name: String, limit: Int) throws(Failure) -> String {
        guard let text = try optional(name, limit: limit), !text.isEmpty else { throw wrong(name, "is missing") }
        return text
    }

    /// `[a-z0-9_]{1,32}`
    func name(_ name: String) throws(Failure) -> String {
        let text = try required(name, limit: 64)
        guard HostText.isName(text, limit: 32) else {
            throw wrong(name, "is not 1 to 32 of the characters a-z, 0-9 and _")
        }
        return text
    }

    func texts(_ name: String, limit: Int) throws(Failure) -> [String] {
        var texts: [String] = []
        for item in try list(name, limit: limit) {
            guard let text = item.text, text.utf8.count <= 200 else {
                throw wrong(name, "has an item that is no short text")
            }
            texts.append(text)
        }
        return texts
    }

    func names(_ name: String, limit: Int) throws(Failure) -> [String] {
        let texts = try texts(name, limit: limit)
        for text in texts where !HostText.isName(text, limit: 32) {
            throw wrong(name, "has an item that is not 1 to 32 of the characters a-z, 0-9 and _")
        }
        return texts
    }

    func records(_ name: String, limit: Int) throws(Failure) -> [ManifestReader] {
        var readers: [ManifestReader] = []
        for (index, item) in try list(name, limit: limit).enumerated() {
            guard let record = item.record else { throw wrong(name, "has an item that is no object") }
            readers.append(ManifestReader(record, "\(path)\(name)[\(index)]."))
        }
        return readers
    }

    /// An object of non-negative integers, none so large that it cannot be added to a time.
    func ints(_ name: String, limit: Int) throws(Failure) -> [String: Int64] {
        guard let value = record[name] else { return [:] }
        guard let record = value.record, record.fields.count <= limit else { throw wrong(name, "is no small object") }
        var ints: [String: Int64] = [:]
        for field in record.fields {
            guard HostText.isName(field.name, limit: 32), let int = field.value.int,
                (0...1_000_000_000_000).contains(int)
            else {
                throw wrong("\(name).\(HostText.line(field.name, limit: 32))", "is no limit")
            }
            ints[field.name] = int
        }
        return ints
    }

    private func list(_ name: String, limit: Int) throws(Failure) -> [Value] {
        guard let value = record[name] else { return [] }
        guard let list = value.list else { throw wrong(name, "is \(value.kindName), not a list") }
        guard list.count <= limit else { throw wrong(name, "has more than \(limit) items") }
        return list
    }
}
