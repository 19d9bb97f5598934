import Base

extension Imap {
    /// A pair of the ID list (RFC 2971): the server says who it is.
    package struct IDField: Sendable, Equatable {
        package let name: String
        package let value: String?

        package init(_ name: String, _ value: String?) {
            self.name = name
            self.value = value
        }

        /// NIL is an empty list. More than thirty pairs are against the RFC and are left out.
        static func list(_ scanner: inout Scanner) throws(Failure) -> [IDField] {
            guard let items = try scanner.value().items else { throw scanner.malformed("a list is missing") }
            return stride(from: 0, to: min(items.count - items.count % 2, 60), by: 2).compactMap { index in
                items[index].text.map { IDField($0, items[index + 1].text) }
            }
        }
    }
}
