/// What mr_discover gives.
extension RecordSpec {
    static let discovery = RecordSpec(
        "discovery", "The result of mr_discover: what was found about an address, and what of it was proved.",
        [
            .shown("address", .text, "the address"),
            .shown("domain", .text, "its domain, as DNS carries it"),
            .shown("ok", .int, "1: something was found and proved; then `connect` is there"),
            .shown("source", .text, "of the finding whose settings stand in `connect`"),
            .shown("name", .text, "the provider's name, where it is known"),
            .shown("auth", .list, "the ways to log in, the better one first: oauth2, password, app_password"),
            .shown(
                "oauth", .text, "who gives the tokens: google, microsoft, yahoo, aol; absent where nobody known does"),
            .shown(
                "api", .text, "the scheme of the provider's own interface: gmail, graph; absent where there is none"),
            .shown(
                "connect", .record,
                "ready for mr_connect, but for the secrets: provider, servers, ports, TLS, user names; only what was proved"
            ),
            .shown("note", .text, "what is worth knowing before connecting, one a line"),
            .shown("reason", .text, "why there is nothing to connect with"),
            .shown("findings", .list, "what the sources say, in the order in which they are believed", of: "finding"),
            .shown("looks", .list, "where it was looked, with source, found (how many), reason and ms", of: "look"),
            .shown("took_ms", .int, "all of it"),
        ])

    static let look = RecordSpec(
        "look", "Where a discovery looked.",
        [
            .shown("source", .text, "as in a finding"),
            .shown("found", .int, "how many findings came of it"),
            .shown("reason", .text, "why none did"),
            .shown("ms", .int, "how long it took"),
        ])

    static let finding = RecordSpec(
        "finding", "What one source says about the settings of an address.",
        [
            .shown("source", .text, "table, autoconfig, well_known, srv, mx, autodiscover or names"),
            .shown("origin", .text, "where exactly it stood: a web address, a name in DNS"),
            .shown("name", .text, "the provider's name"),
            .shown("proved", .int, "1: for each direction that it names, a server proved itself"),
            .shown("auth", .list, "oauth2, password, app_password"),
            .shown("oauth", .text, "who gives the tokens"),
            .shown("api", .text, "the scheme of the provider's own interface"),
            .shown("user", .text, "the name to log in with"),
            .shown("smtp_user", .text, "another one for sending"),
            .shown("servers", .list, "the servers, and what a connection to each came to", of: "found_server"),
            .shown("note", .text, "what is worth knowing, one a line"),
        ])

    static let foundServer = RecordSpec(
        "found_server", "A server that a finding names.",
        [
            .shown("protocol", .text, "imap, pop3 or smtp"),
            .shown("host", .text, "its name"),
            .shown("port", .int, "its port"),
            .shown("tls", .text, "implicit, starttls or none"),
            .shown(
                "proved", .int,
                "1: it has TLS with a certificate for its name, and speaks the protocol; and it is meant by somebody who may say so"
            ),
            .shown("consent", .int, "1: it may be right, and is used only where it is named on purpose"),
            .shown("security", .text, "the version of TLS, and until when the certificate is good"),
            .shown("greeting", .text, "its first words"),
            .shown("capabilities", .text, "what it says it can do"),
            .shown("reason", .text, "why it is not proved"),
            .shown("cause", .text, "the cause of that (kind cause), where it is known"),
            .shown("server_text", .text, "the server's own words"),
            .shown("ms", .int, "how long it took"),
        ])
}
