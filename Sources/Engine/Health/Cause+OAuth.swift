extension Cause {
    private static let again = "Reconnect the mailbox by authorizing it again."

    /// Of access tokens, and of those who issue them.
    static let oauth: [Cause] = [
        Cause(
            "oauth.missing", "auth", "The mailbox has not been authorized",
            "It logs in by OAuth 2.0, and nobody has granted access yet, or the grant was taken away with the account.",
            ["Authorize the mailbox: sign in at the provider and allow the access.", again], .user),
        Cause(
            "oauth.revoked", "auth", "The access that was granted has been taken back",
            "The provider takes the refresh token no more: the access was revoked, the password was changed, the application was limited to some days (Google: an application in testing, seven), or this machine went down in the moment in which the next refresh token came.",
            [
                again,
                "If it happens every week, publish the application with the provider: one in testing is cut off.",
                "Ask the administrator whether a policy ends sessions.",
            ], .user),
        Cause(
            "oauth.expired", "auth", "The access that was granted has run out",
            "The grant was not used for too long (Microsoft 90 days, Google six months), or none was given that lasts.",
            [again, "Let a worker run, so that the grant is used."], .user),
        Cause(
            "oauth.token_refused", "auth", "The mail server refuses the access token",
            "The token is new, the login with it was refused, and so was that with another one.",
            [
                "Check that the mailbox is there, and that this protocol is enabled for it.",
                "Check that the one who signed in may open this very mailbox.",
                "For an application that acts for itself: ask the administrator to give it access to the mailbox.",
                again,
            ], .administrator),
        Cause(
            "oauth.token_wanted", "auth", "An access token is wanted",
            "The program that runs Mailroom hands in the tokens of this mailbox, and the one that was there has run out.",
            ["Hand in a token (mr_token_put); it goes on by itself then."], .administrator),
        Cause(
            "oauth.code_spent", "auth", "The authorization was cut off",
            "The code of an authorization is good for one time and some minutes. This one was used already, is too old, or was sent when the work was cut off.",
            ["Begin the authorization anew."], .user),
        Cause(
            "oauth.denied", "auth", "The access was not granted",
            "Whoever signed in said no, or may not say yes.",
            ["Begin the authorization anew, and allow the access.", "Ask the administrator if it is not offered."],
            .user),
        Cause(
            "oauth.wrong_mailbox", "auth", "Somebody else signed in",
            "The access was granted for another mailbox than the one that is being connected.",
            [
                "Begin the authorization anew, and choose the right account at the provider; sign out of the other one first.",
                "If another name signs in for the mailbox, as for a shared one, give that name as sign_in.",
            ], .user),
        Cause(
            "oauth.scope_missing", "auth", "A part of the access was not granted",
            "The provider asks for each kind of access, and a box was left unticked.",
            ["Begin the authorization anew, and tick every box."], .user),
        Cause(
            "oauth.device_expired", "auth", "Nobody entered the code in time",
            "The code that was shown for this device has run out.", ["Begin the authorization anew."], .user),
        Cause(
            "oauth.device_pending", "auth", "The code has not been entered yet",
            "The provider waits for the code that was shown.", ["Enter the code at the address that was shown."], .user),
        Cause(
            "oauth.consent", "auth", "Consent is needed",
            "The owner, or an administrator for all, has not consented to what the application asks for now.",
            [again, "Ask the administrator to consent for the organisation."], .user),
        Cause(
            "oauth.admin_consent", "auth", "An administrator must consent",
            "The organisation lets only an administrator allow this application.",
            [
                "Ask the administrator to allow the application, by its client id, for the organisation.", again,
            ], .administrator),
        Cause(
            "oauth.interaction", "auth", "The provider wants a person to sign in",
            "A policy asks for a second factor, a known device or a new sign-in.",
            [again, "Ask the administrator whether conditional access stops the application."], .user),
        Cause(
            "oauth.tenant", "auth", "The account is not of this organisation",
            "The application is registered for one organisation, and the account belongs to another, or the organisation's name is wrong.",
            [
                "Check the setting tenant: the directory's id, or common for all of them.",
                "Check at the provider whether the application is registered for accounts of any organisation.", again,
            ], .administrator),
        Cause(
            "oauth.client", "auth", "The provider does not know the application so",
            "The client id or the client secret is wrong or missing.",
            [
                "Check client_id and client_secret against the application's page at the provider.",
                "Reconnect the mailbox with them.",
            ], .administrator),
        Cause(
            "oauth.client_expired", "auth", "The application's secret has run out",
            "The provider gives client secrets for a time.",
            [
                "Make a new client secret on the application's page at the provider.",
                "Reconnect the mailboxes with it.",
            ], .administrator),
        Cause(
            "oauth.client_disabled", "auth", "The application is switched off",
            "The provider or an administrator has disabled or deleted it, or it may not do this.",
            ["Look at the application's page at the provider.", "Ask the administrator to enable it."], .administrator),
        Cause(
            "oauth.redirect", "auth", "The address to come back to is not registered",
            "The provider sends the browser only to addresses that the application has registered.",
            [
                "Register the redirect address with the application: for the tool, a desktop application with http://localhost.",
                "Begin the authorization anew.",
            ], .administrator),
        Cause(
            "oauth.scope", "auth", "The provider does not know what was asked for",
            "A scope is wrong, or the application may not ask for it.",
            ["Check the setting scopes, and what the application is registered for."], .administrator),
        Cause(
            "oauth.clock", "auth", "The clocks differ",
            "The provider calls what this machine has signed too old or not yet valid.",
            ["Set this machine's clock (chrony, systemd-timesyncd).", "It is tried again by itself."], .administrator),
        Cause(
            "oauth.service_key", "settings", "The application's key cannot be used",
            "The private key or the certificate is missing, damaged, has a passphrase, or is not the one that is registered.",
            [
                "Give service_key as PEM, or Google's JSON file; for Microsoft its service_certificate, too.",
                "Reconnect the mailbox with it.",
            ], .administrator),
        Cause(
            "oauth.service_account", "auth", "The service account, or the mailbox, is unknown there",
            "The provider does not know the service account, or has no such user.",
            [
                "Check service_email and the mailbox's address.",
                "Check that the key was not deleted on the service account's page.",
            ], .administrator),
        Cause(
            "oauth.delegation", "auth", "The application may not act for the mailbox",
            "Domain-wide delegation is not set up for this service account and these scopes.",
            [
                "In Google's admin console, under domain-wide delegation, add the service account's client id with the scope https://mail.google.com/.",
                "It may take some minutes, up to a day; then reconnect the mailbox.",
            ], .administrator),
        Cause(
            "oauth.refused", "auth", "The provider gives no token",
            "The provider refuses, for a reason of its own; its words stand beside this.",
            ["Read the provider's words.", again], .user),
    ]

    /// Where trying again cannot help before somebody has done something: with the owner, the administrator or the program.
    static func waitsForSomebody(_ code: String?) -> Bool {
        guard let code, code.hasPrefix("oauth.") else { return false }
        return code != "oauth.clock" && code != "oauth.token_refused" && code != "oauth.delegation"
    }
}
