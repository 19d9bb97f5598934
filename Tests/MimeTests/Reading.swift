import Mime

/// The message with the lines of `text` (LF in the source) ended by CRLF.
func message(_ text: String) -> [UInt8] {
    var out: [UInt8] = []
    for byte in text.utf8 {
        if byte == 10 { out.append(13) }
        out.append(byte)
    }
    return out
}

func parse(_ text: String) -> ParsedMessage { MessageParser.parse(message(text)) }

/// One part a line: number, type, sizes, name.
func outline(_ message: ParsedMessage) -> [String] {
    message.parts.map { part in
        var line = "\(part.number) \(part.type)/\(part.subtype) \(part.decodedSize)"
        if let name = part.filename { line += " \(name)" }
        if part.isAttachment { line += " attachment" }
        return line
    }
}

/// The decoded body of a part, cut out of the raw message.
func body(_ raw: [UInt8], _ part: Part) -> [UInt8] {
    BodyDecoder.decode(Array(raw[part.range]), part.encoding)
}
