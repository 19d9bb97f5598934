import Base

/// What services that send for many domains ask of the domains' owners. Known by the names of their servers.
struct SendingService: Sendable {
    let name: String
    /// Names of servers, or their ends behind a dot: where mail is handed in, and where it is received.
    let hosts: [String]
    /// What the SPF record includes.
    let include: String
    /// The DKIM selectors that it uses where nobody chose others.
    let selectors: [String]
    /// Where the owner finds the DKIM key.
    let keys: String

    static let all: [SendingService] = [
        SendingService(
            name: "Google Workspace", hosts: ["google.com", "googlemail.com", "gmail.com"], include: "_spf.google.com",
            selectors: ["google"],
            keys:
                "Google Admin console: Apps, Google Workspace, Gmail, Authenticate email: generate the record, publish it, start authentication."
        ),
        SendingService(
            name: "Microsoft 365", hosts: ["outlook.com", "office365.com", "mx.microsoft"],
            include: "spf.protection.outlook.com", selectors: ["selector1", "selector2"],
            keys:
                "Microsoft Defender portal: Policies, Email authentication settings, DKIM: publish the two CNAME records that it shows, then switch signing on."
        ),
        SendingService(
            name: "Zoho Mail", hosts: ["zoho.com", "zoho.eu", "zoho.in", "zoho.com.au"], include: "zohomail.com",
            selectors: ["zmail", "zoho", "zohomail"],
            keys: "Zoho Mail Admin Console: Domains, Email Configuration, DKIM."),
        SendingService(
            name: "iCloud Mail", hosts: ["mail.me.com", "mail.icloud.com"], include: "icloud.com", selectors: ["sig1"],
            keys: "iCloud settings: Custom Email Domain shows the record sig1._domainkey."),
        SendingService(
            name: "GoDaddy", hosts: ["secureserver.net"], include: "secureserver.net",
            selectors: ["secureserver1", "secureserver2"],
            keys: "GoDaddy's Email & Office dashboard: DKIM of the domain."),
        SendingService(
            name: "Yandex 360", hosts: ["yandex.ru", "yandex.com", "yandex.net"], include: "_spf.yandex.net",
            selectors: ["mail"],
            keys: "Yandex 360 admin: Domains, DKIM signature."),
        SendingService(
            name: "Yahoo", hosts: ["yahoo.com", "yahoodns.net"], include: "_spf.mail.yahoo.com",
            selectors: ["s1024", "s2048"],
            keys: "Yahoo's settings of the domain."),
        SendingService(
            name: "Fastmail", hosts: ["fastmail.com", "messagingengine.com"], include: "spf.messagingengine.com",
            selectors: ["fm1", "fm2", "fm3"], keys: "Fastmail: Settings, Domains: the three CNAME records fm1 to fm3."),
        SendingService(
            name: "SendGrid", hosts: ["sendgrid.net"], include: "sendgrid.net", selectors: ["s1", "s2"],
            keys: "SendGrid: Settings, Sender Authentication."),
        SendingService(
            name: "Mailgun", hosts: ["mailgun.org"], include: "mailgun.org", selectors: ["smtp", "mailo", "pic", "k1"],
            keys: "Mailgun: Sending, Domain settings, DNS records."),
        SendingService(
            name: "Amazon SES", hosts: ["amazonaws.com", "amazonses.com"], include: "amazonses.com", selectors: [],
            keys:
                "Amazon SES console: Identities, DKIM: three CNAME records with selectors of their own (give them with selectors)."
        ),
    ]

    /// Selectors that many mail servers are set up with.
    static let usualSelectors = [
        "default", "dkim", "mail", "google", "selector1", "selector2", "s1", "s2", "k1", "k2", "key1", "smtp",
    ]

    static func of(_ host: String) -> SendingService? {
        let host = host.lowercased().hasSuffix(".") ? String(host.lowercased().dropLast()) : host.lowercased()
        return all.first { service in service.hosts.contains { host == $0 || host.hasSuffix("." + $0) } }
    }

    /// Domains whose mailboxes are for everybody: what they publish is nobody else's to change.
    static let freeMail: Set<String> = [
        "gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "msn.com", "yahoo.com", "ymail.com",
        "aol.com",
        "icloud.com", "me.com", "mac.com", "gmx.com", "gmx.net", "gmx.de", "web.de", "yandex.ru", "yandex.com", "ya.ru",
        "mail.ru",
        "zoho.com", "zohomail.com", "proton.me", "protonmail.com", "fastmail.com", "fastmail.fm", "mail.com",
        "t-online.de",
        "163.com", "126.com", "qq.com",
    ]
}
