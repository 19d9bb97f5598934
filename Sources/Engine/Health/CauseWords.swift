import Base
import Store

/// The words in which causes are shown: the host's own where it has put any, field by field, in the engine's language before
/// those of every language; else the catalogue's.
struct CauseWords {
    private let own: [String: HostWords]

    init(_ store: Store, _ language: String) throws(Failure) {
        var own: [String: HostWords] = [:]
        // Those of every language come first.
        for words in try store.words(in: language) {
            var merged = own[words.code] ?? words
            merged.title = words.title ?? merged.title
            merged.explanation = words.explanation ?? merged.explanation
            merged.advice = words.advice ?? merged.advice
            own[words.code] = merged
        }
        self.own = own
    }

    /// Puts title and advice of the row's cause into it. What was stored with the row is the provider's own advice, and
    /// gives way to the host's alone.
    func put(into row: inout Record) {
        guard let code = row.text("cause") else { return }
        let words = own[code]
        let cause = words?.title != nil && words?.advice != nil ? nil : Cause.named(code)
        row.set("title", words?.title ?? cause?.title)
        if let advice = words?.advice {
            let after = row.int("try_after")
            row.set("advice", after.map { Advice.again(advice, from: $0) } ?? advice)
        } else if row["advice"] == nil {
            row.set("advice", cause?.advice)
        }
    }

    /// The rows of `mr_find("cause")`.
    var records: [Record] {
        Cause.records.map { record in
            guard let words = record.text("code").flatMap({ own[$0] }) else { return record }
            var record = record
            if let title = words.title { record.set("title", title) }
            if let explanation = words.explanation { record.set("explanation", explanation) }
            if let advice = words.advice { record.set("advice", advice) }
            return record
        }
    }

    /// A language tag (RFC 5646, section 2.1), in small letters; empty where none is given.
    static func language(_ record: Record) throws(Failure) -> String {
        guard let given = record.text("language") else { return "" }
        let isTag = given.utf8.allSatisfy {
            (0x30...0x39).contains($0) || (0x61...0x7a).contains($0 | 32) || $0 == 0x2d
        }
        guard isTag, (1...35).contains(given.utf8.count) else {
            throw .invalid("language", "'\(given.prefix(40))' is no language tag")
        }
        return given.lowercased()
    }
}

extension Engine {
    var words: CauseWords { get throws(Failure) { try CauseWords(core.store, options.language) } }

    /// - Returns: the number of the cause in its listing.
    func putCause(_ values: Record) throws(Failure) -> Int64 {
        try RecordSpec.named("cause")?.check(values)
        guard let code = values.text("code") else { throw .invalid("code", "is missing") }
        guard let row = Cause.number(of: code) else {
            throw .invalid("code", "'\(code.prefix(64))' is no cause: mr_find lists them")
        }
        var words = HostWords(code: code, language: try CauseWords.language(values))
        words.title = try Engine.words(values, "title", 200)
        words.explanation = try Engine.words(values, "explanation", 2_000)
        words.advice = try Engine.words(values, "advice", 4_000)
        guard words.title != nil || words.explanation != nil || words.advice != nil else {
            throw .invalid("title", "is missing, and so are explanation and advice")
        }
        try core.store.putWords(words, row: row)
        return row
    }

    func removeCause(_ id: Int64) throws(Failure) {
        guard let code = Cause.code(ofNumber: id) else { throw .notFound("cause \(id)") }
        try core.store.removeWords(of: code, row: id)
    }

    /// Printable, not empty, at most so many bytes; a line end parts the steps of an advice.
    private static func words(_ values: Record, _ field: String, _ most: Int) throws(Failure) -> String? {
        guard let text = values.text(field) else { return nil }
        let isClean = text.unicodeScalars.allSatisfy {
            $0.value >= 32 && $0.value != 127 || $0 == "\n" && field == "advice"
        }
        guard !text.isEmpty, isClean, text.utf8.count <= most else {
            throw .invalid(field, "is empty, has control characters, or is longer than \(most) bytes")
        }
        return text
    }
}
