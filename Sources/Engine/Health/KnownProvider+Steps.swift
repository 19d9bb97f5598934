/// What a person does at this very provider: in place of the steps of the cause.
extension KnownProvider {
    /// - Returns: nil where the cause's own steps are all there is to say.
    func steps(_ cause: String) -> [String]? {
        switch cause {
        case "auth.refused", "auth.invalid_credentials", "auth.app_password": loginSteps
        case "limit.rate": rateSteps
        case "auth.web_login": webLoginSteps
        case "auth.smtp_disabled": self == .microsoft ? smtpSteps : nil
        case "auth.basic_off": self == .microsoft ? basicSteps : nil
        case "auth.imap_disabled": imapSteps
        case "send.sending_limit": limitSteps
        case "send.send_as_denied": senderSteps
        case "send.suspended": suspendedSteps
        case "send.quota_exceeded": quotaSteps
        case "send.too_large": sizeSteps
        default: nil
        }
    }

    private var loginSteps: [String]? {
        switch self {
        case .gmail:
            [
                "Sign in at https://accounts.google.com and see whether Google asks for anything.",
                "Google takes no account password from mail programs: connect with OAuth, or turn 2-Step Verification on and make an app password at https://myaccount.google.com/apppasswords.",
                "If the password is an app password and right, Google may have stopped the access (scripts, too much traffic, a migration): allow it at https://www.google.com/accounts/DisplayUnlockCaptcha.",
                "Reconnect the mailbox.",
            ]
        case .microsoft:
            [
                "Check the user name (the whole address) and the password by signing in at https://outlook.office.com.",
                "Connect with OAuth 2.0: Microsoft takes no password for IMAP and POP, and for sending only where the administrator allows it.",
                "Ask the administrator whether a sign-in policy stops mail programs.", "Reconnect the mailbox.",
            ]
        case .godaddy:
            [
                "Check the address and the password by signing in at https://sso.godaddy.com.",
                "The servers are imap.secureserver.net and smtpout.secureserver.net; mailboxes of Microsoft 365 from GoDaddy use Microsoft's servers.",
                "Reconnect the mailbox with the right password.",
            ]
        case .yahoo, .icloud, .zoho, .yandex, .fastmail:
            [
                "Check the address by signing in at \(signInURL ?? name).",
                "\(name) wants an app password in mail programs: make one at \(appPasswordURL ?? name).",
                "Reconnect the mailbox with that app password.",
            ]
        }
    }

    private var rateSteps: [String]? {
        guard self == .gmail else { return nil }
        return [
            "Wait: it is tried again by itself. Google lifts the limit within a day.",
            "If it comes again, give the folders longer intervals, and see whether other programs use the mailbox.",
            "If Google has stopped the access, sign in and allow it at https://www.google.com/accounts/DisplayUnlockCaptcha.",
        ]
    }

    private var webLoginSteps: [String]? {
        guard self == .gmail else { return nil }
        return [
            "Sign in at https://accounts.google.com with a web browser and confirm that the access was yours.",
            "Connect with OAuth, or with an app password from https://myaccount.google.com/apppasswords.",
            "Reconnect the mailbox.",
        ]
    }

    private var smtpSteps: [String] {
        [
            "Ask the Microsoft 365 administrator to enable Authenticated SMTP for this mailbox: admin centre, Active users, the user, Mail, Manage email apps.",
            "If it is off for the whole organisation, the administrator allows it for this mailbox there, too (SmtpClientAuthenticationDisabled).",
            "Or connect the mailbox with OAuth 2.0.", "Reconnect the mailbox, then resend.",
        ]
    }

    private var basicSteps: [String] {
        [
            "Connect the mailbox with OAuth 2.0: Microsoft 365 is ending passwords for sending, as it has for IMAP and POP.",
            "Or ask the administrator to allow basic authentication for Client Submission again, while that is possible.",
        ]
    }

    private var imapSteps: [String]? {
        switch self {
        case .zoho:
            [
                "Sign in at https://mail.zoho.com, Settings, Mail Accounts, and enable IMAP Access.",
                "Where the setting is missing, ask the administrator to allow IMAP for the account.",
                "Reconnect the mailbox.",
            ]
        case .gmail:
            [
                "In Google Workspace, ask the administrator to allow IMAP (admin console, Gmail, End user access).",
                "Reconnect the mailbox.",
            ]
        case .yandex:
            [
                "Sign in at https://mail.yandex.com, All settings, Email clients, and allow IMAP with app passwords.",
                "Reconnect the mailbox with an app password.",
            ]
        default: nil
        }
    }

    private var limitSteps: [String]? {
        guard let limitWords else { return nil }
        var steps = ["Wait for the limit's window to end; the message goes again by itself.", limitWords]
        if self == .microsoft {
            // Its words for a reached limit and for a full mailbox are nearly the same.
            steps.append("See whether the mailbox is nearly full: delete old mail and empty the trash.")
            steps.append("Ask the administrator about the plan's sending limits.")
        } else {
            steps.append("Ask \(name) for a higher limit, or spread the messages over several days.")
        }
        return steps + ["Resend it then, if it has stopped."]
    }

    private var senderSteps: [String]? {
        switch self {
        case .microsoft:
            [
                "Choose the account's own address as From.",
                "Or ask the Microsoft 365 administrator for Send As or Send on Behalf on that mailbox (Send on Behalf needs From with Sender).",
                "Reconnect the mailbox where the right was just given, then resend.",
            ]
        case .gmail:
            [
                "Choose the account's own address as From.",
                "Or add the address at Google under Settings, Accounts, Send mail as, and confirm it.", "Resend.",
            ]
        case .zoho, .yandex, .icloud, .yahoo, .fastmail, .godaddy:
            [
                "Choose the account's own address, or one of its aliases, as From.",
                "Or add the address as an alias at \(name) (\(signInURL ?? name)).", "Resend.",
            ]
        }
    }

    private var suspendedSteps: [String]? {
        switch self {
        case .microsoft:
            [
                "Sign in at https://outlook.office.com and follow what Microsoft asks for.",
                "Change the password: the account may be misused by somebody else.",
                "Ask the administrator to take the user off the Restricted entities list: https://security.microsoft.com/restrictedentities.",
                "Reconnect the mailbox, then resend.",
            ]
        case .zoho:
            [
                "Sign in at https://mail.zoho.com/UnblockMe and unblock the account.",
                "Change the password if the messages were not yours.", "Reconnect the mailbox, then resend.",
            ]
        default:
            signInURL.map {
                [
                    "Sign in at \($0) and follow the steps that \(name) shows.",
                    "Change the password: the account may be misused by somebody else.",
                    "Reconnect the mailbox, then resend.",
                ]
            }
        }
    }

    private var quotaSteps: [String]? {
        guard self == .microsoft else { return nil }
        return [
            "Delete old mail and empty the trash (Deleted Items, Recoverable Items).",
            "Ask the administrator about the plan's limits: Microsoft says nearly the same of a reached sending limit, which passes within a day.",
            "Resend.",
        ]
    }

    private var sizeSteps: [String]? {
        let share: String
        switch self {
        case .gmail: share = "Google takes 25 MB, counted as encoded: put large files into Drive and send a link."
        case .microsoft:
            share = "Outlook takes 20 MB, counted as encoded: put large files into OneDrive and send a link."
        case .icloud: share = "iCloud takes 20 MB, counted as encoded: send large files by a link."
        case .godaddy: share = "GoDaddy takes 30 MB, counted as encoded: send large files by a link."
        default: return nil
        }
        return [share, "Make the attachments smaller, then resend."]
    }
}
