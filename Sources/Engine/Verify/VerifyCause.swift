import Base
import PluginHost
import Store

/// Why a message took too long to be seen, as far as the store and the settings tell.
struct VerifyCause {
    let core: Core
    let account: AccountRow
    let within: Int64

    /// - Parameters:
    ///   - hadWorker: a worker lived when it began.
    ///   - seenAfterSync: one sync afterwards showed it at once.
    func likely(_ folder: Int64, hadWorker: Bool, seenAfterSync: Bool) throws(Failure) -> Cause {
        let folder = try core.store.folder(folder)
        if folder.refusals > 0 || !seenAfterSync { return .frozen }
        if !hadWorker { return .slow }
        if !folder.synced || folder.mode == "manual" { return .folderOff }
        let health = try core.store.account(account.id).health
        if health.state != "enabled" || health.syncHealth == "failing" { return .failing }
        if folder.push != nil { return .silent }
        let manifest = try core.registry.manifest(account.provider)
        let limit = account.settings["connections"].flatMap(Int64.init) ?? manifest.limits["connections"] ?? .max
        if manifest.can("watch"), limit < 2 { return .limit }
        return .polling
    }
}

extension Cause {
    /// Why a mailbox is slow although nothing fails (mr_check, verify).
    static let verifying: [Cause] = [frozen, slow, folderOff, failing, silent, limit, polling, unseen]

    static let frozen = Cause(
        "verify.frozen_folder", "outage", "The folder does not show the message",
        "The server took the message, and does not show it in the folder even when it is asked.",
        [
            "Look at the folder with another mail program.",
            "Ask the provider whether the mailbox is damaged or locked.",
        ],
        .provider)
    static let slow = Cause(
        "verify.slow", "connection", "The server is slow",
        "Each step went well, and all of them together took longer than they should.",
        ["Try again at another time of day.", "Look at the provider's status page."], .provider)
    static let folderOff = Cause(
        "verify.folder_off", "setting", "The folder is not looked at by itself",
        "It is set to manual, or not to be synced at all.",
        ["Choose push or an interval for the folder."], .user)
    static let failing = Cause(
        "verify.failing", "connection", "The account's sync fails",
        "The account is not synced because its last attempts failed; its status says why.",
        ["Look at the account's status and follow its steps."], .user)
    static let silent = Cause(
        "verify.push_silent", "connection", "The server does not tell of news",
        "The folder is watched, but the server did not say that a message came.",
        ["Set an interval for the folder.", "Ask the provider whether IDLE works for this mailbox."], .provider)
    static let limit = Cause(
        "verify.connection_limit", "throttling", "No connection is left for push",
        "The account may have one connection alone, and that one is needed to fetch: so the folder is polled.",
        ["Allow the account two connections or more.", "Close other mail programs that use the mailbox."], .user)
    static let polling = Cause(
        "verify.polling", "setting", "The folder is polled",
        "News is seen when the folder's interval has passed: it is not watched, or the server has no push.",
        ["Choose push for the folder, where the server has it.", "Or set a shorter interval."], .user)
    static let unseen = Cause(
        "verify.not_seen", "outage", "The message was accepted and did not come back",
        "The sending server took the message, and the mailbox did not show it within the time allowed.",
        [
            "Look with another mail program whether it is there, also among the junk.",
            "If it is, look at the account's status: mail that is there is not seen here.",
            "If it is not, look again with more time, then ask the provider what became of it.",
        ], .user)
}

extension Cause: Equatable {
    static func == (left: Cause, right: Cause) -> Bool { left.code == right.code }
}
