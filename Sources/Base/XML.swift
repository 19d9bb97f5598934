import CMailroom
import CSystem
import Glibc

/// One element of an XML document, as far as settings need it: no namespaces, no entities of its own.
package final class XMLElement {
    /// Without a prefix, in small letters.
    package let name: String
    package let attributes: [(name: String, value: String)]
    package fileprivate(set) var children: [XMLElement] = []
    fileprivate var octets: [UInt8] = []

    fileprivate init(_ name: String, _ attributes: [(name: String, value: String)]) {
        self.name = name
        self.attributes = attributes
    }

    /// Its own text, without the blanks around it.
    package var text: String {
        func isBlank(_ octet: UInt8) -> Bool { octet == 32 || (9...13).contains(octet) }
        let tail = octets.drop(while: isBlank)
        let end = tail.lastIndex { !isBlank($0) }.map { $0 + 1 } ?? tail.startIndex
        return String(decoding: tail[..<end], as: UTF8.self)
    }

    package func attribute(_ name: String) -> String? { attributes.first { $0.name == name }?.value }
    package func all(_ name: String) -> [XMLElement] { children.filter { $0.name == name } }
    package func first(_ name: String) -> XMLElement? { children.first { $0.name == name } }
    /// The text of a child; nil where there is none.
    package func text(_ name: String) -> String? { first(name)?.text }
}

/// Reads XML (1.0) of strangers, by expat: bounded in size, depth and number, and without document types, so that nothing is
/// expanded and nothing is fetched.
package enum XML {
    package static let maximumSize = 1 << 20
    static let maximumDepth = 32
    static let maximumElements = 20_000

    /// What expat's functions write into while it reads.
    private final class Reading {
        var root: XMLElement?
        var open: [XMLElement] = []
        var elements = 0
        var reason: String?
        var parser: XML_Parser?

        func stop(_ reason: String) {
            guard self.reason == nil else { return }
            self.reason = reason
            if let parser { XML_StopParser(parser, XML_Bool(0)) }
        }
    }

    /// - Throws: `MR_E_INVALID` naming `xml` for what is no XML, or more of it than any settings are.
    package static func parse(_ bytes: [UInt8]) throws(Failure) -> XMLElement {
        guard bytes.count <= maximumSize else { throw .invalid("xml", "has more than \(maximumSize) octets") }
        guard let parser = XML_ParserCreate(nil) else { throw Failure(MR_E_INTERNAL, "expat could not be set up") }
        defer { XML_ParserFree(parser) }
        let reading = Reading()
        reading.parser = parser
        // expat's hash of names is salted, so that nobody can make names that all collide.
        let salt = randomBytes(8).reduce(UInt(0)) { $0 << 8 | UInt($1) }
        _ = XML_SetHashSalt(parser, salt | 1)
        XML_SetUserData(parser, Unmanaged.passUnretained(reading).toOpaque())
        XML_SetElementHandler(parser, { XML.begin($0, $1, $2) }, { data, _ in XML.end(data) })
        XML_SetCharacterDataHandler(parser) { XML.data($0, $1, $2) }
        XML_SetStartDoctypeDeclHandler(parser) { data, _, _, _, _ in
            XML.reading(data)?.stop("it has a document type, which settings have not")
        }
        let status = bytes.withUnsafeBytes {
            XML_Parse(parser, $0.baseAddress?.assumingMemoryBound(to: CChar.self), Int32($0.count), 1)
        }
        if let reason = reading.reason { throw .invalid("xml", reason) }
        guard status == XML_STATUS_OK, let root = reading.root else {
            let words = XML_ErrorString(XML_GetErrorCode(parser)).map { String(cString: $0) } ?? "no element"
            throw .invalid("xml", "\(words) (line \(XML_GetCurrentLineNumber(parser)))")
        }
        return root
    }

    private static func reading(_ data: UnsafeMutableRawPointer?) -> Reading? {
        data.map { Unmanaged<Reading>.fromOpaque($0).takeUnretainedValue() }
    }

    private static func begin(
        _ data: UnsafeMutableRawPointer?, _ name: UnsafePointer<XML_Char>?,
        _ list: UnsafeMutablePointer<UnsafePointer<XML_Char>?>?
    ) {
        guard let reading = reading(data), let name else { return }
        reading.elements += 1
        guard reading.open.count < maximumDepth else { return reading.stop("it is nested too deeply") }
        guard reading.elements <= maximumElements else { return reading.stop("it has too many elements") }
        var attributes: [(name: String, value: String)] = []
        var at = 0
        while let list, let key = list[at], let value = list[at + 1], attributes.count < 64 {
            attributes.append((local(key), String(cString: value)))
            at += 2
        }
        let element = XMLElement(local(name), attributes)
        if let parent = reading.open.last {
            parent.children.append(element)
        } else {
            reading.root = element
        }
        reading.open.append(element)
    }

    private static func end(_ data: UnsafeMutableRawPointer?) { _ = reading(data)?.open.popLast() }

    private static func data(_ data: UnsafeMutableRawPointer?, _ text: UnsafePointer<XML_Char>?, _ count: Int32) {
        guard let element = reading(data)?.open.last, let text, count > 0 else { return }
        element.octets.append(contentsOf: UnsafeRawBufferPointer(start: text, count: Int(count)))
    }

    /// A name without its prefix, in small letters.
    private static func local(_ name: UnsafePointer<XML_Char>) -> String {
        let text = String(cString: name).lowercased()
        guard let colon = text.utf8.lastIndex(of: UInt8(ascii: ":")) else { return text }
        return String(text[text.index(after: colon)...])
    }
}
