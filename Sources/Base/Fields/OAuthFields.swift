extension RecordSpec {
    package static let authorize = RecordSpec(
        "authorize",
        "What mr_authorize takes. Beside these: the settings of OAuth 2.0, which stand in the row of a provider that takes tokens.",
        open: true,
        [
            .given("address", .text, "the mailbox; required where no account is named"),
            .given("provider", .text, "the scheme by which it is to be connected; the default is imap"),
            .given("account", .int, "one that is there: its settings hold where none are given"),
            .given("redirect_uri", .text, "where the browser comes back to; required without device"),
            .given("device", .int, "1: a code to be entered on another device, in place of the browser's way back"),
            .given("revoke", .int, "1: takes the account's access away at the issuer, and forgets its tokens"),
            .given("state", .text, "ends an authorization that brought no code"),
            .given("error", .text, "with state: what the browser brought back in the code's place"),
            .given("error_description", .text, "with error: the issuer's words"),
            .given("iss", .text, "with error: who sent the browser back, where he says so (RFC 9207)"),
        ])

    package static let token = RecordSpec(
        "token", "What mr_token_put takes.",
        [
            .given("access_token", .text, "the token; required"),
            .given("expires_at", .int, "when it runs out; absent: not known"),
        ])
}
