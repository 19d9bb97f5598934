extension RecordSpec {
    /// The kinds of records that functions take.
    package static let options: [RecordSpec] = [
        openOptions, connect, reconnect, authorize, token, disconnect, syncOptions, auditOptions, verifyArguments,
        folderChanges, wanted,
        copy, draft, outgoing, attachment, header, resend, resendAll, bulk, bulkRecipient, bulkValues, batchChanges,
        domainArguments, doctorArguments, discovery, finding, foundServer, look, contacts, sending, limit, match,
        address, setting,
    ]

    package static let openOptions = RecordSpec(
        "open", "The options of mr_open.",
        [
            .given("work", .text, "never, wait (the default) or always: which work this process does"),
            .given("plugins", .list, "more directories of plugins, before the built-in one"),
            .given(
                "key", .bytes, "32 bytes, or a text of 64 hexadecimal digits: the key that secrets are encrypted with"),
            .given("key_id", .text, "a name for the key; the default is 'host'"),
            .given("key_file", .int, "1: keep the key in a file of mode 0600 beside the store (for one user alone)"),
            .given("group_access", .int, "1: the store's files are for the group, too (0660)"),
            .given("create", .int, "0: MR_E_NOT_FOUND where the store does not exist; the default is 1"),
            .given("changes_keep_days", .int, "how long the change feed is kept; the default is 30"),
            .given(
                "log_keep_days", .int, "how long a row of the log is kept after it happened last; the default is 90"),
            .given(
                "language", .text,
                "the language in which the host's own words for causes are shown (mr_put of a cause), as BCP 47 has it; the default is those without one"
            ),
            .given("ca_file", .text, "a file of PEM certificates trusted beside the system's"),
            .given("lease_ms", .int, "how long a lease lasts; the default is 60000, at least 2000"),
            .given("connect_timeout_ms", .int, "for dialling and TLS; the default is 30000"),
            .given("io_timeout_ms", .int, "for one answer of a server; the default is 120000"),
            .given(
                "poll_ms", .int,
                "how often a worker looks at an inbox or at sent mail that nobody tells of; the default is 300000, and other folders wait six times as long"
            ),
            .given(
                "connections", .int,
                "the most connections of this process at once; the default is what its limit of open files leaves"),
            .given("host_connections", .int, "the most of them to one server; the default is all of them"),
            .given(
                "resolver", .text,
                "the name server that discovery asks, an address with a port or without; the default is the system's"),
            .given(
                "connect_to", .list,
                "connections go elsewhere than the server's name says, host:port:address:port each; the certificate is still checked against the name"
            ),
            .given(
                "autodiscover", .text,
                "where discovery asks Microsoft whether it has a domain's mailboxes, an address of https (https://outlook.office365.com/autodiscover/autodiscover.json); Microsoft learns the mail address from that, so without it nobody asks"
            ),
        ])

    package static let connect = RecordSpec(
        "connect", "The account that mr_connect makes. Beside these: the settings and secrets of the provider.",
        open: true,
        [
            .given("address", .text, "the mail address; required"),
            .given("provider", .text, "the scheme; the default is imap"),
            .given(
                "auth", .text,
                "how it logs in: password (the default), oauth2, service (the application for itself) or external (mr_token_put)"
            ),
            .given("state", .text, "of the authorization that it is connected by (mr_authorize)"),
            .given("code", .text, "what came back with that state; none where a device's code was entered"),
            .given("iss", .text, "what came back beside them: who sent the browser back, where he says so (RFC 9207)"),
            .given("user_key", .text, "the CRM's own key of the user"),
            .given("company", .int, "the id of the company"),
            .given("display_name", .text, "the name that goes into From"),
            .given("direction", .text, "two_way (the default), or read_only: nothing is changed on the server"),
            .given(
                "senders", .list,
                "the addresses that may stand in From beside the account's own, @domain for all of one; the default is any"
            ),
            .given(
                "send_attempts", .int, "how often a send is tried in all while its failure passes; the default is 8"),
            .given(
                "sent_copy", .text,
                "auto (the default): what is sent gets a copy in Sent unless the server keeps its own; always, or never"
            ),
            .given(
                "accept_duplicate", .int,
                "1: what is of unknown outcome goes again once nobody can find out; the default is 0"),
        ])

    package static let reconnect = RecordSpec(
        "reconnect", "What mr_reconnect changes. Beside these: the settings and secrets of the provider.", open: true,
        [
            .given("auth", .text, "another way to log in: password, oauth2, service or external"),
            .given("state", .text, "of the authorization that it is connected by (mr_authorize)"),
            .given("code", .text, "what came back with that state; none where a device's code was entered"),
            .given("iss", .text, "what came back beside them: who sent the browser back, where he says so (RFC 9207)"),
            .given("user_key", .text, "the CRM's own key of the user"),
            .given("company", .int, "the id of the company to which it moves; 0: none"),
            .given("display_name", .text, "the name that goes into From"),
            .given("direction", .text, "two_way, or read_only: nothing is changed on the server"),
            .given(
                "senders", .list, "the addresses that may stand in From beside the account's own; an empty text: any"),
            .given("send_attempts", .int, "how often a send is tried in all; 0: the default"),
            .given(
                "sent_copy", .text,
                "auto: what is sent gets a copy in Sent unless the server keeps its own; always, or never"),
            .given(
                "accept_duplicate", .int,
                "1: what is of unknown outcome goes again once nobody can find out; 0: not"),
        ])

    package static let disconnect = RecordSpec(
        "disconnect", "The options of mr_disconnect.",
        [.given("erase", .int, "1: remove the mail, the secrets and the log texts as well")])

    package static let syncOptions = RecordSpec(
        "sync", "The options of mr_sync.",
        [
            .given("folder", .text, "this folder alone, by its path"),
            .given("walk", .int, "1: believe no counters of the server, compare everything"),
        ])

    package static let auditOptions = RecordSpec(
        "audit", "The options of mr_audit.",
        [
            .given("folder", .text, "this folder alone, by its path"),
            .given("heal", .int, "1: sync at once what differs, and compare again"),
        ])

    package static let folderChanges = RecordSpec(
        "folder_changes", "What mr_update changes of a folder.",
        [
            .given(
                "role", .text,
                "inbox, sent, drafts, trash, junk, archive, all, flagged or none; empty: as the server says"),
            .given("sync", .int, "1: keep it up to date; 0: do not, and keep what is stored"),
            .given("mode", .text, "push, interval or manual; empty: by its role"),
            .given("interval_ms", .int, "between two looks at it; 0: by its role"),
            .given("since", .int, "mail received before that is not kept; 0: as the account's policy says"),
        ])

    package static let verifyArguments = RecordSpec(
        "verify", "The arguments of mr_check with verify.",
        [
            .given("account", .int, "the account; required"),
            .given("folder", .text, "the folder for the round trip, by its path; the default is the inbox"),
            .given("timeout_ms", .int, "the whole of it passes within that time; the default is 60000"),
        ])

    package static let doctorArguments = RecordSpec(
        "doctor", "The arguments of mr_check with doctor.",
        [
            .given("account", .int, "the account; required"),
            .given("send", .int, "1: also send a message to the account's own address, and wait for it"),
            .given(
                "resolver", .text, "the name server that the sending domain is asked of; the default is the system's"),
            .given("timeout_ms", .int, "the whole of it passes within that time; the default is 120000"),
        ])

    package static let wanted = RecordSpec(
        "wanted", "What mr_update takes of a message or a place: what is wished of it.",
        [
            .given("seen", .int, "1 or 0: with or without the flag \\Seen"),
            .given("flagged", .int, "1 or 0: with or without the flag \\Flagged"),
            .given("answered", .int, "1 or 0: with or without the flag \\Answered"),
            .given("add", .list, "flags and keywords to be set, in IMAP's spelling"),
            .given("remove", .list, "flags and keywords to be taken away"),
            .given("folder", .int, "the id of the folder to which it moves"),
            .given("delete", .text, "trash: to the folder with that role; forever: for good"),
            .given("account", .int, "of a message: in this account alone; needed where several have it"),
        ])

    package static let copy = RecordSpec(
        "copy", "What mr_put takes of a place: a message is copied into a folder of the same account.",
        [.given("message", .int, "the message; required"), .given("folder", .int, "the folder's id; required")])

    /// What only a message that is sent can have.
    private static let sendingAlone: Set = [
        "recipients", "idempotency_key", "send_at", "priority", "auto_retry", "sent_copy",
    ]

    package static let draft = RecordSpec(
        "draft",
        "What mr_put takes of a message: it is put into a folder of the server, as a draft or as a copy of what was sent.",
        [
            .given("account", .int, "the account; required"),
            .given("folder", .int, "the folder's id"),
            .given("role", .text, "the folder by its role, where no id is given; the default is drafts"),
            .given("flags", .list, "its flags; the default is \\Draft \\Seen in drafts, \\Seen in sent, else none"),
            .given("replaces", .int, "a message of the account that goes for good once this one is on the server"),
        ] + outgoing.fields.filter { !sendingAlone.contains($0.name) })
}
