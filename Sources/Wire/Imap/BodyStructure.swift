extension Imap {
    /// BODY and BODYSTRUCTURE (RFC 9051, section 7.5.2: body), as far as a client asks for it.
    package indirect enum BodyStructure: Sendable, Equatable {
        case single(Single)
        case multipart(subtype: String, parts: [BodyStructure])

        package struct Single: Sendable, Equatable {
            /// Lower case; `application/octet-stream` where the server says NIL.
            package var type: String
            package var subtype: String
            /// Names in lower case.
            package var parameters: [String: String]
            package var contentID: String?
            package var encoding: String?
            /// Octets in transfer encoding; nil where the server says -1 or NIL.
            package var size: Int64?
            package var lines: Int64?
            /// Of a message/rfc822.
            package var envelope: Envelope?
            package var inner: BodyStructure?
        }

        /// Nil where it is no body at all: NIL, an empty list.
        init?(_ item: Item) {
            guard case .list(let items) = item, let first = items.first else { return nil }
            if case .list = first {
                let parts = items.prefix { if case .list = $0 { true } else { false } }
                let subtype = parts.count < items.count ? items[parts.count].text : nil
                self = .multipart(
                    subtype: (subtype ?? "mixed").lowercased(), parts: parts.compactMap { BodyStructure($0) })
                return
            }
            func field(_ index: Int) -> Item { index < items.count ? items[index] : .none }
            var single = Single(
                type: (first.text ?? "application").lowercased(),
                subtype: (field(1).text ?? "octet-stream").lowercased(),
                parameters: BodyStructure.parameters(field(2)), contentID: field(3).text,
                encoding: field(5).text?.lowercased(), size: field(6).number)
            if single.type == "text" {
                single.lines = field(7).number
            } else if single.type == "message", case .list = field(7) {
                single.envelope = Envelope(field(7))
                single.inner = BodyStructure(field(8))
                single.lines = field(9).number
            }
            self = .single(single)
        }

        private static func parameters(_ item: Item) -> [String: String] {
            var out: [String: String] = [:]
            let items = item.items ?? []
            var index = 0
            while index + 1 < items.count {
                if let name = items[index].text, let value = items[index + 1].text { out[name.lowercased()] = value }
                index += 2
            }
            return out
        }
    }
}
