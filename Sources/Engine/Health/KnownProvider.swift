/// Who stands behind a server's name, where that is known: for advice that names the provider's own pages and figures.
/// The figures are the providers' own, as published; they change, so nothing is refused for them that a setting or the
/// server itself allows.
enum KnownProvider: String, Sendable, CaseIterable {
    case gmail
    case microsoft
    case yahoo
    case icloud
    case zoho
    case godaddy
    case yandex
    case fastmail

    /// - Parameter host: a server's name, or the scheme of a provider that has no server to name.
    static func of(host: String) -> KnownProvider? {
        let host = host.lowercased()
        return allCases.first { provider in
            provider.names.contains { host == $0 || host.hasSuffix("." + $0) }
        }
    }

    /// Names, or ends of names behind a dot.
    private var names: [String] {
        switch self {
        case .gmail: ["gmail.com", "googlemail.com", "smtp.google.com", "gmail"]
        case .microsoft: ["office365.com", "outlook.com", "hotmail.com", "live.com", "office365.us", "graph"]
        case .yahoo: ["yahoo.com", "yahoo.co.jp", "aol.com"]
        case .icloud: ["me.com", "icloud.com", "mac.com"]
        case .zoho: ["zoho.com", "zoho.eu", "zoho.in", "zoho.com.au", "zoho.jp", "zohocloud.ca", "zoho"]
        case .godaddy: ["secureserver.net"]
        case .yandex: ["yandex.com", "yandex.ru", "yandex.net", "yandex.com.tr", "yandex.kz"]
        case .fastmail: ["fastmail.com", "messagingengine.com"]
        }
    }

    /// For people.
    var name: String {
        switch self {
        case .gmail: "Google"
        case .microsoft: "Microsoft 365"
        case .yahoo: "Yahoo"
        case .icloud: "iCloud"
        case .zoho: "Zoho"
        case .godaddy: "GoDaddy"
        case .yandex: "Yandex"
        case .fastmail: "Fastmail"
        }
    }

    /// Where it says how it is; nil where it has no such page.
    var statusURL: String? {
        switch self {
        case .gmail: "https://www.google.com/appsstatus/dashboard/"
        case .microsoft: "https://status.cloud.microsoft"
        case .icloud: "https://www.apple.com/support/systemstatus/"
        case .zoho: "https://status.zoho.com"
        case .godaddy: "https://status.godaddy.com"
        case .fastmail: "https://fastmailstatus.com"
        case .yahoo, .yandex: nil
        }
    }

    /// Where the owner of an account makes an app password; nil where there are none.
    var appPasswordURL: String? {
        switch self {
        case .gmail: "https://myaccount.google.com/apppasswords"
        case .yahoo: "https://login.yahoo.com/account/security"
        case .icloud: "https://account.apple.com"
        case .zoho: "https://accounts.zoho.com"
        case .yandex: "https://id.yandex.com/security/app-passwords"
        case .fastmail: "https://app.fastmail.com/settings/security"
        case .microsoft, .godaddy: nil
        }
    }

    /// Where the owner signs in to see what the provider wants.
    var signInURL: String? {
        switch self {
        case .gmail: "https://accounts.google.com"
        case .microsoft: "https://outlook.office.com"
        case .yahoo: "https://login.yahoo.com"
        case .icloud: "https://account.apple.com"
        case .zoho: "https://mail.zoho.com"
        case .godaddy: "https://sso.godaddy.com"
        case .yandex: "https://mail.yandex.com"
        case .fastmail: "https://app.fastmail.com"
        }
    }

    /// Its sending limit in words.
    var limitWords: String? {
        switch self {
        case .gmail:
            "Google Workspace lets an account send 2,000 messages, to 10,000 recipients, in 24 hours (500 in a trial)."
        case .microsoft: "Microsoft 365 lets a mailbox send to 10,000 recipients a day, 30 messages a minute."
        case .yahoo: "Yahoo lets an account send 500 messages a day, each to 100 recipients."
        case .icloud: "iCloud lets an account send 1,000 messages, to 1,000 recipients, a day."
        case .zoho: "Zoho lets an account send between 50 and 500 messages an hour to other domains."
        case .godaddy: "GoDaddy lets an address send 250 messages a day, unless more were bought."
        case .yandex, .fastmail: nil
        }
    }

    /// What its limit is counted over.
    var limitWindow: LimitWindow? {
        switch self {
        case .gmail, .microsoft, .yahoo, .icloud, .godaddy: .day
        case .zoho: .hour
        case .yandex, .fastmail: nil
        }
    }

    /// Recipients of one message; nil: nothing is known.
    var recipientsMessage: Int64? {
        switch self {
        case .gmail, .yahoo: 100
        case .icloud: 500
        case .zoho: 150
        case .microsoft, .godaddy, .yandex, .fastmail: nil
        }
    }

    /// Bytes of one message as it goes out, where the server has not said it itself.
    var maxSize: Int64? {
        switch self {
        case .gmail: 25_000_000
        case .microsoft, .icloud: 20_000_000
        case .godaddy: 31_457_280
        case .yahoo, .zoho, .yandex, .fastmail: nil
        }
    }
}
