import Glibc

/// The text of a message, as a person reads it.
struct MessageText {
    let text: String
    let part: String
    let fromHTML: Bool
    /// False where the part was longer than what is shown.
    let whole: Bool

    private static let limit = 1 << 20

    /// The first plain text that is no attachment, else the first HTML as text; nil where there is neither.
    static func read(_ room: Room, _ message: Int64, _ parts: [Row]) throws -> MessageText? {
        let inline = parts.filter { $0.int("attachment") != 1 }
        guard
            let part = inline.first(where: { $0.text("type") == "text/plain" })
                ?? inline.first(where: { $0.text("type") == "text/html" })
                ?? inline.first(where: { $0.text("type").hasPrefix("text/") })
        else { return nil }
        let (bytes, whole) = try room.blob(message, part: part.text("part")).bytes(limit: limit)
        let text = decode(bytes, charset: part.text("charset"))
        let isHTML = part.text("type") == "text/html"
        return MessageText(
            text: isHTML ? PlainHTML.text(text) : text, part: part.text("part"), fromHTML: isHTML, whole: whole)
    }

    /// UTF-8 where the bytes are that already; else by the charset that the part declares, else Windows-1252.
    static func decode(_ bytes: [UInt8], charset: String) -> String {
        // ESC is what ISO-2022 switches by, and NUL what UTF-16 is full of: valid UTF-8, and not meant so.
        let switches = bytes.contains { $0 == 0x1B || $0 == 0 }
        if let text = String(validating: bytes, as: UTF8.self), !switches || charset.isEmpty { return text }
        return convert(bytes, from: charset.isEmpty ? "WINDOWS-1252" : charset)
            ?? String(decoding: bytes, as: UTF8.self)
    }

    /// iconv(3), with U+FFFD for what has no meaning; nil where the charset is unknown.
    private static func convert(_ bytes: [UInt8], from charset: String) -> String? {
        guard let handle = iconv_open("UTF-8", charset), Int(bitPattern: handle) != -1 else { return nil }
        defer { iconv_close(handle) }
        var input = bytes.map { CChar(bitPattern: $0) }
        var result: [UInt8] = []
        var piece = [CChar](repeating: 0, count: 16 * 1024)
        input.withUnsafeMutableBufferPointer { source in
            var from = source.baseAddress
            var left = source.count
            while left > 0 {
                let stop: Bool = piece.withUnsafeMutableBufferPointer { target in
                    var to = target.baseAddress
                    var room = target.count
                    let failed = iconv(handle, &from, &left, &to, &room) == Int.max || left > 0
                    let reason = errno
                    result.append(contentsOf: target.prefix(target.count - room).map { UInt8(bitPattern: $0) })
                    guard failed, left > 0 else { return true }
                    if reason == E2BIG, room < target.count { return false }
                    result.append(contentsOf: "\u{FFFD}".utf8)
                    from = from.map { $0 + 1 }
                    left -= 1
                    return false
                }
                if stop { break }
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
