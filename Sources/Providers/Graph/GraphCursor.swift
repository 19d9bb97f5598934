import Base
import CMailroom

/// How far a folder is in step. The links are those that Graph gave, as far as they follow the version.
enum GraphCursor: Equatable {
    /// The first listing goes on there.
    case listing(String)
    /// All is compared anew, from the beginning: a link had expired.
    case comparing
    /// In step as of that link, which was given then (ms since 1970).
    case changes(String, at: Int64)

    var bytes: [UInt8] {
        switch self {
        case .listing(let link): Array("graph1 listing 0 \(link)".utf8)
        case .comparing: Array("graph1 comparing 0 -".utf8)
        case .changes(let link, let at): Array("graph1 changes \(at) \(link)".utf8)
        }
    }

    /// - Throws: `MR_E_STALE` where it cannot be read.
    init(_ bytes: [UInt8]) throws(Failure) {
        let words = String(decoding: bytes, as: UTF8.self).split(separator: " ")
        guard words.count == 4, words[0] == "graph1", let at = Int64(words[2]) else {
            throw Failure(MR_E_STALE, "the cursor is none of this provider's")
        }
        switch words[1] {
        case "listing" where words[3].hasPrefix("/"): self = .listing(String(words[3]))
        case "comparing": self = .comparing
        case "changes" where words[3].hasPrefix("/"): self = .changes(String(words[3]), at: at)
        default: throw Failure(MR_E_STALE, "the cursor is none of this provider's")
        }
    }
}
