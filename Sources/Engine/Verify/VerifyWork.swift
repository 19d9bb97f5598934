import Base
import CMailroom
import PluginHost
import Store

/// The round trip of one message: put on the server as another client would do it, seen in the store, flagged on the
/// server, the flag seen, deleted again. Where a worker lives, it is the worker that must see it; else this process
/// syncs itself.
struct VerifyWork {
    let core: Core
    let account: AccountRow
    let interruption: Interruption
    /// By its path; nil: the inbox.
    let path: String?
    /// Within so many milliseconds all of it must have happened.
    let within: Int64
    let runner: JobRunner
    let report: (_ done: Int64, _ total: Int64?, _ note: String) -> Void

    static let steps: Int64 = 5
    private static let lookMs: Int64 = 50
    /// For so long a worker may take to see that the message has gone.
    private static let clearMs: Int64 = 3_000

    struct Trip {
        let folder: FolderRow
        let message: VerifyMessage
        let began: Int64
        let hasWorker: Bool
        var steps: [Record] = []
        var ref: String?
        /// By the server's clock, as it was given.
        var date: Int64 = 0
        /// The step that took too long, and what was found out about it.
        var late: Cause?
        /// The rule by which the store does not keep the message, as its place says it; nil where it is kept.
        var leftOut: String?

        var took: Int64 { Clock.boot() - began }
    }

    /// - Returns: ok, took_ms, within_ms, folder, worker, `steps`, `note` where the mailbox does not keep such a message, and, where
    ///   it took too long, cause, reason and advice.
    func run() throws(Failure) -> Record {
        let folder = try folder()
        var trip = Trip(
            folder: folder, message: try VerifyMessage(account), began: Clock.boot(), hasWorker: try core.hasWorker())
        try step("append", &trip) { (trip) throws(Failure) in
            try append(&trip)
            return nil
        }
        do throws(Failure) {
            try roundTrip(&trip)
        } catch {
            // Whatever went wrong, it is not left behind.
            if trip.ref == nil { trip.ref = try? self.seen(trip)?.ref }
            try? delete(trip)
            throw error
        }
        let took = trip.took
        try? clear(trip)
        return result(trip, took)
    }

    /// The store, too, shall have the message no more when this ends: by the worker's sync where that sees it soon.
    private func clear(_ trip: Trip) throws(Failure) {
        if trip.hasWorker, trip.late == nil, trip.ref != nil {
            let until = Clock.boot() + VerifyWork.clearMs
            while Clock.boot() < until {
                if try seen(trip) == nil { return }
                pause()
                try interruption.check()
            }
        }
        try syncHere(trip, within: 10_000)
    }

    private func roundTrip(_ trip: inout Trip) throws(Failure) {
        try step("see", &trip) { (trip) throws(Failure) in
            try wait(&trip) { (trip) throws(Failure) in try self.seen(trip) != nil }
        }
        let seen = try seen(trip)
        trip.leftOut = seen?.leftOut
        if trip.ref == nil { trip.ref = seen?.ref }
        if trip.ref != nil, trip.late != .frozen {
            try step("flag", &trip) { (trip) throws(Failure) in
                try flag(trip)
                return nil
            }
            try step("see the flag", &trip) { (trip) throws(Failure) in
                try wait(&trip) { (trip) throws(Failure) in try self.seen(trip)?.isFlagged == true }
            }
        }
        try step("delete", &trip) { (trip) throws(Failure) in
            try delete(trip)
            return trip.ref == nil ? "the server did not say where it put the message: delete it by hand" : nil
        }
    }

    /// Does one step and writes it down.
    private func step(
        _ name: String, _ trip: inout Trip, _ body: (inout Trip) throws(Failure) -> String?
    ) throws(Failure) {
        report(Int64(trip.steps.count), VerifyWork.steps, name)
        let began = Clock.boot()
        let note = try body(&trip)
        var row = Record(["step": .text(name)])
        row.set("ok", note == nil ? 1 : 0)
        row.set("ms", Clock.boot() - began)
        row.set("note", note)
        trip.steps.append(row)
        try interruption.check()
    }

    private func folder() throws(Failure) -> FolderRow {
        let folders = try core.store.folders(account.id).filter(\.selectable)
        guard let path else {
            guard let inbox = folders.first(where: \.isInbox) else {
                throw .invalid("folder", "no inbox is known yet: sync first")
            }
            return inbox
        }
        guard let found = folders.first(where: { $0.isNamed(path) }) else { throw .noFolder(path, of: account) }
        return found
    }

    // MARK: on the server

    /// Has `body` done on a session of its own, open no longer than that: an account may be allowed one connection alone, and
    /// the sync needs it.
    private func onServer(
        _ body: (_ session: ProviderSession, _ call: VerifyCall) throws(Failure) -> Void
    ) throws(Failure) {
        let call = VerifyCall(core: core, account: account, interruption: interruption)
        let session = try call.open(account.provider)
        defer { call.close(session, account.provider) }
        try body(session, call)
    }

    private func append(_ trip: inout Trip) throws(Failure) {
        var what = trip.folder.asFields
        what.set("flags", "\\Seen")
        trip.date = Clock.wall()
        what.set("internal_date", trip.date)
        what.set("message_id", trip.message.messageID)
        var placed: String?
        try onServer { (session, call) throws(Failure) in
            try trip.message.bytes.withBytes { (bytes) throws(Failure) in
                try session.append(call.options(account.provider), call, what: what, message: bytes)
            }
            placed = call.placed
        }
        trip.ref = placed
    }

    private func flag(_ trip: Trip) throws(Failure) {
        try apply(trip, Record(["kind": .text("flags"), "add": .text("\\Flagged"), "remove": .text("")]))
    }

    private func delete(_ trip: Trip) throws(Failure) {
        guard trip.ref != nil else { return }
        try apply(trip, Record(["kind": .text("delete"), "message_id": .text(trip.message.messageID)]))
    }

    private func apply(_ trip: Trip, _ fields: Record) throws(Failure) {
        var change = trip.folder.asFields
        change.set("ref", trip.ref)
        for field in fields.fields { change[field.name] = field.value }
        try onServer { (session, call) throws(Failure) in
            try session.apply(call.options(account.provider), call, change: change)
        }
    }

    // MARK: in the store

    private struct Seen {
        let ref: String?
        let isFlagged: Bool
        var leftOut: String?
    }

    /// The message as the store shows it in the folder, or knows it there without keeping it; nil while it does neither.
    private func seen(_ trip: Trip) throws(Failure) -> Seen? {
        let messages = try core.store.find(
            "message", Record(["account": .int(account.id), "message_id": .text(trip.message.messageID)]), after: nil,
            limit: 1)
        guard let id = messages.rows.first?.int("id") else {
            let found = try core.store.notKept(
                folder: trip.folder.id, ref: trip.ref, size: Int64(trip.message.bytes.count), date: trip.date)
            return found.map { Seen(ref: $0.ref, isFlagged: $0.isFlagged, leftOut: $0.reason) }
        }
        let places = try core.store.find(
            "place", Record(["message": .int(id), "folder": .int(trip.folder.id)]), after: nil, limit: 1)
        guard let place = places.rows.first else { return nil }
        return Seen(ref: place.text("ref"), isFlagged: place.texts("flags").contains("\\Flagged"))
    }

    /// Waits until the store shows something.
    /// - Returns: why it is late; nil where it was in time.
    private func wait(
        _ trip: inout Trip, until isThere: (Trip) throws(Failure) -> Bool
    ) throws(Failure) -> String? {
        while trip.took < within {
            if try isThere(trip) { return nil }
            if trip.hasWorker {
                pause()
            } else {
                try syncHere(trip, within: within - trip.took)
            }
            try interruption.check()
        }
        if try isThere(trip) { return nil }
        // Too late. Whether it can be seen at all says what the worker lacks.
        try syncHere(trip, within: 10_000)
        let cause = try VerifyCause(core: core, account: account, within: within).likely(
            trip.folder.id, hadWorker: trip.hasWorker, seenAfterSync: try isThere(trip))
        trip.late = trip.late ?? cause
        return cause.title
    }

    /// One sync of the folder in this process, where nobody else has the account meanwhile: what that one sees counts as well.
    private func syncHere(_ trip: Trip, within milliseconds: Int64) throws(Failure) {
        let until = Clock.boot() + milliseconds
        var taken = try core.leases.take(account.id, .receive, interruption)
        while taken == nil, Clock.boot() < until {
            pause()
            try interruption.check()
            taken = try core.leases.take(account.id, .receive, interruption)
        }
        guard let lease = taken else { return }
        defer {
            core.leases.give(back: account.id, .receive)
            core.freed(account.id)
        }
        _ = try runner.syncAccount(
            try core.store.account(account.id), interruption, lease, only: [trip.folder.path])
    }

    private func pause() { _ = core.running.wait(milliseconds: VerifyWork.lookMs) { _ -> Bool? in nil } }

    // MARK: the result

    private func result(_ trip: Trip, _ took: Int64) -> Record {
        let isOK = trip.late == nil && took <= within && trip.steps.allSatisfy { $0.int("ok") == 1 }
        var record = Record(["account": .int(account.id), "folder": .text(trip.folder.path)])
        record.set("ok", isOK ? 1 : 0)
        record.set("took_ms", took)
        record.set("within_ms", within)
        record.set("worker", trip.hasWorker ? 1 : 0)
        record["steps"] = .list(trip.steps.map(Value.record))
        if let rule = trip.leftOut {
            record.set("note", "the server's message was seen, and is not kept: \(LeftOut.words(rule))")
        }
        let cause = trip.late ?? (isOK ? nil : Cause.slow)
        record.set("cause", cause?.code)
        record.set("reason", cause?.explanation)
        record.set("advice", cause?.advice)
        return record
    }
}
