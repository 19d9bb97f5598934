import Base
import CMailroom
import Store
import Transport

/// One application at one issuer of tokens: endpoints, credentials and scopes, from settings and the table of known issuers.
struct OAuthClient {
    let issuer: OAuthProvider?
    let id: String
    let secret: [UInt8]?
    let scopes: [String]
    /// Who is expected to sign in.
    let names: [String]
    /// By which way the issuer is reached; nil: straight.
    let proxy: String?
    private let settings: [String: String]
    private let scheme: String

    /// - Parameters:
    ///   - scheme: of the account's provider.
    ///   - sides: whether mail comes in and goes out by it.
    init(
        _ settings: [String: String], address: String, scheme: String, sides: (receives: Bool, sends: Bool),
        secret: [UInt8]?, proxy: [UInt8]? = nil
    ) {
        self.proxy = proxy.map { String(decoding: $0, as: UTF8.self) } ?? settings["proxy"]
        self.settings = settings
        self.scheme = scheme
        self.secret = secret
        let issuer = OAuthClient.issuer(settings, address, scheme)
        self.issuer = issuer
        id = settings["client_id"] ?? ""
        names =
            [settings["sign_in"] ?? address] + (settings["sign_in"] == nil ? [settings["user"]] : []).compactMap { $0 }
        scopes = OAuthClient.words(
            settings["scopes"] ?? OAuthClient.scopes(issuer, scheme, sides, service: settings["auth"] == "service"))
    }

    init(_ account: AccountRow, _ store: Store) throws(Failure) {
        self.init(
            account.settings, address: account.address, scheme: account.provider,
            sides: (account.receives, account.sends),
            secret: try store.secret(account: account.id, name: "client_secret"),
            proxy: try store.secret(account: account.id, name: "proxy"))
    }

    static func issuer(_ settings: [String: String], _ address: String, _ scheme: String) -> OAuthProvider? {
        if let name = settings["oauth"] { return OAuthProvider.named(name) }
        let hosts = ["imap_host", "pop3_host", "smtp_host"].compactMap { settings[$0] } + [scheme]
        for host in hosts {
            switch KnownProvider.of(host: host) {
            case .gmail: return OAuthProvider.named("google")
            case .microsoft: return OAuthProvider.named("microsoft")
            case .yahoo: return OAuthProvider.named(host.lowercased().hasSuffix("aol.com") ? "aol" : "yahoo")
            default: continue
            }
        }
        return hosts.count > 1 ? nil : OAuthProvider.of(address: address)
    }

    private static func scopes(
        _ issuer: OAuthProvider?, _ scheme: String, _ sides: (receives: Bool, sends: Bool), service: Bool
    ) -> String {
        guard let issuer else { return "" }
        if service, let scope = issuer.service[scheme] ?? issuer.service[""] { return scope }
        var scopes: [String] = []
        if let api = issuer.api[scheme] {
            scopes.append(api)
        } else {
            if sides.receives { scopes.append(scheme == "pop3" ? issuer.pop3 : issuer.imap) }
            if sides.sends { scopes.append(issuer.smtp) }
        }
        if !service { scopes.append(issuer.always) }
        return scopes.joined(separator: " ")
    }

    /// Each once, in their order.
    static func words(_ text: String) -> [String] {
        var words: [String] = []
        for word in text.split(separator: " ").map(String.init) where !words.contains(word) { words.append(word) }
        return words
    }

    // MARK: Endpoints

    enum Endpoint: String {
        case authorization
        case token
        case device
        case revocation
        case userinfo
    }

    /// Nil where there is none.
    func address(_ endpoint: Endpoint) -> String? {
        if let set = settings["\(endpoint.rawValue)_endpoint"] { return set }
        guard let issuer else { return nil }
        let known =
            switch endpoint {
            case .authorization: issuer.authorization
            case .token: issuer.token
            case .device: issuer.device
            case .revocation: issuer.revocation
            case .userinfo: issuer.userinfo
            }
        guard !known.isEmpty else { return nil }
        let tenant = FormText.encoded(settings["tenant"] ?? "common")
        return known.split(separator: "*", omittingEmptySubsequences: false).joined(separator: tenant)
    }

    /// Who sends the browser back, as `iss` of the redirect names him; nil where that is not known. A star stands for anything
    /// without a slash.
    var identifier: String? {
        if let set = settings["issuer"] { return set }
        return settings["authorization_endpoint"] == nil ? issuer?.identifier : nil
    }

    /// Whether a redirect's `iss` is the one that is expected (RFC 9207, section 2.4).
    static func isIssuer(_ said: String, _ expected: String) -> Bool {
        let parts = expected.split(separator: "*", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return said == expected }
        guard said.hasPrefix(parts[0]), said.hasSuffix(parts[1]) else { return false }
        let tenant = said.utf8.dropFirst(parts[0].utf8.count).dropLast(parts[1].utf8.count)
        return !tenant.isEmpty && !tenant.contains(0x2f)
    }

    /// The server of an endpoint, without its path.
    func origin(_ endpoint: Endpoint) -> String? {
        address(endpoint).map { (try? HTTPAddress($0).origin) ?? $0 }
    }

    /// Whether what another has got is of no use here: it is of another issuer, or for another application.
    func isAnother(than client: OAuthClient) -> Bool { id != client.id || origin(.token) != client.origin(.token) }

    /// - Throws: `MR_E_INVALID` naming the setting.
    func must(_ endpoint: Endpoint) throws(Failure) -> String {
        if let address = address(endpoint) { return address }
        if let issuer {
            var failure = Failure.unsupported("\(issuer.title) has no \(endpoint.rawValue) endpoint for mail")
            if endpoint == .device { failure.advice = "Let the owner sign in with a browser: begin without device." }
            throw failure
        }
        var failure = Failure.invalid(
            "\(endpoint.rawValue)_endpoint", "is not set, and the address does not tell who issues the tokens")
        failure.advice = """
            Say who issues them: oauth is google, microsoft, yahoo or aol.
            For any other issuer set authorization_endpoint and token_endpoint, and scopes.
            """
        throw failure
    }

    var allowsPlain: Bool { settings["insecure_http"] == "1" }
    var isMicrosoft: Bool { issuer?.name == "microsoft" }
    func setting(_ name: String) -> String? { settings[name] }

    /// - Throws: `MR_E_INVALID` where the application's id is missing.
    func checkID() throws(Failure) {
        guard id.isEmpty else { return }
        var failure = Failure.invalid("client_id", "is not set: register an application with the issuer first")
        failure.cause = "oauth.client"
        throw failure
    }
}
