import CMailroom

/// Lets the mailbox's owner sign in at the provider: with a browser that comes back to this machine, or by a code.
struct SignIn {
    let room: Room
    let output: Output
    let options: OAuthOptions
    /// Until then it is waited for, in milliseconds since 1970; nil: for as long as the provider lets one.
    var end: Int64?
    /// The command that begins it anew.
    let anew: String

    /// - Parameters:
    ///   - request: address, provider and settings; what else is needed is added here.
    ///   - account: gets the state, and the code where there is one.
    func run(_ request: Fields, into account: Fields) throws {
        do { try ask(request, account) } catch let failure as LibraryError { throw told(failure) }
    }

    /// In the words of who typed options, with the command that goes on.
    private func told(_ failure: LibraryError) -> LibraryError {
        switch Int(failure.result) {
        case MR_E_UNSUPPORTED where options.device: failure.advising("\(anew), without --device")
        case MR_E_AUTH: failure.spelled.advising(anew)
        default: failure.spelled
        }
    }

    private func ask(_ request: Fields, _ account: Fields) throws {
        try options.fill(request)
        if options.device { return try byCode(request, account) }
        let listener = try Loopback(port: options.listen ?? 0)
        try request.text("redirect_uri", "http://\(usesName ? "localhost" : "127.0.0.1"):\(listener.port)/")
        let begun = try SignIn.unknown(try room.authorize(request))
        output.note("Open this address in a browser on this machine, and sign in:")
        output.note("")
        output.note(begun.text("url"))
        output.note("")
        // Google gives no mail by a device's code.
        output.note(
            begun.text("url").hasPrefix("https://accounts.google.com/")
                ? "(On a machine without a browser: --listen PORT, and that port forwarded by ssh -L PORT:127.0.0.1:PORT.)"
                : "(On a machine without a browser: --device, where the provider has it.)")
        let state = begun.text("state")
        let patience = begun.int("expires_at") ?? .max
        let answer = try listener.answer(state: state, until: min(patience, end ?? .max), anew: anew)
        guard let code = answer["code"] else {
            let refusal = try Fields()
            try refusal.text("state", state)
            try refusal.text("error", answer["error"] ?? "access_denied")
            try refusal.text("error_description", answer["error_description"])
            try refusal.text("iss", answer["iss"])
            _ = try room.authorize(refusal)
            throw ToolError(.auth, "the access was not granted", advice: anew)
        }
        try account.text("state", state)
        try account.text("code", code)
        try account.text("iss", answer["iss"])
    }

    /// Microsoft lets any port follow a name, and an address only where it was registered whole.
    private var usesName: Bool { options.oauth.map { $0 == "microsoft" } ?? true }

    /// - Throws: `MR_E_EXISTS` where the mailbox is an account already: before anybody signs in for nothing.
    private static func unknown(_ begun: Row) throws -> Row {
        guard let there = begun.int("same_mailbox") else { return begun }
        throw ToolError(
            .failed, "account \(there) is the same mailbox",
            advice: """
                mailroom authorize \(there) signs in for it anew.
                mailroom reconnect \(there) changes its settings.
                """)
    }

    private func byCode(_ request: Fields, _ account: Fields) throws {
        try request.int("device", 1)
        let begun = try SignIn.unknown(try room.authorize(request))
        output.note("Open \(begun.text("verification_uri").oneLine) on any device, sign in, and enter this code:")
        output.note("")
        output.note("    \(begun.text("user_code").oneLine)")
        output.note("")
        try account.text("state", begun.text("state"))
    }
}

extension Room {
    func authorize(_ request: Fields) throws -> Row {
        var record: OpaquePointer?
        try checked { mr_authorize(pointer, request.pointer, &record, &$0) }
        return try Row(taking: record)
    }
}
