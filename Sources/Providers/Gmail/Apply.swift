import Base
import CMailroom
import PluginKit

/// Carries out one wish at Gmail: flags, move, copy or delete, all of them labels put on and taken off.
struct Apply {
    private let host: Host
    private let api: GmailApi
    private let change: Fields
    private let ref: String
    private let place: FolderPlace

    init(_ host: Host, _ api: GmailApi, _ change: Fields) throws(Failure) {
        self.host = host
        self.api = api
        self.change = change
        place = try FolderPlace(change)
        guard let ref = change.text("ref"), !ref.isEmpty else { throw .invalid("ref", "is missing") }
        self.ref = ref
    }

    /// A message that is not in the folder is `gone`, and a success.
    func run() throws(Failure) {
        guard let message = try api.message(host, ref) else { return try gone() }
        guard place.has(message) else {
            try gone()
            // An earlier try may have moved it.
            if change.text("kind") == "move", try target().has(message) { try placed() }
            return
        }
        switch change.text("kind") {
        case "flags": try flags()
        case "move": try move(message, to: target())
        case "copy": try copy(message, to: target())
        case "delete": try delete(message)
        default: throw .invalid("kind", "is none of flags, move, copy, delete")
        }
    }

    private func target() throws(Failure) -> FolderPlace {
        guard let fields = change.items("target").first else { throw .invalid("target", "is missing") }
        let target = try FolderPlace(fields)
        guard target.label != place.label else { throw .invalid("target", "is the folder in which the message is") }
        return target
    }

    // MARK: the four kinds

    private func flags() throws(Failure) {
        var add: [String] = []
        var remove: [String] = []
        for (field, isAdded) in [("add", true), ("remove", false)] {
            for flag in (change.text(field) ?? "").split(separator: " ") {
                guard let label = GmailLabels.label(of: String(flag)) else {
                    // What it does not have need not be taken away.
                    if !isAdded, flag.lowercased() != "\\draft" { continue }
                    throw refused("Gmail does not keep the flag \(flag)")
                }
                if isAdded != label.isInverse { add.append(label.name) } else { remove.append(label.name) }
            }
        }
        guard let message = try modify(add: add, remove: remove) else { return try gone() }
        try host.emit("flags", Record(["ref": .text(ref), "flags": .text(message.flags)]))
    }

    private func move(_ message: GmailMessage, to target: FolderPlace) throws(Failure) {
        guard !GmailLabels.isFixed(target.label) else {
            throw refused("Gmail itself decides what lies in Sent and in Drafts: nothing can be moved there")
        }
        var remove: [String] = []
        // What goes into Trash or Spam is nowhere else then, whatever labels it keeps.
        if target.label != "TRASH", target.label != "SPAM", place.label != GmailLabels.all {
            guard !GmailLabels.isFixed(place.label) else {
                throw refused(
                    "Gmail keeps what was sent in Sent, and drafts in Drafts: such a message can be copied, not moved")
            }
            remove = [place.label]
        }
        let add = target.label == GmailLabels.all ? [] : [target.label]
        guard let moved = try modify(add: add, remove: remove) else { return try gone() }
        if !place.has(moved) { try gone() }
        if target.has(moved) { try placed() }
    }

    private func copy(_ message: GmailMessage, to target: FolderPlace) throws(Failure) {
        guard !GmailLabels.isFixed(target.label), target.label != "TRASH", target.label != "SPAM",
            target.label != GmailLabels.all, place.label != "TRASH", place.label != "SPAM"
        else { throw refused("at Gmail a message in one of these folders is in no other one beside it") }
        guard let copied = try modify(add: [target.label], remove: []) else { return try gone() }
        if target.has(copied) { try placed() }
        if !place.has(copied) { try gone() }
    }

    /// Takes the folder's label away; where no other folder has the message, it is removed for good.
    private func delete(_ message: GmailMessage) throws(Failure) {
        if message.places.count > 1 {
            guard GmailLabels.isFixed(place.label) else {
                _ = try modify(add: [], remove: [place.label])
                return try gone()
            }
            // Where all of it is to go, the others are gone when this comes again.
            guard change.int("again") == 1 else {
                throw Failure(MR_E_STALE, "the message lies in other folders as well, which go first")
            }
            throw refused("Gmail keeps what was sent in Sent, and drafts in Drafts, as long as it has another label")
        }
        do throws(Failure) {
            try api.delete(
                host, ["messages", ref], cost: GmailApi.Units.delete, step: "delete")
        } catch  where error.result == mr_result(MR_E_NOT_FOUND) {
        }
        try gone()
    }

    // MARK: telling

    private func gone() throws(Failure) { try host.emit("gone", Record(["ref": .text(ref)])) }

    private func placed() throws(Failure) { try host.emit("placed", Record(["ref": .text(ref)])) }

    private func refused(_ why: String) -> Failure {
        var failure = Failure(MR_E_REFUSED, why)
        failure.step = "store"
        return failure
    }

    /// What the message is then; nil where it is not there any more.
    private func modify(add: [String], remove: [String]) throws(Failure) -> GmailMessage? {
        if add.isEmpty, remove.isEmpty { return try api.message(host, ref) }
        var body = Record()
        if !add.isEmpty { body["addLabelIds"] = .list(add.map(Value.text)) }
        if !remove.isEmpty { body["removeLabelIds"] = .list(remove.map(Value.text)) }
        do throws(Failure) {
            return try GmailMessage(
                try api.post(host, ["messages", ref, "modify"], body, cost: GmailApi.Units.modify, step: "store"),
                id: ref)
        } catch  where error.result == mr_result(MR_E_NOT_FOUND) {
            return nil
        }
    }
}
