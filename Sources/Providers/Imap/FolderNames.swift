/// Names of folders, to be compared: small letters, and one letter for those that look the same.
enum FolderNames {
    /// What NFKC makes of the letters that mailboxes are really called by: full-width and half-width forms, other
    /// blanks, ligatures. Canonical forms (é in one character or two) are equal for Swift as they are.
    static func folded(_ name: some StringProtocol) -> String {
        var scalars = String.UnicodeScalarView()
        for scalar in name.unicodeScalars {
            switch scalar.value {
            // Half-width katakana, with its marks of voice.
            case 0xff9e where voiced(&scalars, plus: 1): continue
            case 0xff9f where voiced(&scalars, plus: 2): continue
            case 0xff61...0xff9f: scalars.append(katakana[Int(scalar.value - 0xff61)])
            // Full-width ASCII.
            case 0xff01...0xff5e: scalars.append(UnicodeScalar(UInt8(scalar.value - 0xfee0)))
            case 0xa0, 0x2000...0x200a, 0x202f, 0x205f, 0x3000: scalars.append(" ")
            // Joiners, a soft hyphen, a byte order mark: nothing to be seen.
            case 0xad, 0x200b...0x200f, 0xfeff: continue
            case 0xfb00: scalars.append(contentsOf: "ff".unicodeScalars)
            case 0xfb01: scalars.append(contentsOf: "fi".unicodeScalars)
            case 0xfb02: scalars.append(contentsOf: "fl".unicodeScalars)
            default: scalars.append(scalar)
            }
        }
        return String(scalars).lowercased()
    }

    /// Gives the last character its mark: カ becomes ガ, ハ with the second one パ.
    private static func voiced(_ scalars: inout String.UnicodeScalarView, plus: UInt32) -> Bool {
        guard let last = scalars.last?.value else { return false }
        // Pairs of plain and voiced (カガ ... ヂ, ツヅ ... ド), then triples (ハバパ).
        let isPair =
            (0x30ab...0x30c2).contains(last) && last % 2 == 1 || (0x30c4...0x30c8).contains(last) && last % 2 == 0
        let isTriple = (0x30cf...0x30db).contains(last) && (last - 0x30cf) % 3 == 0
        guard isTriple || (isPair && plus == 1), let scalar = UnicodeScalar(last + plus) else { return false }
        scalars.removeLast()
        scalars.append(scalar)
        return true
    }

    /// U+FF61 to U+FF9F in full width.
    private static let katakana = Array(
        "。「」、・ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン゛゜"
            .unicodeScalars)
}
