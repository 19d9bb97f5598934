extension RecordSpec {
    static let contact = RecordSpec(
        "contact", "A person or a firm of the CRM, known by addresses and domains.",
        [
            .shown("id", .int, "the contact's id", queried: true),
            .both("key", .text, "the CRM's own key; unique within the company", queried: true),
            .both("company", .int, "the id of the company whose contact it is; absent: of all of them", queried: true),
            .shown("company_key", .text, "in where: as company, by its key", queried: true),
            .both("name", .text, "for people"),
            .both("addresses", .list, "the mail addresses"),
            .both("domains", .list, "domains all of whose addresses are the contact's, after those of other contacts"),
            .both(
                "exact", .int,
                "1: plus tags, and the dots of Gmail's addresses, make another address; the default is 0"),
            .given(
                "erase", .int,
                "in mr_update, alone: 1: it goes with its mail, what was sent to it, and all that names it; mail of its addresses is not stored again"
            ),
            .shown("address", .text, "in where: one of its addresses", queried: true),
            .shown("messages", .int, "messages stored that it has part in"),
            .shown("last_at", .int, "the date of the latest of them; absent where there is none"),
            .shown("created_at", .int, "when it was put", queried: true),
            .shown("changed_at", .int, "when it was last changed", queried: true),
        ])

    /// The part `contacts` of a message's row.
    static let match = RecordSpec(
        "match", "One contact that has part in a message, and how that is known (part of kind message).",
        [
            .shown("contact", .int, "the contact's id"),
            .shown("key", .text, "the CRM's own key"),
            .shown("address", .text, "the address that is the contact's"),
            .shown(
                "source", .text,
                "where the address stands: from, to, cc, bcc, reply_to, sender, delivered_to, x_original_to, envelope_to, return_path, received, thread or send"
            ),
            .shown("by", .text, "address, loose (but for plus tag or dots) or domain"),
        ])

    package static let contacts = RecordSpec(
        "contacts", "What mr_put takes of many contacts: those whose key is there already are changed.",
        [
            .given("company", .int, "the company of all of them; absent: of none"),
            .given("contacts", .list, "at most 100,000", of: "contact"),
        ])

    static let company = RecordSpec(
        "company", "A customer of the CRM's host: its accounts and limits.",
        [
            .shown("id", .int, "the company's id", queried: true),
            .both("key", .text, "the CRM's own key; unique", queried: true),
            .both("name", .text, "for people"),
            .both(
                "mailboxes", .int,
                "how many of its accounts may run at once; absent, and given as -1: all; more are pending, first come, first served"
            ),
            .both("domains", .list, "its own domains, each with its subdomains"),
            .both(
                "exclude_internal", .int,
                "1: mail whose sender and recipients are all known and all in its own domains is not kept; the default is 0"
            ),
            .shown("running", .int, "accounts that count against the limit"),
            .shown("pending", .int, "accounts that wait for a place"),
            .shown("note", .text, "what stands out: more run than the limit allows; absent where nothing does"),
        ])
}
