/// HZ (RFC 1843): GB 2312 in seven bits, between `~{` and `~}`.
enum HZ {
    /// The same text in the eight bits of EUC-CN.
    static func eightBit(_ bytes: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(bytes.count)
        var chinese = false
        var at = 0
        while at < bytes.count {
            let byte = bytes[at]
            at += 1
            if byte == UInt8(ascii: "~"), at < bytes.count {
                let mark = bytes[at]
                at += 1
                switch mark {
                case UInt8(ascii: "{"): chinese = true
                case UInt8(ascii: "}"): chinese = false
                case UInt8(ascii: "~"): out.append(mark)
                case UInt8(ascii: "\n"): break
                default: out += [byte, mark]
                }
            } else if byte == UInt8(ascii: "\n") {
                // A line ends the Chinese mode.
                chinese = false
                out.append(byte)
            } else {
                out.append(chinese && byte > 32 ? byte | 0x80 : byte)
            }
        }
        return out
    }
}
