import Base

extension Imap {
    /// Mailbox names on the wire: modified UTF-7 (RFC 3501, section 5.1.3), or UTF-8 (RFC 9051, section 5.1).
    package enum MailboxName {
        private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,".utf8)

        /// The name in modified UTF-7.
        package static func encode(_ name: String) -> [UInt8] {
            var out: [UInt8] = []
            var pending: [UInt16] = []
            func flush() {
                guard !pending.isEmpty else { return }
                out.append(0x26)
                var bits: UInt32 = 0
                var held = 0
                for unit in pending {
                    bits = bits << 16 | UInt32(unit)
                    held += 16
                    while held >= 6 {
                        held -= 6
                        out.append(alphabet[Int(bits >> UInt32(held) & 63)])
                    }
                    bits &= (1 << UInt32(held)) - 1
                }
                if held > 0 { out.append(alphabet[Int(bits << UInt32(6 - held) & 63)]) }
                out.append(0x2d)
                pending.removeAll()
            }
            for unit in name.utf16 {
                if unit >= 0x20, unit <= 0x7e {
                    flush()
                    out.append(UInt8(unit))
                    if unit == 0x26 { out.append(0x2d) }
                } else {
                    pending.append(unit)
                }
            }
            flush()
            return out
        }

        /// The name for people. Bytes above 127 are read as UTF-8, whatever was agreed (servers send both), or as
        /// ISO 8859-1 where they are not; and what is not modified UTF-7 stands for itself. So no two names become one.
        package static func decode(_ name: [UInt8]) -> String {
            if name.contains(where: { $0 >= 0x80 }) {
                return String(validating: name, as: UTF8.self)
                    ?? String(String.UnicodeScalarView(name.map { UnicodeScalar($0) }))
            }
            return strict(name) ?? String(decoding: name, as: UTF8.self)
        }

        /// Nil where it is not what `encode` would make.
        private static func strict(_ name: [UInt8]) -> String? {
            var out = ""
            var index = 0
            while index < name.count {
                let byte = name[index]
                index += 1
                guard byte == 0x26 else {
                    out.unicodeScalars.append(UnicodeScalar(byte))
                    continue
                }
                guard let close = name[index...].firstIndex(of: 0x2d) else { return nil }
                if close == index {
                    out.append("&")
                } else {
                    guard let part = shifted(name[index..<close]) else { return nil }
                    out.append(part)
                }
                index = close + 1
            }
            return encode(out) == name ? out : nil
        }

        /// The characters of one base64 run: nil where it is damaged.
        private static func shifted(_ run: ArraySlice<UInt8>) -> String? {
            var units: [UInt16] = []
            var bits: UInt32 = 0
            var held = 0
            for byte in run {
                let digit = byte == 0x2c ? 63 : byte == 0x2f ? nil : Base64.value(of: byte)
                guard let digit else { return nil }
                bits = (bits << 6 | UInt32(digit)) & 0x3f_ffff
                held += 6
                if held >= 16 {
                    held -= 16
                    units.append(UInt16(truncatingIfNeeded: bits >> UInt32(held)))
                }
            }
            return String(validating: units, as: UTF16.self)
        }
    }
}
