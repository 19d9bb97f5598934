/// What a part's header says about its body (RFC 2045, RFC 2183).
struct PartContent {
    enum Kind { case leaf, multipart, message }

    var type = "text"
    var subtype = "plain"
    var parameters: [Parameter] = []
    var charset: String?
    var encoding = TransferEncoding.sevenBit
    var disposition: String?
    var filename: String?
    var contentID: String?
    var kind = Kind.leaf
    /// Of a multipart; nil where it is missing.
    var boundary: [UInt8]?

    init() {}

    /// - Parameter inDigest: the default type is message/rfc822 (RFC 2046, section 5.1.5).
    init(_ header: HeaderBlock, inDigest: Bool, _ defects: inout Defects) {
        var named: String?
        var seen: UInt32 = 0
        if inDigest { (type, subtype) = ("message", "rfc822") }
        for field in header.fields where field.known.isContent && seen & field.known.bit == 0 {
            seen |= field.known.bit
            switch field.known {
            case .contentType:
                let list = ParameterList(field, hint: nil, &defects)
                takeType(list, &defects)
                named = list["name"]
            case .contentTransferEncoding:
                let bytes = field.block
                encoding = TransferEncoding(field: bytes[bytes.trimmed(field.valueRange)])
                if encoding == .unknown { defects.note(.encodingUnknown) }
            case .contentDisposition:
                let list = ParameterList(field, hint: charset, &defects)
                disposition = list.word.isEmpty ? nil : list.word
                filename = list["filename"].flatMap(Self.clean)
            case .contentID:
                contentID = MessageID.one(field.block, field.valueRange, &defects)
            default: break
            }
        }
        if filename == nil { filename = named.flatMap(Self.clean) }
        takeKind(&defects)
    }

    private mutating func takeType(_ list: ParameterList, _ defects: inout Defects) {
        parameters = list.parameters
        charset = list["charset"]
        let pieces = list.word.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        let isMedia = pieces.count == 2 && pieces.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy(\.isToken) }
        if isMedia {
            (type, subtype) = (String(pieces[0]), String(pieces[1]))
        } else if !list.word.isEmpty {
            defects.note(.contentTypeMalformed)
            // `html` and `text` alone come from programs that mean text.
            (type, subtype) = ("text", list.word.hasSuffix("html") ? "html" : "plain")
        }
    }

    private mutating func takeKind(_ defects: inout Defects) {
        if type == "multipart" {
            kind = .multipart
            boundary = parameters.first { $0.name == "boundary" }.map { Array($0.value.utf8) }
            while let last = boundary?.last, last.isSpace { boundary?.removeLast() }
            if boundary?.isEmpty ?? true || boundary?.count ?? 0 > Limits.boundaryLine - 10 {
                boundary = nil
                defects.note(.boundaryMissing)
            }
        } else if type == "message", subtype == "rfc822" || subtype == "global" {
            kind = encoding.isIdentity ? .message : .leaf
        }
        if type == "multipart" || (type == "message" && subtype == "rfc822"), !encoding.isIdentity {
            defects.note(.encodingForbidden)
            if type == "multipart" { encoding = .sevenBit }
        }
    }

    /// The last component of a path, without control characters; nil where nothing is left.
    static func clean(_ name: String) -> String? {
        let component = name.split(whereSeparator: { $0 == "/" || $0 == "\\" }).last.map(String.init) ?? ""
        let text = HeaderText.cleaned(component)
        let bytes = Array(text.utf8)
        let range = bytes.trimmed(0..<bytes.count)
        if range.isEmpty || text == "." || text == ".." { return nil }
        return range.count == bytes.count ? text : String(decoding: bytes[range], as: UTF8.self)
    }

    /// Whether a person would call the part an attachment. `related`: it stands in a multipart/related.
    func isAttachment(related: Bool) -> Bool {
        if type == "multipart" { return false }
        let shownInside = contentID != nil && related
        // A signature comes as a file, and is none to read.
        if subtype == "pgp-signature" || subtype.hasSuffix("pkcs7-signature") { return false }
        if disposition == "attachment" { return true }
        if filename != nil { return !shownInside }
        switch type {
        case "text": return false
        case "message": return subtype == "rfc822" || subtype == "global"
        default: return !shownInside
        }
    }
}
