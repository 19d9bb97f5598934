/// Whoever issues access tokens for mail, with what a client must know of it: addresses and the names of what is granted. All of
/// it can be set otherwise.
struct OAuthProvider: Sendable {
    let name: String
    /// For people.
    let title: String
    /// What `iss` of the redirect says (RFC 9207); a star stands for the tenant, by its id.
    let identifier: String
    /// A star stands for the tenant.
    let authorization: String
    let token: String
    /// Empty: it has none that gives mail.
    let device: String
    let revocation: String
    let userinfo: String
    /// What is asked for beside the mail: who signed in, and a refresh token.
    let always: String
    let imap: String
    let pop3: String
    let smtp: String
    /// By the scheme of a provider that speaks no mail protocol.
    let api: [String: String]
    /// Of an application that acts for itself, where that has another name.
    let service: [String: String]
    /// Further parameters of the authorization request.
    let more: [(name: String, value: String)]
    /// Where its mail is: filled in where no server is named.
    let imapHost: String
    let smtpHost: String
    /// The ends of addresses that are its own.
    let domains: [String]

    static func named(_ name: String) -> OAuthProvider? { all.first { $0.name == name } }

    /// By the address alone.
    static func of(address: String) -> OAuthProvider? {
        let domain = address.split(separator: "@").last.map { $0.lowercased() } ?? ""
        return all.first { $0.domains.contains(domain) }
    }

    static let all: [OAuthProvider] = [google, microsoft, yahoo, aol]

    private static let google = OAuthProvider(
        name: "google", title: "Google", identifier: "https://accounts.google.com",
        authorization: "https://accounts.google.com/o/oauth2/v2/auth",
        token: "https://oauth2.googleapis.com/token",
        device: "",  // its device codes give no mail
        revocation: "https://oauth2.googleapis.com/revoke",
        userinfo: "https://openidconnect.googleapis.com/v1/userinfo", always: "openid email",
        imap: "https://mail.google.com/", pop3: "https://mail.google.com/", smtp: "https://mail.google.com/",
        api: ["gmail": "https://mail.google.com/"], service: [:],
        more: [("access_type", "offline"), ("prompt", "consent")], imapHost: "imap.gmail.com",
        smtpHost: "smtp.gmail.com", domains: ["gmail.com", "googlemail.com"])

    private static let microsoft = OAuthProvider(
        name: "microsoft", title: "Microsoft", identifier: "https://login.microsoftonline.com/*/v2.0",
        authorization: "https://login.microsoftonline.com/*/oauth2/v2.0/authorize",
        token: "https://login.microsoftonline.com/*/oauth2/v2.0/token",
        device: "https://login.microsoftonline.com/*/oauth2/v2.0/devicecode", revocation: "", userinfo: "",
        always: "openid email profile offline_access", imap: "https://outlook.office.com/IMAP.AccessAsUser.All",
        pop3: "https://outlook.office.com/POP.AccessAsUser.All", smtp: "https://outlook.office.com/SMTP.Send",
        api: ["graph": "https://graph.microsoft.com/Mail.ReadWrite https://graph.microsoft.com/Mail.Send"],
        service: [
            "graph": "https://graph.microsoft.com/.default", "": "https://outlook.office365.com/.default",
        ], more: [("prompt", "select_account")], imapHost: "outlook.office365.com",
        smtpHost: "smtp.office365.com",
        domains: ["outlook.com", "hotmail.com", "live.com", "msn.com", "outlook.de", "hotmail.co.uk", "hotmail.de"])

    private static let yahoo = OAuthProvider(
        name: "yahoo", title: "Yahoo", identifier: "https://api.login.yahoo.com",
        authorization: "https://api.login.yahoo.com/oauth2/request_auth",
        token: "https://api.login.yahoo.com/oauth2/get_token", device: "",
        revocation: "https://api.login.yahoo.com/oauth2/revoke",
        userinfo: "https://api.login.yahoo.com/openid/v1/userinfo", always: "openid", imap: "mail-w", pop3: "mail-w",
        smtp: "mail-w", api: [:], service: [:], more: [], imapHost: "imap.mail.yahoo.com",
        smtpHost: "smtp.mail.yahoo.com",
        domains: ["yahoo.com", "ymail.com", "rocketmail.com", "yahoo.co.uk", "yahoo.de"])

    private static let aol = OAuthProvider(
        name: "aol", title: "AOL", identifier: "https://api.login.aol.com",
        authorization: "https://api.login.aol.com/oauth2/request_auth",
        token: "https://api.login.aol.com/oauth2/get_token", device: "",
        revocation: "https://api.login.aol.com/oauth2/revoke",
        userinfo: "https://api.login.aol.com/openid/v1/userinfo", always: "openid", imap: "mail-w", pop3: "mail-w",
        smtp: "mail-w", api: [:], service: [:], more: [], imapHost: "imap.aol.com", smtpHost: "smtp.aol.com",
        domains: ["aol.com", "aim.com"])
}
