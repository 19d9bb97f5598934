extension Cause {
    /// Every cause that this version knows. A code once given keeps its meaning.
    static let catalogue: [Cause] =
        login + oauth + connection + limits + service + sending + bounces + verifying + house

    private static let login: [Cause] = [
        Cause(
            "auth.refused", "auth", "The login was refused",
            "The server does not accept this user name with this password.",
            [
                "Check the user name and the password by signing in at the provider.",
                "If two-step verification is on, make an app password there and use it here.",
                "Reconnect the mailbox with the right password.",
            ], .user),
        Cause(
            "auth.invalid_credentials", "auth", "The provider calls the credentials invalid",
            "The password is wrong, or the provider has stopped a program that asked too often or moved too much mail.",
            [
                "Check the user name and the password by signing in at the provider.",
                "If they are right, look at the provider's page for a message about a blocked sign-in, and allow it.",
                "If two-step verification is on, make an app password there and use it here.",
                "Reconnect the mailbox.",
            ], .user),
        Cause(
            "auth.suspended", "auth", "The provider has closed or suspended the account",
            "The login is refused because the account itself is locked, whatever the password.",
            [
                "Sign in at the provider with a web browser and follow its steps.",
                "Ask the administrator whether the account is still there.", "Reconnect the mailbox.",
            ], .user),
        Cause(
            "auth.app_password", "auth", "An app password is needed",
            "The provider takes no ordinary password from mail programs for this account.",
            [
                "Sign in at the provider and turn two-step verification on.",
                "Make an app password for mail.",
                "Reconnect the mailbox with that app password.",
            ], .user),
        Cause(
            "auth.web_login", "auth", "The provider asks for a sign-in by web browser",
            "The provider has stopped the login and wants the owner to confirm it.",
            [
                "Sign in at the provider with a web browser and allow the access that it asks about.",
                "Connect with OAuth, or with an app password.", "Reconnect the mailbox.",
            ], .user),
        Cause(
            "auth.imap_disabled", "auth", "Access by this protocol is switched off",
            "The account exists, but the provider or an administrator has not enabled this kind of access.",
            [
                "Enable IMAP (or SMTP) in the account's settings at the provider.",
                "If there is no such setting, ask the administrator to enable it.", "Reconnect the mailbox.",
            ], .administrator),
        Cause(
            "auth.smtp_disabled", "auth", "Sending by SMTP is switched off for this mailbox",
            "The login may be right, but an administrator has not enabled authenticated SMTP for the mailbox or for the whole organisation.",
            [
                "Ask the administrator to enable authenticated SMTP (SMTP AUTH) for this mailbox.",
                "Or connect the mailbox with OAuth 2.0.", "Reconnect the mailbox, then resend.",
            ], .administrator),
        Cause(
            "auth.consent", "auth", "The access that was granted has ended",
            "The permission that the owner once gave has expired or was taken back, for example by a changed password.",
            ["Reconnect the mailbox and grant the access again.", "Ask the administrator if it is refused again."],
            .user),
        Cause(
            "auth.token_expired", "connection", "The access token has run out",
            "Tokens are good for about an hour; a new one is fetched with the next connection.",
            ["Wait: it is tried again by itself, with a new token."], .nobody),
        Cause(
            "auth.tls_needed", "auth", "The server wants an encrypted connection first",
            "The server takes no login on a connection without TLS.",
            [
                "Set the kind of TLS to starttls or implicit (port 587 or 465 for sending).",
                "Reconnect the mailbox with it.",
            ], .user),
        Cause(
            "auth.basic_off", "auth", "Passwords are no longer accepted",
            "The provider has switched basic authentication off; it wants OAuth 2.0.",
            ["Connect the mailbox with OAuth 2.0.", "Or ask the administrator to allow it again for this mailbox."],
            .administrator),
        Cause(
            "auth.mechanism", "auth", "No common way to log in",
            "The server offers no login method that Mailroom may use on this connection.",
            ["Use TLS (implicit or STARTTLS) for this server.", "Ask the provider which login methods it supports."],
            .administrator),
        Cause(
            "auth.missing", "auth", "No password is stored",
            "The account has no password for this server.", ["Reconnect the mailbox with its password."], .user),
    ]

    private static let connection: [Cause] = [
        Cause(
            "connection.name_unknown", "connection", "The server's name is unknown",
            "The name of the server could not be resolved.",
            ["Check the spelling of the server's name.", "Check this machine's name resolution."], .user),
        Cause(
            "connection.refused", "connection", "Nothing answers at this address",
            "The machine is there, but nothing accepts connections on this port.",
            ["Check the server's name and port.", "If it worked before, wait: it is tried again by itself."], .user),
        Cause(
            "connection.timed_out", "connection", "The server does not answer in time",
            "The connection was made or tried, and then nothing came within the time allowed.",
            [
                "Wait: it is tried again by itself.",
                "Check that no firewall stands between this machine and the server.",
                "Check the server's name, port and kind of TLS.",
            ], .nobody),
        Cause(
            "connection.unreachable", "connection", "The server cannot be reached",
            "There is no way from this machine to the server's address.",
            ["Check this machine's network.", "Wait: it is tried again by itself."], .administrator),
        Cause(
            "connection.proxy", "connection", "The proxy makes no connection",
            "The proxy that the settings name refused to connect to the provider, or wants a login.",
            [
                "Check the setting proxy: address, name and password.",
                "Ask whoever runs the proxy to allow the provider's host.",
            ],
            .administrator),
        Cause(
            "http.library", "connection", "libcurl is missing",
            "The providers that are reached over HTTP need the library libcurl 7.80 or later with OpenSSL, and it is not there.",
            ["Install it (Debian and Ubuntu: the package libcurl4), and restart the worker."], .administrator),
        Cause(
            "connection.lost", "connection", "The connection broke",
            "The server, or something between, ended the connection in the middle of the work.",
            ["Wait: it is tried again by itself, from where it stopped."], .nobody),
        Cause(
            "connection.lost_login", "connection", "The connection broke during the login",
            "The server hung up while the user name and the password were being checked: it is overloaded, or it wants no more logins for now.",
            [
                "Wait: it is tried again by itself.",
                "If it stays, check the kind of TLS and the port, and that no firewall or virus scanner stands in between.",
                "Sign in at the provider and see whether it has locked the account.",
            ], .nobody),
        Cause(
            "tls.expired", "connection", "The server's certificate has expired",
            "The connection was not made, because the server's certificate is no longer valid.",
            ["Ask the server's administrator to renew the certificate.", "It is tried again by itself."], .administrator
        ),
        Cause(
            "tls.not_yet_valid", "connection", "The server's certificate is not yet valid",
            "The certificate's first day lies ahead, or this machine's clock is wrong.",
            ["Check this machine's date and time.", "Ask the server's administrator about the certificate."],
            .administrator),
        Cause(
            "tls.name_mismatch", "connection", "The certificate is for another name",
            "The server showed a certificate that does not name the host that was asked for.",
            [
                "Use the server name that the provider documents.",
                "Ask the provider which name the certificate carries.",
            ],
            .user),
        Cause(
            "tls.untrusted", "connection", "The certificate is not trusted",
            "The server's certificate was signed by nobody whom this machine trusts.",
            [
                "If the server is your own, give the file of its certificate authority: ca_file.",
                "Otherwise ask the provider; do not send a password there.",
            ], .administrator),
        Cause(
            "tls.handshake", "connection", "No TLS connection could be agreed on",
            "The server and Mailroom found no common version or cipher (TLS 1.2 is the least).",
            ["Ask the server's administrator to enable TLS 1.2 or later."], .administrator),
        Cause(
            "tls.not_offered", "connection", "The server does not speak TLS on this port",
            "Something answered, but not with TLS.",
            ["Check the port and the kind of TLS: 993 and 465 implicit, 143 and 587 STARTTLS."], .user),
        Cause(
            "tls.unsaid", "connection", "The server may want TLS at once",
            "The server took the connection and said nothing. The port does not tell whether TLS begins at once.",
            [
                "Say that it does: imap_tls=implicit, smtp_tls=implicit or pop3_tls=implicit.",
                "Check the server's name and port.",
            ], .user),
        Cause(
            "tls.starttls_refused", "connection", "The server offers no STARTTLS",
            "Encryption was asked for and the server refused it, so no password was sent.",
            ["Use the port for implicit TLS (993 or 465).", "Ask the provider how its connections are encrypted."],
            .administrator),
        Cause(
            "tls.injection", "connection", "Bytes were slipped in before encryption began",
            "Something sent plain text behind the answer to STARTTLS: an attack, or a broken server. Nothing was believed.",
            ["Use the port for implicit TLS.", "Tell the server's administrator."], .administrator),
    ]

    private static let service: [Cause] = [
        Cause(
            "service.throttled", "throttling", "The provider asks to slow down",
            "Too much was asked of the provider in too short a time.", ["Wait: it is tried again by itself."], .nobody),
        Cause(
            "service.outage", "outage", "The provider has a problem",
            "The server says that it is unwell.",
            ["Wait: it is tried again by itself.", Advice.statusPage], .provider),
        Cause(
            "service.not_connected", "outage", "The login is good, but the mailbox cannot be opened",
            "Microsoft says this of a mailbox for which IMAP is off, which has no licence, or which has too many connections.",
            [
                "Wait: it is tried again by itself.",
                "Close other mail programs that use this mailbox.",
                "Ask the administrator whether IMAP is enabled for the mailbox, and whether it has a licence.",
            ], .administrator),
        Cause(
            "service.in_use", "throttling", "Another program has the mailbox open",
            "By POP3 one program at a time reads a mailbox, and another one does so now.",
            [
                "Wait: it is tried again by itself.",
                "Let only one program fetch this mailbox by POP3, or use IMAP, which lets in many.",
            ], .user),
        Cause(
            "service.garbled", "outage", "The server's answer makes no sense",
            "What the server sent does not follow the protocol.",
            ["Check the server's name and port.", "Wait: it is tried again by itself."], .provider),
        Cause(
            "folders.sent_missing", "setting", "No folder for sent mail is known",
            "The server marks no folder as the one for sent mail, so no copy of what is sent is put there, and mail sent elsewhere may be missing.",
            [
                "Choose the folder for sent mail: its role is sent.",
                "Where there is none, make one at the provider, sync, and choose it.",
            ], .user),
        Cause(
            "mailbox.twice", "setting", "The mailbox is connected twice",
            "Another account reads the same mailbox, under another address or by another protocol. Each message is stored once, and fetched and watched twice.",
            ["Disconnect one of the two; where one reads by POP3 and one by IMAP, the one by POP3."], .user),
        Cause(
            "mailbox.disconnected", "setting", "The mailbox is disconnected",
            "Somebody has disconnected it. Its mail stays; its password or its access is forgotten, and nothing is synced or sent.",
            ["Reconnect the mailbox with its password, or by authorizing it again."], .user),
        Cause(
            "folder.refused", "refused", "A folder cannot be opened",
            "The server lists the folder and refuses to open it. The other folders are synced.",
            ["Open the folder at the provider and see whether it works there."], .user),
        Cause(
            "service.refused", "refused", "The server says no",
            "The server refuses what was asked, and would refuse it again.",
            ["Read the server's words; ask the provider if they do not explain it."], .user),
    ]

    private static let house: [Cause] = [
        Cause(
            "settings.wrong", "settings", "A setting does not work",
            "One of the mailbox's settings cannot be used as it is; the reason names it.",
            ["Correct the setting that the reason names.", "Reconnect the mailbox with it."], .user),
        Cause(
            "plugin.unavailable", "plugin", "The provider's plugin is not available",
            "The plugin that this account needs is missing, was refused, or broke its rules.",
            ["See the list of providers and the reason that stands there."], .administrator),
        Cause(
            "key.missing", "key", "The key for the secrets is missing",
            "This process has no key, or another one than the store was made with.",
            ["Give the store's key to the process that works on the mailboxes."], .administrator),
        Cause(
            "store.failed", "store", "The store could not be written",
            "The file of the store could not be read or written.",
            ["Check the free space and the permissions of the store's directory."], .administrator),
        Cause(
            "wish.conflict", "refused", "A change was not made on the server",
            "Meanwhile the message was moved or removed there, or the server does not allow the change. The server's state holds.",
            ["Look at the message as it is now, and change it again if that is still wanted."], .user),
        Cause(
            "sync.stale", "stale", "The mailbox was not looked at in time",
            "A worker runs, and one of the mailbox's folders was not found equal to the server for twice its interval.",
            [
                "Look at the folder's row: it says whether the server refuses it.",
                "Run mailroom doctor on the mailbox.",
                "Restart the worker if many mailboxes show it.",
            ], .administrator),
        Cause(
            "worker.none", "stale", "No worker is running",
            "No process has worked on this mailbox for a while, so nobody knows whether it is in step.",
            ["Start the worker: mailroom --store FILE run."], .administrator),
        Cause(
            "worker.mail_waits", "stale", "Mail waits, and no worker is running",
            "Mail of this mailbox could go, and has waited for more than a minute: no process sends it.",
            ["Start the worker: mailroom --store FILE run.", "Or send it now: mailroom resend with its number."],
            .administrator),
    ]
}
