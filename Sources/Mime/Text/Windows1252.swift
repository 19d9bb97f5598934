/// windows-1252, which is also what is sent under the name of ISO-8859-1.
enum Windows1252 {
    /// The code points of 0x80...0x9F; 0 where none is assigned.
    private static let high: [UInt16] = [
        0x20AC, 0, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017D, 0,
        0, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0, 0x017E,
        0x0178,
    ]

    static func decode(_ bytes: [UInt8]) -> String {
        var text = ""
        text.reserveCapacity(bytes.count + bytes.count / 8)
        for byte in bytes { text.unicodeScalars.append(scalar(byte)) }
        return text
    }

    static func scalar(_ byte: UInt8) -> Unicode.Scalar {
        guard byte &- 0x80 < 0x20 else { return Unicode.Scalar(byte) }
        let point = high[Int(byte &- 0x80)]
        return point == 0 ? "\u{FFFD}" : Unicode.Scalar(point) ?? "\u{FFFD}"
    }
}
