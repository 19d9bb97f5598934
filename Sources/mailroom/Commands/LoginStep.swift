import CMailroom

/// The command that mends a login: by how the account logs in, and by what was refused.
enum LoginStep {
    /// - Parameters:
    ///   - auth: the kind of login; empty: a password.
    ///   - cause: why it failed; empty where that is not known.
    ///   - name: the account's, as a command takes it.
    static func of(auth: String, cause: String, name: String) -> [String] {
        let isOfApplication = ["oauth.client", "oauth.client_expired", "oauth.client_disabled"].contains(cause)
        guard cause != "oauth.clock" else { return [] }
        switch auth {
        case "oauth2":
            if isOfApplication { return ["mailroom authorize \(name) --client-id ID --client-secret-file FILE"] }
            if cause == "oauth.tenant" { return ["mailroom authorize \(name) --tenant NAME"] }
            guard cause == "oauth.wrong_mailbox" else { return ["mailroom authorize \(name)"] }
            return [
                "mailroom authorize \(name)",
                "Where another name signs in: mailroom authorize \(name) --set sign_in=NAME",
            ]
        case "service":
            if isOfApplication { return ["mailroom reconnect \(name) --client-id ID --client-secret-file FILE"] }
            return cause == "oauth.service_key" || cause == "oauth.service_account"
                ? ["mailroom reconnect \(name) --secret-file service_key=FILE"]
                : ["Then: mailroom reconnect \(name)"]
        case "external":
            return ["mailroom token \(name) --token-stdin, or --token-file FILE, hands one in."]
        default: return ["mailroom reconnect \(name) --ask-password, or --password-stdin."]
        }
    }

    /// Of an account's row.
    static func of(_ room: Room, _ account: Row, cause: String) -> [String] {
        of(auth: account.text("auth"), cause: cause, name: Accounts.name(room, account))
    }

    /// What lets the mail go that is held at an account.
    static func ofHeld(_ room: Room, _ account: Int64) throws -> [String] {
        let row = try room.status(account)
        let steps = concerns(row) ? of(room, row, cause: row.text("cause")) : []
        return steps.isEmpty ? ["mailroom status \(Accounts.name(room, row)) says what to do"] : steps
    }

    /// Whether it is an account's login that failed.
    static func concerns(_ account: Row) -> Bool { account.text("class") == "auth" || concerns(account.text("cause")) }

    /// Whether this command's user has to do with the login, and so is told which command does it.
    static func concerns(_ cause: String) -> Bool {
        cause == "auth.missing" || cause == "mailbox.disconnected" || cause.hasPrefix("oauth.")
    }
}

extension LibraryError {
    /// The same failure, with the command that mends the login where that is what failed.
    func namingLogin(_ room: Room, _ account: Row) -> LibraryError {
        let cause = field("cause") ?? ""
        guard result == mr_result(MR_E_AUTH) || LoginStep.concerns(cause) else { return self }
        return LoginStep.of(room, account, cause: cause).reduce(self) { $0.advising($1) }
    }
}
