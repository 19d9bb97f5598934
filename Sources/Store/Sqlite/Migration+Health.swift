extension Migration {
    /// The limits of companies, what is known of accounts that nobody looks at, and the host's own words.
    ///
    /// `account.stale_cause` says why `stale_since` is set: worker.none or sync.stale.
    static let health = Migration(
        version: 8,
        sql: """
            -- NULL: as many as there are.
            ALTER TABLE company ADD COLUMN mailboxes INTEGER;
            ALTER TABLE company ADD COLUMN exclude_internal INTEGER NOT NULL DEFAULT 0;
            CREATE TABLE company_domain(
              company INTEGER NOT NULL, domain TEXT NOT NULL, PRIMARY KEY(company, domain)) WITHOUT ROWID;
            CREATE INDEX account_company ON account(company, state) WHERE company IS NOT NULL;
            CREATE INDEX account_user ON account(user_key) WHERE user_key IS NOT NULL;
            CREATE INDEX log_account ON log(account, at);
            -- Of a row about a company and none of its accounts.
            ALTER TABLE log ADD COLUMN company INTEGER;
            ALTER TABLE account ADD COLUMN stale_cause TEXT;
            CREATE TABLE cause_words(
              code TEXT NOT NULL, language TEXT NOT NULL, title TEXT, explanation TEXT, advice TEXT,
              PRIMARY KEY(code, language)) WITHOUT ROWID;
            """)
}
