import ArgumentParser

enum Login: String, ExpressibleByArgument, CaseIterable {
    case password, oauth2, service, external
}

/// How an account logs in where no password does.
struct OAuthOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "password; oauth2: the owner signs in with a browser; service: the application for itself; external: another program hands tokens in.",
            valueName: "kind"))
    var auth: Login?
    @Option(
        help: ArgumentHelp(
            "Who issues the tokens: google, microsoft, yahoo or aol; else by the address or the servers.",
            valueName: "name"))
    var oauth: String?
    @Option(help: ArgumentHelp("The id under which your application is registered there.", valueName: "id"))
    var clientId: String?
    @Option(help: ArgumentHelp("Read the application's secret from this file: its first line.", valueName: "file"))
    var clientSecretFile: String?
    @Option(help: ArgumentHelp("Microsoft: the directory's name or id; else common.", valueName: "name")) var tenant:
        String?
    @Flag(help: "Show a code to be entered on another device, where no browser is at hand.") var device = false
    @Option(help: ArgumentHelp("The port on 127.0.0.1 that the browser comes back to; else any.", valueName: "port"))
    var listen: UInt16?

    /// What is meant, also where only some of it was said.
    var kind: Login? { auth ?? (device || oauth != nil || clientId != nil ? .oauth2 : nil) }

    func validate() throws {
        guard !device || kind == .oauth2 else { throw ValidationError("--device goes with --auth oauth2") }
    }

    func fill(_ fields: Fields) throws {
        try fields.text("oauth", oauth)
        try fields.text("client_id", clientId)
        try fields.text("tenant", tenant)
        try fields.text("client_secret", try clientSecretFile.map(Secret.file))
    }
}
