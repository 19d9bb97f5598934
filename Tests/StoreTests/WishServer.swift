import Base
import CMailroom

@testable import Store

/// A mail server of a few lines: folders of messages under numbers that only grow, and whoever carries out wishes on it,
/// with servers that tell the reference and such that do not, with answers that are lost and with refusals.
struct WishServer {
    struct Mail {
        var number: Int
        var flags: Set<String>
    }

    var folders: [Int64: [Int: Mail]] = [:]
    private var next: [Int64: Int] = [:]
    /// Whether it says under which reference a message is put (UIDPLUS).
    var tellsPlaces = true

    init(_ ids: [Int64]) {
        for id in ids {
            folders[id] = [:]
            next[id] = 1
        }
    }

    @discardableResult mutating func put(_ mail: Mail, into folder: Int64) -> Int {
        let ref = next[folder, default: 1]
        next[folder] = ref + 1
        folders[folder]?[ref] = mail
        return ref
    }

    /// A new UIDVALIDITY: other numbers for the same messages.
    mutating func renumber(_ folder: Int64) {
        let there = (folders[folder] ?? [:]).sorted { $0.key < $1.key }.map(\.value)
        folders[folder] = [:]
        for mail in there { put(mail, into: folder) }
    }

    /// What a provider does with a wish: as mailroom_plugin.h says at `apply` and `append`.
    /// - Parameter number: of the message that is wished about.
    mutating func carryOut(_ wish: WishRow, number: Int) -> WishFindings {
        var found = WishFindings()
        guard wish.kind != .append else {
            let earlier = wish.begun ? folders[wish.target ?? 0]?.first { $0.value.number == number }?.key : nil
            let ref =
                earlier ?? put(Mail(number: number, flags: Set(wish.appended?.flags ?? [])), into: wish.target ?? 0)
            found.placed = tellsPlaces ? String(ref) : nil
            return found
        }
        let (folder, ref) = (wish.folder ?? 0, Int(wish.ref ?? "") ?? 0)
        guard var mail = folders[folder]?[ref], mail.number == number else {
            found.gone = true
            return found
        }
        switch wish.kind {
        case .flags:
            mail.flags.subtract(wish.flags.remove)
            mail.flags.formUnion(wish.flags.add.filter { $0 != "Unkept" })
            folders[folder]?[ref] = mail
            found.flags = mail.flags.sorted()
        case .delete:
            folders[folder]?[ref] = nil
            found.gone = true
        case .move, .copy:
            let target = wish.target ?? 0
            let earlier = wish.begun ? folders[target]?.first { $0.value.number == number }?.key : nil
            let put = earlier ?? put(mail, into: target)
            found.placed = tellsPlaces ? String(put) : nil
            if wish.kind == .move {
                folders[folder]?[ref] = nil
                found.gone = true
            }
        case .append: break
        }
        return found
    }

    /// What a whole sync of a folder finds, against the references that the store holds.
    func difference(_ folder: Int64, held: [String]) -> [SyncItem] {
        let there = folders[folder] ?? [:]
        var items: [SyncItem] = held.filter { there[Int($0) ?? 0] == nil }.map { .gone(ref: $0) }
        for (ref, one) in there.sorted(by: { $0.key < $1.key }) {
            let flags = one.flags.sorted()
            items.append(
                held.contains(String(ref))
                    ? .flags(ref: String(ref), flags: flags)
                    : .message(mail(one.number, ref: String(ref), flags: flags)))
        }
        return items
    }
}
