import Base

extension Migration {
    /// Contacts, what makes an address one of theirs, and what is known of messages that are not kept.
    static let people = Migration(
        version: 6,
        sql: """
            -- company 0: the contact is everybody's. exact: plus tags and dots count.
            CREATE TABLE contact(
              id INTEGER PRIMARY KEY AUTOINCREMENT, company INTEGER NOT NULL, key TEXT NOT NULL, name TEXT,
              exact INTEGER NOT NULL, created_at INTEGER NOT NULL, changed_at INTEGER NOT NULL);
            CREATE UNIQUE INDEX contact_key ON contact(company, key);
            -- address: as given; key: as in address.key; loose: without plus tag and dots, NULL where exact.
            CREATE TABLE contact_address(
              id INTEGER PRIMARY KEY, contact INTEGER NOT NULL, key TEXT NOT NULL, loose TEXT, address TEXT NOT NULL,
              UNIQUE(contact, key));
            CREATE INDEX contact_address_key ON contact_address(key, contact);
            CREATE INDEX contact_address_loose ON contact_address(loose, contact) WHERE loose IS NOT NULL;
            CREATE TABLE contact_domain(
              contact INTEGER NOT NULL, domain TEXT NOT NULL, PRIMARY KEY(contact, domain)) WITHOUT ROWID;
            CREATE INDEX contact_domain_domain ON contact_domain(domain, contact);
            -- NULL where it is the key itself.
            ALTER TABLE address ADD COLUMN loose TEXT;
            CREATE INDEX address_loose ON address(loose) WHERE loose IS NOT NULL;
            CREATE INDEX address_domain ON address(domain);
            CREATE INDEX participant_message ON participant(message, address, source);
            -- As address.key.
            ALTER TABLE account ADD COLUMN address_key TEXT;
            CREATE INDEX account_address ON account(address_key);
            -- The participants of what is on the server and, for their sake, not kept: place.skipped says why.
            -- contacts: 1 where a contact that has one of them makes it kept.
            CREATE TABLE left_out(
              address INTEGER NOT NULL, place INTEGER NOT NULL, contacts INTEGER NOT NULL,
              PRIMARY KEY(address, place)) WITHOUT ROWID;
            CREATE INDEX left_out_place ON left_out(place);
            -- Places of left_out whose messages are to be fetched by now.
            CREATE TABLE wanted(place INTEGER PRIMARY KEY, account INTEGER NOT NULL);
            CREATE INDEX wanted_account ON wanted(account);
            -- Salted hashes of addresses (and @domains) whose mail is not to be stored again; company 0: nowhere.
            CREATE TABLE erased(
              company INTEGER NOT NULL, hash BLOB NOT NULL, PRIMARY KEY(hash, company)) WITHOUT ROWID;
            -- 1: came without a recipient or an author, which was found elsewhere; 2: which was not found.
            ALTER TABLE message ADD COLUMN lacking INTEGER NOT NULL DEFAULT 0;
            CREATE INDEX message_lacking ON message(thread) WHERE lacking = 2;
            CREATE INDEX place_left_out ON place(folder) WHERE message IS NULL;
            """,
        then: { (db) throws(Failure) in try normaliseAddresses(db) })

    /// Gives the addresses that are there their keys of today.
    private static func normaliseAddresses(_ db: Connection) throws(Failure) {
        let addresses = try db.all("SELECT id, key FROM address") { (row) throws(Failure) in
            (id: row.int(0), key: row.text(1))
        }
        for address in addresses {
            var id = address.id
            let key = AddressKey.of(address.key)
            if !key.utf8.elementsEqual(address.key.utf8) {
                if let there = try db.int("SELECT id FROM address WHERE key = ?", key) {
                    try db.run("UPDATE OR IGNORE participant SET address = ? WHERE address = ?", there, id)
                    try db.run("DELETE FROM participant WHERE address = ?", id)
                    try db.run("DELETE FROM address WHERE id = ?", id)
                    id = there
                } else {
                    try db.run(
                        "UPDATE address SET key = ?, domain = ? WHERE id = ?", key, AddressKey.domain(ofKey: key), id)
                }
            }
            if let loose = AddressKey.loose(ofKey: key) {
                try db.run("UPDATE address SET loose = ? WHERE id = ?", loose, id)
            }
        }
        let accounts = try db.all("SELECT id, address FROM account") { (row) throws(Failure) in
            (id: row.int(0), address: row.text(1))
        }
        for account in accounts {
            try db.run("UPDATE account SET address_key = ? WHERE id = ?", AddressKey.of(account.address), account.id)
        }
    }
}
