extension Imap {
    /// The `{n}`, `{n+}` or `~{n}` at the end of a line: n octets follow (RFC 9051, section 4.3; RFC 7888; RFC 3516).
    struct LiteralMark: Equatable {
        /// Where the brace, or the tilde before it, stands.
        let open: Int
        let size: Int64

        /// Nil where the line, which begins at `start` and goes to the end of the bytes, does not end in one.
        init?(_ bytes: [UInt8], from start: Int) {
            var index = bytes.count - 1
            guard index >= start, bytes[index] == 0x7d else { return nil }
            index -= 1
            if index >= start, bytes[index] == 0x2b { index -= 1 }
            var size: Int64 = 0
            var unit: Int64 = 1
            let last = index
            while index >= start, bytes[index].isDigit {
                // Nineteen digits and more are beyond every limit; leading zeros may be there.
                let digit = Int64(bytes[index] - 0x30)
                if digit > 0 { size = last - index >= 18 ? .max : size == .max ? size : size + digit * unit }
                if last - index < 17 { unit *= 10 }
                index -= 1
            }
            guard index < last, index >= start, bytes[index] == 0x7b else { return nil }
            if index > start, bytes[index - 1] == 0x7e { index -= 1 }
            open = index
            self.size = size
        }
    }
}
