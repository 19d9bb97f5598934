/// The text of one part as a search looks at it.
package enum SearchText {
    /// - Parameters:
    ///   - bytes: with the transfer encoding undone; perhaps only the beginning.
    ///   - charset: as declared; nil: it is not.
    ///   - limit: characters (Unicode scalars).
    package static func of(_ bytes: [UInt8], isHTML: Bool, charset: String?, limit: Int) -> String {
        let label = charset ?? (isHTML ? HTMLText.declaredCharset(bytes) : nil)
        let text = Charset.decode(bytes, label: label, truncated: true).text
        if isHTML { return HTMLText.text(text, limit: limit) }
        var line = LineText(limit: limit)
        for scalar in text.unicodeScalars {
            if line.isFull { break }
            line.append(scalar)
        }
        return line.text
    }
}
