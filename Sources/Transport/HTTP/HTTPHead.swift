import Base

/// The status and the header fields of an answer, gathered line by line with bounds.
package struct HTTPHead: Sendable {
    static let maximumBytes = 256 << 10
    static let maximumFields = 500

    package private(set) var status: Int32 = 0
    package private(set) var headers: [HTTPRequest.Header] = []
    /// The empty line of a final answer has come: what follows is its body.
    private(set) var isComplete = false
    private var bytes = 0

    package init() {}

    /// The first field of this name.
    package func header(_ name: String) -> String? {
        let wanted = name.lowercased()
        return headers.first { $0.name == wanted }?.value
    }

    /// Takes one line in.
    /// - Returns: false beyond the bounds, or where it is no line of a head.
    mutating func take(_ line: UnsafeRawBufferPointer) -> Bool {
        // A trailer (RFC 9110, section 6.5) is nothing that anybody asks for.
        if isComplete { return true }
        bytes += line.count
        guard bytes <= HTTPHead.maximumBytes else { return false }
        var text = line[...]
        while let last = text.last, last == 13 || last == 10 { text.removeLast() }
        if text.isEmpty {
            // 1xx are no answer yet (section 15.2).
            if status >= 200 { isComplete = true }
            return true
        }
        if text.count > 5, text.starts(with: Array("HTTP/".utf8)) { return begin(text) }
        return field(text)
    }

    private mutating func begin(_ line: Slice<UnsafeRawBufferPointer>) -> Bool {
        let words = line.split(separator: 0x20, maxSplits: 2)
        guard words.count >= 2, words[1].count == 3, let code = Int32(String(decoding: words[1], as: UTF8.self)),
            (100...999).contains(code)
        else { return false }
        status = code
        headers = []
        return true
    }

    private mutating func field(_ line: Slice<UnsafeRawBufferPointer>) -> Bool {
        guard headers.count < HTTPHead.maximumFields else { return false }
        // A folded line (RFC 9112, section 5.2) belongs to the one before.
        if line.first == 0x20 || line.first == 0x09 {
            guard let last = headers.popLast() else { return false }
            headers.append(HTTPRequest.Header(last.name, last.value + " " + HTTPHead.text(line)))
            return true
        }
        guard let colon = line.firstIndex(of: 0x3a) else { return true }
        let name = String(decoding: line[..<colon], as: UTF8.self).lowercased()
        headers.append(HTTPRequest.Header(name, HTTPHead.text(line[(colon + 1)...])))
        return true
    }

    /// Without the blanks around it; a control character becomes a blank.
    private static func text(_ value: Slice<UnsafeRawBufferPointer>) -> String {
        var bytes = value.map { $0 < 0x20 || $0 == 0x7f ? 0x20 : $0 }[...]
        while bytes.first == 0x20 { bytes.removeFirst() }
        while bytes.last == 0x20 { bytes.removeLast() }
        return String(decoding: bytes, as: UTF8.self)
    }
}
