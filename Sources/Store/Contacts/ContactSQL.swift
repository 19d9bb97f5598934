/// What makes an address one of a contact's, as parts of statements. An address is the contact's
/// - as it is, or
/// - but for plus tag and dots, unless the contact is exact, or
/// - by its domain, where no contact of the same scope has the address, and no account is it.
///
/// A contact of a company has part in what the company's accounts have; one of no company in everything.
enum ContactSQL {
    /// Whether account of the contact `c`'s company shows the message.
    static func inScope(_ message: String) -> String {
        """
        (c.company = 0 OR EXISTS (SELECT 1 FROM place q JOIN folder g ON g.id = q.folder JOIN account b ON b.id = g.account
          WHERE q.message = \(message) AND q.leaving = 0 AND b.company = c.company))
        """
    }

    /// Whether an account of the contact `c`'s company has the message, shown or not: also one that is just being moved.
    static func isHeld(_ message: String) -> String {
        """
        (c.company = 0 OR EXISTS (SELECT 1 FROM place q JOIN folder g ON g.id = q.folder JOIN account b ON b.id = g.account
          WHERE q.message = \(message) AND b.company = c.company)
          OR EXISTS (SELECT 1 FROM adrift q JOIN account b ON b.id = q.account
          WHERE q.message = \(message) AND b.company = c.company))
        """
    }

    /// Whether the address `a` is somebody else's than the contact `c`'s, which has its domain.
    static let isTaken = """
        (EXISTS (SELECT 1 FROM contact_address y JOIN contact e ON e.id = y.contact
            WHERE y.key = a.key AND e.company IN (0, c.company))
          OR EXISTS (SELECT 1 FROM contact_address y JOIN contact e ON e.id = y.contact
            WHERE y.loose = coalesce(a.loose, a.key) AND e.company IN (0, c.company))
          OR EXISTS (SELECT 1 FROM account o WHERE o.address_key = a.key AND o.erasing = 0))
        """

    /// The addresses of the contacts that `chosen(id, company)` names: contact, company, address.
    static let addressesOfChosen = """
        SELECT c.id AS contact, c.company, a.id AS address FROM chosen c JOIN contact_address x ON x.contact = c.id
          JOIN address a ON a.key = x.key
        UNION SELECT c.id, c.company, a.id FROM chosen c JOIN contact_address x ON x.contact = c.id
          JOIN address a ON a.loose = x.loose
        UNION SELECT c.id, c.company, a.id FROM chosen c JOIN contact_address x ON x.contact = c.id
          JOIN address a ON a.key = x.loose
        UNION SELECT c.id, c.company, a.id FROM chosen c JOIN contact_domain d ON d.contact = c.id
          JOIN address a ON a.domain = d.domain WHERE NOT \(isTaken)
        """

    /// Ids of the messages that chosen contacts have part in.
    /// - Parameter choice: of their ids: a comparison with its value.
    static func messages(of choice: String) -> String { messages(of: choice, where: inScope("s.message")) }

    /// Those, and the ones that no folder shows.
    static func heldMessages(of choice: String) -> String { messages(of: choice, where: isHeld("s.message")) }

    private static func messages(of choice: String, where scope: String) -> String {
        """
        WITH chosen AS MATERIALIZED (SELECT id, company FROM contact WHERE id \(choice)),
          c AS MATERIALIZED (\(addressesOfChosen))
        SELECT s.message FROM c JOIN participant s ON s.address = c.address WHERE \(scope)
        """
    }

    /// Whether any contact has part in the message.
    static func isAnyIn(_ message: String) -> String {
        """
        EXISTS (SELECT 1 FROM participant s JOIN address a ON a.id = s.address WHERE s.message = \(message) AND (
          EXISTS (SELECT 1 FROM contact_address x JOIN contact c ON c.id = x.contact
            WHERE x.key = a.key AND \(inScope(message)))
          OR EXISTS (SELECT 1 FROM contact_address x JOIN contact c ON c.id = x.contact
            WHERE x.loose = coalesce(a.loose, a.key) AND \(inScope(message)))
          OR EXISTS (SELECT 1 FROM contact_domain d JOIN contact c ON c.id = d.contact
            WHERE d.domain = a.domain AND \(inScope(message)) AND NOT \(isTaken))))
        """
    }

    /// The condition on the messages `m` of a query.
    static let ofMessage = SQLConditions.Rule.contact(one: "m.id IN (\(messages(of: "{}")))", any: isAnyIn("m.id"))

    /// Of the message ?1, and where its contacts come from: contact, key, address, source, how (`MatchKind`).
    static let contactsOfMessage = """
        SELECT c.id, c.key, a.key, s.source, 0 FROM participant s JOIN address a ON a.id = s.address
          JOIN contact_address x ON x.key = a.key JOIN contact c ON c.id = x.contact
          WHERE s.message = ?1 AND \(inScope("?1"))
        UNION ALL SELECT c.id, c.key, a.key, s.source, 1 FROM participant s JOIN address a ON a.id = s.address
          JOIN contact_address x ON x.loose = coalesce(a.loose, a.key) JOIN contact c ON c.id = x.contact
          WHERE s.message = ?1 AND x.key <> a.key AND \(inScope("?1"))
        UNION ALL SELECT c.id, c.key, a.key, s.source, 2 FROM participant s JOIN address a ON a.id = s.address
          JOIN contact_domain d ON d.domain = a.domain JOIN contact c ON c.id = d.contact
          WHERE s.message = ?1 AND \(inScope("?1")) AND NOT \(isTaken)
        """
}
