import Base
import PluginHost

/// The settings of an account that logs in by OAuth 2.0: the host's own, the same for each provider that takes tokens.
enum OAuthForm {
    /// The kinds of login that need no password.
    static let kinds = ["oauth2", "service", "external"]

    static func applies(to manifest: ProviderManifest) -> Bool { manifest.auth.contains("oauth2") }

    static func setting(_ name: String) -> SettingSpec? { settings.first { $0.name == name } }

    /// Secrets that no provider is shown. The way that its own requests go is not one of them.
    static func isOwn(secret name: String) -> Bool { name != "proxy" && setting(name)?.secret == true }

    /// Secrets of an authorization that are the account's from then on.
    static let handedOver = ["client_secret", "proxy"]

    static let settings: [SettingSpec] = [
        text(
            "oauth", "who issues the tokens; by default found by the address or the servers",
            OAuthProvider.all.map(\.name)),
        text("client_id", "the id under which your application is registered there"),
        secret("client_secret", "its secret; a desktop application may have none"),
        text("tenant", "Microsoft: the directory's name or id; the default is common"),
        text("scopes", "what to ask for, with blanks between; the default is what mail needs"),
        text("sign_in", "the name that signs in there, where it is another than the address (a shared mailbox)"),
        text(
            "issuer",
            "the issuer's own name, which iss of the redirect has to be (RFC 9207); of a known issuer it is known"),
        text("authorization_endpoint", "in place of the issuer's own"),
        text("token_endpoint", "in place of the issuer's own"),
        text("device_endpoint", "in place of the issuer's own"),
        text("revocation_endpoint", "in place of the issuer's own"),
        text("userinfo_endpoint", "in place of the issuer's own"),
        secret(
            "proxy", "the proxy that requests for tokens go by: http://host:port, socks5h://user:password@host:port"),
        text("service_email", "Google: the service account's address, where service_key is no JSON file"),
        secret("service_key", "the private key (PEM) that signs for the application, or Google's JSON file with it"),
        secret("service_certificate", "Microsoft: the certificate (PEM) of service_key"),
        text("insecure_http", "1: endpoints may be http://, on this machine alone, for tests", ["", "0", "1"]),
    ]

    private static func text(_ name: String, _ meaning: String, _ values: [String] = []) -> SettingSpec {
        spec(name, meaning, false, values)
    }

    private static func secret(_ name: String, _ meaning: String) -> SettingSpec { spec(name, meaning, true, []) }

    private static func spec(_ name: String, _ meaning: String, _ secret: Bool, _ values: [String]) -> SettingSpec {
        SettingSpec(
            name: name, type: "text", secret: secret, required: false, defaultValue: nil, values: values,
            meaning: meaning)
    }
}
