extension Migration {
    /// The limits of companies, and what their accounts wait for.
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
            """)
}
