import Base
import CMailroom
import Mime
import Store

/// Puts the words of stored messages into the store's index: a worker as soon as they wait, a sync without one for a
/// bounded number.
struct TextIndex {
    let core: Core
    /// Of one part, as it stands in the message.
    private static let mostRead = 256 * 1024
    private static let mostText = 64 * 1024
    private static let atOnce = 50
    /// What a sync that somebody waits for does of it.
    static let afterSync = 1_000

    /// Indexes what waits, up to a number of messages, until it is interrupted.
    func run(_ most: Int, _ interruption: Interruption) throws(Failure) {
        var left = most
        while left > 0, interruption.reason == .none {
            let some = try core.store.unindexed(limit: min(left, TextIndex.atOnce))
            guard !some.isEmpty else { return }
            var texts: [(message: UnindexedMessage, text: String)] = []
            for message in some { texts.append((message, text(of: message))) }
            try core.store.index(texts)
            left -= some.count
        }
    }

    /// What cannot be read has no words.
    private func text(of message: UnindexedMessage) -> String {
        guard let body = message.body else { return "" }
        var text = ""
        var plain: String?
        for part in message.parts {
            let room = TextIndex.mostText - text.utf8.count
            guard room > 0 else { break }
            guard !part.attachment, part.type.hasPrefix("text/"), part.type != "text/calendar" else { continue }
            let isHTML = part.type == "text/html"
            // The same once more, for programs that show HTML.
            if isHTML, let plain, TextIndex.follows(part.number, plain) { continue }
            guard let bytes = try? bytes(of: part, body) else { continue }
            let found = SearchText.of(bytes, isHTML: isHTML, charset: part.charset, limit: room)
            if part.type == "text/plain", !found.isEmpty { plain = part.number }
            if !text.isEmpty { text += " " }
            text += found
        }
        return text
    }

    private func bytes(of part: StoredPart, _ body: Int64) throws(Failure) -> [UInt8] {
        let length = Int(clamping: min(max(part.length, 0), Int64(TextIndex.mostRead)))
        var raw = [UInt8](repeating: 0, count: length)
        var got = 0
        try raw.withUnsafeMutableBytes { buffer in
            Result { () throws(Failure) in
                got = try core.store.bodyRead(body, offset: max(part.offset, 0), into: buffer)
            }
        }.get()
        raw.removeLast(length - got)
        return BodyDecoder.decode(raw, TransferEncoding(rawValue: part.encoding) ?? .unknown)
    }

    /// Whether part `number` comes right behind part `other` of the same multipart.
    private static func follows(_ number: String, _ other: String) -> Bool {
        let (one, two) = (number.split(separator: "."), other.split(separator: "."))
        guard one.count == two.count, one.dropLast() == two.dropLast(), let last = one.last.flatMap({ Int($0) }) else {
            return false
        }
        return two.last.flatMap({ Int($0) }) == last - 1
    }
}

extension Core {
    /// Has a worker thread index what waits, unless one does.
    func indexWords() throws(Failure) {
        guard try store.hasUnindexed() else { return }
        try begin(.indexing) { [self] interruption in
            do throws(Failure) {
                try TextIndex(core: self).run(.max, interruption)
            } catch {
                try? store.addLog(NewLog(error.explained(), account: nil, what: "search"))
            }
        }
    }
}
