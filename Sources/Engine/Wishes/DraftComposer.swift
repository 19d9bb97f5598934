import Base
import CMailroom
import Mime
import Store

/// Turns what a caller wants to have in a folder into a message and a wish. Nothing is stored of it but a large body.
struct DraftComposer {
    let store: Store
    let account: AccountRow

    func compose(_ values: Record) throws(Failure) -> NewAppend {
        let folder = try folder(values)
        let flags = values["flags"] == nil ? DraftComposer.usual(folder.role) : try Engine.flags(values, "flags")
        var fields = Record()
        fields.set("flags", flags.joined(separator: " "))
        fields.set("internal_date", Clock.wall() / 1000 * 1000)  // what servers keep of it
        let intake = MessageIntake(fields, announced: -1, account, store)
        do throws(Failure) {
            try Composer(store: store, account: account).writeDraft(content(values)) { (bytes) throws(Failure) in
                try intake.take(bytes)
            }
            return NewAppend(
                account: account.id, folder: folder.id, message: try intake.finish(), replaces: values.int("replaces"))
        } catch {
            intake.abandon()
            throw error
        }
    }

    /// By its id, or by its role; a draft by default.
    private func folder(_ values: Record) throws(Failure) -> FolderRow {
        let folders = try store.folders(account.id)
        if let id = values.int("folder") {
            guard values["role"] == nil else { throw .invalid("role", "cannot stand beside folder") }
            guard let folder = folders.first(where: { $0.id == id }) else {
                throw .notFound("folder \(id) of \(account.address)")
            }
            return folder
        }
        let role = values.text("role") ?? "drafts"
        guard let folder = folders.first(where: { $0.role == role && $0.selectable }) else {
            throw Failure(
                MR_E_NOT_FOUND,
                "\(account.address) has no folder with the role '\(role.prefix(40))': give one that role, or name a folder"
            )
        }
        return folder
    }

    private static func usual(_ role: String?) -> [String] {
        switch role {
        case "drafts": ["\\Draft", "\\Seen"]
        case "sent": ["\\Seen"]
        default: []
        }
    }

    private func content(_ values: Record) -> Record {
        var content = Record()
        for field in values.fields where RecordSpec.outgoing.field(field.name) != nil {
            content[field.name] = field.value
        }
        return content
    }
}
