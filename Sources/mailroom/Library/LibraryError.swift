import CMailroom

/// A failure as the library tells it: its result, one line, the advice and the server's own words.
struct LibraryError: Error {
    /// One of the `MR_E_*` values.
    let result: Int32
    let message: String
    /// Every field that the library gave, in the order of `names`, without absent ones.
    let fields: [(name: String, text: String)]

    private static let names = [
        "code", "class", "message", "advice", "server_text", "cause", "field", "step", "smtp", "enhanced", "http",
        "provider_code", "retry_after_ms", "provider", "account",
    ]
    private static let numbers: Set<String> = ["smtp", "http", "retry_after_ms", "account"]

    /// Takes the error over and frees it. A missing error object still says what the result was.
    init(_ result: mr_result, taking error: OpaquePointer?) {
        defer { mr_error_free(error) }
        self.result = result
        guard let error else {
            message = "the library answered \(result) and said no more"
            fields = []
            return
        }
        message = mr_error_message(error).map { String(cString: $0) } ?? "the library answered \(result)"
        fields = Self.names.compactMap { name in
            mr_error_field(error, name).map { (name: name, text: String(cString: $0)) }
        }
    }

    private init(_ result: Int32, _ message: String, _ fields: [(name: String, text: String)]) {
        self.result = result
        self.message = message
        self.fields = fields
    }

    /// The same failure in other words.
    func saying(_ said: String) -> LibraryError {
        LibraryError(result, said, fields.map { $0.name == "message" ? ($0.name, said) : $0 })
    }

    /// The same failure, saying what it is about: the path of a file, in front of its one line.
    func about(_ what: String) -> LibraryError { saying("\(what): \(message)") }

    /// The same failure where the field that its message begins with is none that the tool's user gave.
    func withoutField(_ name: String, instead: String = "") -> LibraryError {
        message.hasPrefix(name + ": ") ? saying(instead + message.dropFirst(name.count + 2)) : self
    }

    /// The same failure with one more step of advice, after those that the library gives.
    func advising(_ step: String) -> LibraryError {
        let advice = [field("advice"), step].compactMap { $0 }.joined(separator: "\n")
        return LibraryError(result, message, fields.filter { $0.name != "advice" } + [("advice", advice)])
    }

    /// The same failure, its message in the words of who typed options.
    var spelled: LibraryError { saying(OptionNames.spelled(message)) }

    /// The same failure with its advice in other words; none at all where nothing of it is left.
    func advised(_ words: (String) -> String) -> LibraryError {
        let advice = words(field("advice") ?? "")
        return LibraryError(
            result, message, fields.filter { $0.name != "advice" } + (advice.isEmpty ? [] : [("advice", advice)]))
    }

    func field(_ name: String) -> String? { fields.first { $0.name == name }?.text }

    /// The form that `--json` prints: the fields as they are, numbers as numbers.
    var row: Row {
        var row = Row()
        for (name, text) in fields {
            row[name] = Self.numbers.contains(name) ? Int64(text).map(Field.int) ?? .text(text) : .text(text)
        }
        if row["message"] == nil { row["message"] = .text(message) }
        if row["code"] == nil { row["code"] = .text("result \(result)") }
        return row
    }
}

/// Calls a function of the library and throws what it refused.
/// - Returns: the result, which is `MR_OK` or a small positive answer.
@discardableResult
func checked(_ call: (inout OpaquePointer?) -> mr_result) throws -> mr_result {
    var error: OpaquePointer?
    let result = call(&error)
    guard result >= 0 else { throw LibraryError(result, taking: error) }
    return result
}
