extension Imap {
    /// What a client tells of its last visit when it opens a mailbox with QRESYNC (RFC 7162, section 3.2.5).
    package struct Resync: Sendable, Equatable {
        package var uidValidity: UInt32
        package var modSeq: UInt64
        /// The UIDs that it has messages of: nothing is said of others. Empty: all.
        package var known: NumberSet

        package init(uidValidity: UInt32, modSeq: UInt64, known: NumberSet) {
            self.uidValidity = uidValidity
            self.modSeq = modSeq
            self.known = known
        }

        /// As EXAMINE and SELECT say it, in its parentheses.
        var text: String {
            "(QRESYNC (\(uidValidity) \(modSeq)\(known.isEmpty ? "" : " " + known.text)))"
        }
    }
}
