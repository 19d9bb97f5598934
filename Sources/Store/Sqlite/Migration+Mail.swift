extension Migration {
    /// Folders, messages and their places, threads, addresses, bodies.
    ///
    /// The id of a place is its folder's id shifted by 40 bits and a number within the folder: so the places of a
    /// folder lie together and in the order in which they were stored, without an index. `message.detail` is one
    /// packed blob (MessageDetail): what is shown with a message but never asked for. `thread_ref.key` and
    /// `message.message_key` are 64 bits made from a Message-ID. A body of up to 256 KiB is in its own row; a larger
    /// one is in `chunk`, whose id is the body's id shifted by 20 bits and the number of the piece.
    static let mail = Migration(
        version: 2,
        sql: """
            CREATE TABLE folder(
              id INTEGER PRIMARY KEY AUTOINCREMENT, account INTEGER NOT NULL, path TEXT NOT NULL,
              native BLOB NOT NULL, delimiter TEXT, role TEXT, selectable INTEGER NOT NULL, cursor BLOB NOT NULL,
              complete INTEGER NOT NULL DEFAULT 0, synced_at INTEGER, messages INTEGER NOT NULL DEFAULT 0,
              unseen INTEGER NOT NULL DEFAULT 0, server_messages INTEGER, next_place INTEGER NOT NULL DEFAULT 1,
              void_places INTEGER NOT NULL DEFAULT 0, leaving INTEGER NOT NULL DEFAULT 0,
              UNIQUE(account, path));
            CREATE TABLE message(
              id INTEGER PRIMARY KEY, identity BLOB NOT NULL, message_key INTEGER, thread INTEGER NOT NULL,
              date INTEGER NOT NULL, received_at INTEGER NOT NULL, size INTEGER NOT NULL,
              historical INTEGER NOT NULL, attachments INTEGER NOT NULL, body INTEGER, stored_at INTEGER NOT NULL,
              message_id TEXT, in_reply_to TEXT, subject TEXT NOT NULL, preview TEXT NOT NULL, detail BLOB NOT NULL);
            CREATE UNIQUE INDEX message_identity ON message(identity);
            CREATE INDEX message_key ON message(message_key) WHERE message_key IS NOT NULL;
            CREATE INDEX message_thread ON message(thread);
            CREATE INDEX message_date ON message(date);
            CREATE TABLE place(
              id INTEGER PRIMARY KEY, folder INTEGER NOT NULL, ref TEXT, message INTEGER, bits INTEGER NOT NULL,
              flags TEXT, skipped BLOB);
            CREATE UNIQUE INDEX place_ref ON place(folder, ref);
            CREATE INDEX place_message ON place(message) WHERE message IS NOT NULL;
            CREATE TABLE thread(
              id INTEGER PRIMARY KEY, joined INTEGER, subject TEXT NOT NULL, messages INTEGER NOT NULL,
              first_at INTEGER NOT NULL, last_at INTEGER NOT NULL);
            CREATE INDEX thread_joined ON thread(joined) WHERE joined IS NOT NULL;
            CREATE TABLE thread_ref(key INTEGER PRIMARY KEY, thread INTEGER NOT NULL);
            CREATE TABLE address(id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, domain TEXT NOT NULL);
            CREATE TABLE participant(
              address INTEGER NOT NULL, message INTEGER NOT NULL, source INTEGER NOT NULL,
              PRIMARY KEY(address, message)) WITHOUT ROWID;
            CREATE TABLE body(
              id INTEGER PRIMARY KEY, sha BLOB, size INTEGER NOT NULL, holders INTEGER NOT NULL,
              sealed INTEGER NOT NULL, staged_at INTEGER NOT NULL, owner TEXT, bytes BLOB);
            CREATE UNIQUE INDEX body_sha ON body(sha);
            CREATE INDEX body_orphan ON body(staged_at) WHERE holders = 0;
            CREATE TABLE chunk(id INTEGER PRIMARY KEY, bytes BLOB NOT NULL);
            """)
}
