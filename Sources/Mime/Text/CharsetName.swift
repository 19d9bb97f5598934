/// What a charset label means, with the usual wrong labels read as what is really sent under them.
enum CharsetName: Equatable {
    /// Nothing declared, or something that says nothing.
    case undeclared
    case utf8
    /// US-ASCII, ISO-8859-1 and windows-1252: what is sent under these labels is windows-1252, or unlabelled UTF-8.
    case western
    /// UTF-16 whose byte order a mark tells; big end first without one (RFC 2781).
    case utf16
    /// HZ, the 7-bit Chinese of RFC 1843, which iconv of glibc does not know.
    case hz
    /// A charset of iconv by its name there. `stateful`: bytes below 128 are not always ASCII.
    case iconv(String, stateful: Bool)

    init(label: String?) {
        guard let label else {
            self = .undeclared
            return
        }
        // The label without spaces, quotes and the separators that are written in different ways.
        var key: [UInt8] = []
        for byte in label.utf8.prefix(80) where byte.isAlphanumeric { key.append(byte.lowercased) }
        if key.starts(with: "xmac".utf8) { key.removeFirst() }
        let name = String(decoding: key, as: UTF8.self)
        if let known = Self.known(name) {
            self = known
        } else if name.hasPrefix("x"), let known = Self.known(String(name.dropFirst())) {
            self = known
        } else {
            self = .iconv(Self.clean(label), stateful: false)
        }
    }

    private static func known(_ name: String) -> CharsetName? {
        switch name {
        case "", "unknown", "unknown8bit", "default", "defaultcharset", "charset", "none", "binary", "8bit", "7bit":
            return .undeclared
        case "utf8", "utf", "unicode11utf8", "utf8mb4", "csutf8", "cp65001": return .utf8
        case "usascii", "ascii", "ansix341968", "ansix341986", "iso646us", "us", "iso646", "cp367", "ibm367",
            "iso88591", "latin1", "l1", "isoir100", "cp819", "ibm819", "88591", "iso885911987", "iso8859",
            "windows1252", "cp1252", "win1252", "ansi", "western", "windowslatin1", "1252", "iso1":
            return .western
        case "utf16", "unicode", "ucs2", "iso10646ucs2", "csunicode": return .utf16
        case "hz", "hzgb2312", "hzgb": return .hz
        case "utf7", "unicode11utf7", "unicode20utf7": return .iconv("UTF-7", stateful: true)
        case "gb2312", "gbk", "gb18030", "cp936", "ms936", "windows936", "euccn", "csgb2312", "chinese", "gb231280",
            "cngb", "gb":
            return .iconv("GB18030", stateful: false)
        case "big5", "big5hkscs", "cp950", "csbig5", "windows950", "cnbig5", "big5eten":
            return .iconv("BIG5-HKSCS", stateful: false)
        case "euckr", "ksc56011987", "ksc5601", "ksc56011989", "cp949", "ms949", "uhc", "korean", "cseuckr",
            "windows949", "ksx1001", "isoir149":
            return .iconv("UHC", stateful: false)
        case "shiftjis", "sjis", "cp932", "ms932", "windows31j", "mskanji", "csshiftjis", "shiftjisms", "windows932":
            return .iconv("CP932", stateful: false)
        case "eucjp", "ujis", "eucjpms", "cp51932": return .iconv("EUC-JP-MS", stateful: false)
        case "iso2022jp", "jis", "csiso2022jp", "iso2022jpms", "cp50220", "cp50221", "iso2022jp1", "iso2022jp2",
            "iso2022jp3":
            return .iconv("ISO-2022-JP-3", stateful: true)
        case "iso2022kr", "csiso2022kr": return .iconv("ISO-2022-KR", stateful: true)
        case "iso2022cn", "iso2022cnext": return .iconv("ISO-2022-CN-EXT", stateful: true)
        case "iso88599", "latin5", "l5", "windows1254", "cp1254", "turkish": return .iconv("CP1254", stateful: false)
        case "iso885911", "tis620", "tis62025330", "windows874", "cp874", "iso8859111":
            return .iconv("CP874", stateful: false)
        case "iso88598i", "iso88598e", "iso88598", "hebrew", "logical", "visual", "windows1255", "cp1255":
            return .iconv("CP1255", stateful: false)
        case "iso88596i", "iso88596e", "iso88596", "arabic": return .iconv("ISO-8859-6", stateful: false)
        case "macintosh", "macroman", "mac", "macwestern": return .iconv("MACINTOSH", stateful: false)
        case "maccyrillic", "macukrainian": return .iconv("MAC-CYRILLIC", stateful: false)
        case "utf16le": return .iconv("UTF-16LE", stateful: true)
        case "utf16be": return .iconv("UTF-16BE", stateful: true)
        case "utf32", "ucs4", "utf32be": return .iconv("UTF-32BE", stateful: true)
        case "utf32le": return .iconv("UTF-32LE", stateful: true)
        case "koi8", "koi8r", "cskoi8r", "koi": return .iconv("KOI8-R", stateful: false)
        case "koi8u", "koi8ru": return .iconv("KOI8-U", stateful: false)
        default: break
        }
        return numbered(name)
    }

    /// The families that are written with a number: `windows-125x`, `iso-8859-x`, `ibm8xx`.
    private static func numbered(_ name: String) -> CharsetName? {
        for (prefix, target) in [
            ("windows125", "CP125"), ("cp125", "CP125"), ("win125", "CP125"), ("ms125", "CP125"),
            ("iso8859", "ISO-8859-"), ("latin", "LATIN"), ("ibm", "IBM"), ("cp", "CP"), ("koi8", "KOI8-"),
        ] where name.hasPrefix(prefix) {
            let rest = name.dropFirst(prefix.count)
            // `iso-8859-15:1998` and `iso_8859-2:1987` carry a year.
            let number = rest.utf8.count > 4 ? rest.dropLast(4) : rest
            return .iconv(target + number.uppercased(), stateful: false)
        }
        return nil
    }

    /// The label as iconv may know it: printable ASCII without what iconv takes as an instruction (`//TRANSLIT`).
    private static func clean(_ label: String) -> String {
        var out: [UInt8] = []
        for byte in label.utf8.prefix(60)
        where byte.isAlphanumeric || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_") {
            out.append(byte)
        }
        return String(decoding: out, as: UTF8.self)
    }
}
