import Base

/// What a provider has announced for a kind of login: an account that uses it says so before it ends.
struct LoginOutlook {
    /// The day from which it may be refused (ms since 1970); nil where there is none that is fixed, or it has passed.
    let ends: Int64?
    let note: String

    /// - Parameter auth: the kind of login.
    static func of(
        _ provider: KnownProvider, auth: String, receives: Bool, sends: Bool, now: Int64
    ) -> LoginOutlook? {
        let ends = now < endOf2026 ? endOf2026 : nil
        return switch (provider, auth) {
        case (.microsoft, "password") where sends && !receives:
            LoginOutlook(ends: ends, note: smtp)
        case (.microsoft, "password") where sends:
            LoginOutlook(ends: ends, note: "\(smtp)\n\(others)")
        case (.microsoft, "password"): LoginOutlook(ends: nil, note: others)
        default: nil
        }
    }

    /// 2026-12-31.
    private static let endOf2026: Int64 = 1_798_675_200_000

    private static let smtp = """
        Microsoft 365 takes passwords for sending (SMTP AUTH) by default only until the end of December 2026; from then on an \
        administrator has to allow them again, and in organisations made later they do not work. Connect with OAuth 2.0.
        """
    private static let others = """
        For IMAP and POP Microsoft 365 takes no passwords any more. Connect with OAuth 2.0.
        """
}
