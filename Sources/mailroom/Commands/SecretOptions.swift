import ArgumentParser

/// Where the secrets come from. A secret is never an argument: every user of the machine can read those.
struct SecretOptions: ParsableArguments {
    @Flag(help: "Read the password from standard input: its first line.") var passwordStdin = false
    @Option(help: ArgumentHelp("Read the password from this file: its first line.", valueName: "file"))
    var passwordFile: String?
    @Flag(
        help: "Read another password for sending from standard input: the next line.")
    var smtpPasswordStdin = false
    @Option(help: ArgumentHelp("Read another password for sending from this file.", valueName: "file"))
    var smtpPasswordFile: String?

    @Option(help: ArgumentHelp("Another secret of the provider, from a file. Repeatable.", valueName: "name=file"))
    var secretFile: [String] = []

    func validate() throws {
        guard !passwordStdin || passwordFile == nil else {
            throw ValidationError("--password-stdin and --password-file exclude each other")
        }
        guard !smtpPasswordStdin || smtpPasswordFile == nil else {
            throw ValidationError("--smtp-password-stdin and --smtp-password-file exclude each other")
        }
    }

    /// - Throws: wrong usage where a password is given to what logs in without one.
    func refusePassword(_ kind: String) throws {
        guard passwordStdin || passwordFile != nil || smtpPasswordStdin || smtpPasswordFile != nil else { return }
        throw ToolError(
            .usage, "\(kind) logs in without a password, and one was given",
            advice: "Leave out --password-stdin and --password-file, or give --auth password.")
    }

    /// - Parameters:
    ///   - ask: the prompt for the password where neither file nor standard input was named; nil: none.
    ///   - isNeeded: true where nothing works without a password, so that a missing one is wrong usage.
    func fill(_ account: Fields, ask: String?, isNeeded: Bool = false) throws {
        if passwordStdin {
            try account.text("password", try Secret.standardInput())
        } else if let passwordFile {
            try account.text("password", try Secret.file(passwordFile))
        } else if let ask {
            let typed = try Secret.ask(ask)
            guard typed?.isEmpty == false || !isNeeded else {
                throw ToolError(
                    .usage, typed == nil ? "no password, and no terminal to ask for it on" : "no password",
                    advice: "--password-stdin and --password-file give one.")
            }
            if let typed, !typed.isEmpty { try account.text("password", typed) }
        }
        if smtpPasswordStdin {
            try account.text("smtp_password", try Secret.standardInput())
        } else if let smtpPasswordFile {
            try account.text("smtp_password", try Secret.file(smtpPasswordFile))
        }
        for secret in secretFile {
            guard let equals = secret.firstIndex(of: "="), equals > secret.startIndex else {
                throw ToolError(.usage, "--secret-file \(secret.oneLine): expected NAME=FILE")
            }
            let path = String(secret[secret.index(after: equals)...])
            let name = String(secret[..<equals])
            // Keys and certificates have many lines.
            let isWhole = name.hasSuffix("_key") || name.hasSuffix("_certificate")
            try account.text(name, isWhole ? try Secret.whole(path) : try Secret.file(path))
        }
    }
}
