import CMailroom

/// Lets the mailbox's owner sign in at the provider: with a browser that comes back to this machine, or by a code.
struct SignIn {
    let room: Room
    let output: Output
    let options: OAuthOptions
    /// For so many seconds the browser is waited for; nil: as long as the authorization holds.
    let timeout: Double?

    /// - Parameters:
    ///   - request: address, provider and settings; what else is needed is added here.
    ///   - account: gets the state, and the code where there is one.
    func run(_ request: Fields, into account: Fields) throws {
        try options.fill(request)
        if options.device { return try byCode(request, account) }
        let listener = try Loopback(port: options.listen ?? 0)
        try request.text("redirect_uri", "http://\(usesName ? "localhost" : "127.0.0.1"):\(listener.port)/")
        let begun = try room.authorize(request)
        output.note("Open this address in a browser on this machine, and sign in:")
        output.note("")
        output.note(begun.text("url"))
        output.note("")
        output.note("(On a machine without a browser: --device, where the provider has it.)")
        let state = begun.text("state")
        let end = min(begun.int("expires_at") ?? .max, try Waiting.deadline(timeout) ?? .max)
        let answer = try listener.answer(state: state, until: end)
        guard let code = answer["code"] else {
            let refusal = try Fields()
            try refusal.text("state", state)
            try refusal.text("error", answer["error"] ?? "access_denied")
            try refusal.text("error_description", answer["error_description"])
            _ = try room.authorize(refusal)
            throw ToolError(.auth, "the access was not granted")
        }
        try account.text("state", state)
        try account.text("code", code)
    }

    /// Microsoft lets any port follow a name, and an address only where it was registered whole.
    private var usesName: Bool { options.oauth.map { $0 == "microsoft" } ?? true }

    private func byCode(_ request: Fields, _ account: Fields) throws {
        try request.int("device", 1)
        let begun = try room.authorize(request)
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
