extension Row {
    /// One line of JSON, fields in their order.
    var json: String {
        "{" + fields.map { "\(quoted($0.name)):\($0.value.json)" }.joined(separator: ",") + "}"
    }
}

extension Field {
    var json: String {
        switch self {
        case .text(let text): quoted(text)
        case .int(let int): String(int)
        case .list(let items): "[" + items.map(\.json).joined(separator: ",") + "]"
        case .record(let row): row.json
        }
    }
}

/// A JSON string. What a terminal would obey is escaped, so that printing it is harmless.
private func quoted(_ text: String) -> String {
    var json = "\""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\"": json += "\\\""
        case "\\": json += "\\\\"
        case "\n": json += "\\n"
        case "\r": json += "\\r"
        case "\t": json += "\\t"
        default:
            if scalar.isHarmfulOnTerminal {
                let hex = String(scalar.value, radix: 16)
                json += "\\u" + String(repeating: "0", count: max(0, 4 - hex.count)) + hex
            } else {
                json.unicodeScalars.append(scalar)
            }
        }
    }
    return json + "\""
}
