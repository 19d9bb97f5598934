import Base

/// Writes the compact blobs that rows hold: lengths and numbers as LEB128, texts as UTF-8.
struct Packer {
    private(set) var bytes: [UInt8] = []

    mutating func int(_ value: Int64) {
        // Zigzag, so that small negative numbers stay small.
        var rest = UInt64(bitPattern: value &<< 1) ^ UInt64(bitPattern: value >> 63)
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    mutating func text(_ text: String) {
        var copy = text
        copy.withUTF8 { utf8 in
            int(Int64(utf8.count))
            bytes.append(contentsOf: utf8)
        }
    }

    /// Nil and the empty text are two things.
    mutating func optionalText(_ text: String?) {
        guard let text else { return int(-1) }
        self.text(text)
    }

    mutating func blob(_ blob: [UInt8]) {
        int(Int64(blob.count))
        bytes.append(contentsOf: blob)
    }

    mutating func texts(_ texts: [String]) {
        int(Int64(texts.count))
        for text in texts { self.text(text) }
    }
}

/// Reads what `Packer` wrote. Damage yields nil, never a trap.
struct Unpacker {
    private let bytes: [UInt8]
    private var at = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { at >= bytes.count }

    mutating func int() -> Int64? {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while at < bytes.count, shift < 64 {
            let byte = bytes[at]
            at += 1
            value |= UInt64(byte & 0x7f) << shift
            if byte & 0x80 == 0 { return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1) }
            shift += 7
        }
        return nil
    }

    mutating func blob() -> [UInt8]? {
        guard let length = int(), length >= 0, length <= Int64(bytes.count - at) else { return nil }
        defer { at += Int(length) }
        return Array(bytes[at..<(at + Int(length))])
    }

    mutating func text() -> String? {
        guard let length = int(), length >= 0, length <= Int64(bytes.count - at) else { return nil }
        defer { at += Int(length) }
        return String(decoding: bytes[at..<(at + Int(length))], as: UTF8.self)
    }

    mutating func optionalText() -> String? {
        let start = at
        if int() == -1 { return nil }
        at = start
        return text()
    }

    mutating func texts() -> [String] {
        var found: [String] = []
        for _ in 0..<count() {
            guard let text = text() else { break }
            found.append(text)
        }
        return found
    }

    /// The length of a list; every entry has at least one byte, so damage cannot ask for more.
    mutating func count() -> Int {
        guard let count = int(), count > 0 else { return 0 }
        return Int(min(count, Int64(bytes.count - at)))
    }
}
