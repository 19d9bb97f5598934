import Base
import CMailroom
import Mime
import PluginHost
import Store

/// Whether what an account sends gets a copy in its Sent folder, and who puts it there.
struct SentCopies {
    enum Rule: Equatable {
        /// None is wanted, or there is nowhere to put it.
        case none
        case server
        case append
        /// Not known yet: the server may keep its own, and a look after the first message tells.
        case look
    }

    let core: Core
    let account: AccountRow

    /// So long after a message was accepted the server's own copy of it is looked for, where nobody knows yet.
    static let lookAfterMs: Int64 = 10_000
    static let choices = ["auto", "always", "never"]

    func rule() throws(Failure) -> Rule {
        let manifest = try core.registry.manifest(account.provider)
        let choice = account.settings["sent_copy"] ?? "auto"
        guard account.receives, account.settings["direction"] != "read_only", manifest.can("append"), choice != "never"
        else { return .none }
        if choice == "always" { return .append }
        let sender = try core.server(account, manifest.sendWith ?? account.provider)
        let holder = try core.receivingServer(account)
        if SentHabit.keeps(sender: sender.host, holder: holder.host) { return .server }
        switch try core.store.copyHabit(of: account.id) {
        case true?: return .server
        case false?: return .append
        case nil: return manifest.can("find_sent") ? .look : .append
        }
    }

    /// What is stored with a message that somebody has just accepted.
    static func begin(_ rule: Rule, _ send: SendRow) -> SentCopy {
        guard send.params.int("sent_copy") != 0 else { return .none }
        switch rule {
        case .none: return .none
        case .server: return .server
        case .append: return .wanted(afterMs: 0)
        case .look: return .wanted(afterMs: lookAfterMs)
        }
    }

    /// Settles copies that are wanted, by a rule that is known. From then on the store shows them, and a wish puts them
    /// there.
    func settle(_ sends: [AttendedSend], _ rule: Rule, lease: Lease) throws(Failure) {
        guard !sends.isEmpty else { return }
        let store = core.store
        switch rule {
        case .look: return
        case .none: try store.setCopies(sends.map(\.id), nil, account: account.id, lease: lease)
        case .server: try store.setCopies(sends.map(\.id), "server", account: account.id, lease: lease)
        case .append:
            guard let folder = try folder() else {
                try store.setCopies(sends.map(\.id), "lost", account: account.id, lease: lease)
                var log = NewLog(
                    account: account.id, level: "warning", what: "send",
                    message: "no copy was put into Sent: \(account.address) has no folder with the role sent",
                    send: sends.first?.id)
                log.cause = "folders.sent_missing"
                return try store.addLog(log)
            }
            var copies: [NewAppend] = []
            var lost: [Int64] = []
            for send in sends {
                if let copy = try copy(of: send, into: folder) { copies.append(copy) } else { lost.append(send.id) }
            }
            try store.setCopies(lost, "lost", account: account.id, lease: lease)
            try store.wishCopies(copies, lease: lease)
        }
    }

    /// The account's folder for sent mail.
    func folder() throws(Failure) -> FolderRow? {
        try core.store.folders(account.id).filter { $0.role == "sent" && $0.selectable }.min { $0.id < $1.id }
    }

    /// Nil where the content is not there any more, or can no longer be made.
    private func copy(of send: AttendedSend, into folder: FolderRow) throws(Failure) -> NewAppend? {
        let body: Int64
        do throws(Failure) {
            body = try SendContent(core.store).body(try core.store.sendRow(send.id))
        } catch {
            // A store that cannot be read or written just now says nothing of it.
            guard !error.isOfTheStore else { throw error }
            return nil
        }
        var parser = MessageParser()
        let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 * 1024, alignment: 8)
        defer { piece.deallocate() }
        var at: Int64 = 0
        while true {
            let got = try core.store.bodyRead(body, offset: at, into: piece)
            guard got > 0 else { break }
            parser.feed(UnsafeRawBufferPointer(rebasing: piece[..<got]))
            at += Int64(got)
        }
        let date = send.sentAt / 1000 * 1000  // what servers keep of it
        let message = IncomingMessage(
            ref: "", flags: ["\\Seen"], internalDate: date, size: at, historical: false,
            summary: parser.finish().summary(date: date), body: .staged(body))
        return NewAppend(account: account.id, folder: folder.id, message: message, send: send.id)
    }
}
