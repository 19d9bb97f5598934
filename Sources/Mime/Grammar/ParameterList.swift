/// A word with parameters, as in Content-Type and Content-Disposition (RFC 2045, section 5.1; RFC 2183; RFC 2231).
struct ParameterList {
    /// What stands before the first semicolon, lower case and without comments and spaces.
    var word = ""
    var parameters: [Parameter] = []

    /// Beyond these a field is read no further.
    private static let limit = 100

    subscript(_ name: String) -> String? { parameters.first { $0.name == name }?.value }

    init() {}

    init(_ field: HeaderField, hint: String?, _ defects: inout Defects) {
        self.init(field.block, field.valueRange, hint: hint, &defects)
    }

    init(_ bytes: [UInt8], _ range: Range<Int>, hint: String?, _ defects: inout Defects) {
        var scanner = ParameterScanner(bytes, range)
        word = scanner.word()
        var raw: [RawParameter] = []
        while raw.count < Self.limit, let parameter = scanner.parameter() { raw.append(parameter) }
        parameters = RawParameter.assemble(raw, hint: hint, &defects)
    }
}

/// One parameter as it is written.
struct RawParameter {
    /// Lower case, without the marks of RFC 2231.
    var name: String
    /// The number of a continuation (`name*1`); nil for a whole one.
    var section: Int?
    /// `name*=`: with a charset before the first section, and percent signs.
    var extended: Bool
    var value: [UInt8]

    /// Puts continuations together and decodes. An extended value counts more than a plain one of the same name.
    static func assemble(_ raw: [RawParameter], hint: String?, _ defects: inout Defects) -> [Parameter] {
        var out: [Parameter] = []
        for parameter in raw where !out.contains(where: { $0.name == parameter.name }) {
            let same = raw.filter { $0.name == parameter.name }
            let value: String
            let sections = same.filter { $0.section != nil }.sorted { ($0.section ?? 0) < ($1.section ?? 0) }
            if let whole = same.first(where: { $0.extended && $0.section == nil }) {
                value = decode([whole], hint: hint, &defects)
            } else if !sections.isEmpty {
                value = decode(sections, hint: hint, &defects)
            } else {
                value = plain(parameter.value, hint: hint, &defects)
            }
            out.append(Parameter(name: parameter.name, value: value))
        }
        return out
    }

    /// A value without the marks of RFC 2231: UTF-8, or RFC 2047 as many programs write it.
    private static func plain(_ value: [UInt8], hint: String?, _ defects: inout Defects) -> String {
        HeaderText.decode(value, 0..<value.count, hint: hint, &defects)
    }

    private static func decode(_ sections: [RawParameter], hint: String?, _ defects: inout Defects) -> String {
        guard sections.contains(where: \.extended) else {
            return plain(sections.flatMap(\.value), hint: hint, &defects)
        }
        var label: String?
        var bytes: [UInt8] = []
        for (index, section) in sections.enumerated() {
            guard section.extended else {
                bytes += section.value
                continue
            }
            var value = section.value[...]
            if index == 0 {
                let quote = UInt8(ascii: "'")
                if let first = value.firstIndex(of: quote),
                    let second = value[(first + 1)...].firstIndex(of: quote)
                {
                    label = String(decoding: value[..<first], as: UTF8.self)
                    value = value[(second + 1)...]
                }
            }
            bytes += percentDecoded(value)
        }
        let (text, exact) = Charset.decode(bytes, label: label ?? hint)
        if !exact { defects.note(.charsetWrong) }
        return HeaderText.cleaned(text)
    }

    private static func percentDecoded(_ value: ArraySlice<UInt8>) -> [UInt8] {
        var out: [UInt8] = []
        var at = value.startIndex
        while at < value.endIndex {
            if value[at] == UInt8(ascii: "%"), at + 2 < value.endIndex, let high = value[at + 1].hexValue,
                let low = value[at + 2].hexValue
            {
                out.append(high << 4 | low)
                at += 3
            } else {
                out.append(value[at])
                at += 1
            }
        }
        return out
    }
}
