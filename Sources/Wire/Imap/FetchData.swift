extension Imap {
    /// What one FETCH said of one message (RFC 9051, section 7.5.2). What was not said is nil.
    package struct FetchData: Sendable, Equatable {
        /// The sequence number; 0 from a server that does not know better.
        package var number: UInt32
        package var uid: UInt32?
        /// As the server spells them, `\Recent` included.
        package var flags: [String]?
        /// INTERNALDATE in milliseconds since 1970; nil where unreadable.
        package var internalDate: Int64?
        /// RFC822.SIZE
        package var size: Int64?
        /// MODSEQ (RFC 7162); nil where it is -1.
        package var modSeq: UInt64?
        package var envelope: Envelope?
        package var bodyStructure: BodyStructure?
        package var sections: [SectionData] = []
        /// X-GM-MSGID, X-GM-THRID, X-GM-LABELS, EMAILID, THREADID ...: items without a rule of their own.
        package var others: [String: Item] = [:]

        package init(number: UInt32) { self.number = number }
    }

    /// A piece of a message that a FETCH brought.
    package struct SectionData: Sendable, Equatable {
        package var section: Section
        /// `.streamed` where the octets were passed on.
        package var content: Item
    }

    /// What part of a message it is (RFC 9051, section 6.4.5: section), with the octet at which a partial begins.
    package struct Section: Sendable, Equatable {
        /// In upper case, without the brackets: empty for the whole message, `1.2.MIME`, `HEADER.FIELDS (DATE FROM)`.
        package var name: String
        package var origin: Int64?

        package init(_ name: String, origin: Int64? = nil) {
            self.name = name
            self.origin = origin
        }

        /// Whether it is the whole message: BODY[] or RFC822.
        package var isWhole: Bool { name.isEmpty }
    }

    /// A literal that the driver passes on in pieces: octets of a message, of which more is known already.
    package struct BodyLiteral: Sendable, Equatable {
        package var size: Int64
        package var section: Section
        /// What came before it in the same FETCH. The UID may still follow behind the literal.
        package var fetch: FetchData
    }
}
