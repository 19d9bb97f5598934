import Base
import CMailroom
import Glibc
import Testing

@testable import Store

/// A directory of its own for one test, removed at the end.
final class Scratch {
    let path: String

    init() throws {
        var template = Array("/tmp/mailroom-store-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { throw Failure(MR_E_STORE, "no temporary directory") }
        path = String(cString: made)
    }

    deinit { Scratch.remove(path) }

    var store: String { path + "/crm.db" }

    private static func remove(_ path: String) {
        if let directory = opendir(path) {
            while let entry = readdir(directory) {
                let name = withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                }
                if name != ".", name != ".." { remove(path + "/" + name) }
            }
            closedir(directory)
            rmdir(path)
        } else {
            unlink(path)
        }
    }
}

let testKey = [UInt8](repeating: 7, count: 32)

func options(key: [UInt8]? = testKey, leaseMs: Int64 = 60_000) -> StoreOptions {
    var options = StoreOptions()
    options.key = key
    options.leaseMs = leaseMs
    return options
}

/// As another process would open it.
func openAside(
    _ path: String, key: [UInt8]? = testKey, leaseMs: Int64 = 60_000, boot: String = "boot-1"
) throws -> Store {
    try Store.open(path, options(key: key, leaseMs: leaseMs), bootID: boot, shared: false)
}

/// A store with one account, one folder and a lease on it.
struct Desk {
    let scratch: Scratch
    let store: Store
    let account: Int64
    let lease: Lease
    let inbox: Int64

    init(leaseMs: Int64 = 60_000) throws {
        let scratch = try Scratch()
        try self.init(scratch, try openAside(scratch.store, leaseMs: leaseMs), ann())
    }

    /// Another account of the same store.
    func second() throws -> Desk {
        var values = ann()
        values.address = "second@example.com"
        return try Desk(scratch, store, values)
    }

    private init(_ scratch: Scratch, _ store: Store, _ values: AccountValues) throws {
        self.scratch = scratch
        self.store = store
        account = try store.insertAccount(values, job: NewJob(kind: "connect")).account
        lease = try #require(try store.acquireLease(account))
        inbox = try store.applyFolders(
            account, [Record(["path": .text("INBOX"), "role": .text("inbox")])], lease: lease)[0]
            .id
    }

    func commit(
        _ items: [SyncItem], cursor: String? = nil, complete: Bool = false, folder: Int64? = nil
    ) throws {
        var batch = SyncBatch(account: account, folder: folder ?? inbox)
        batch.items = items
        batch.cursor = cursor.map { Array($0.utf8) }
        batch.complete = complete
        try store.commit(batch, lease: lease)
    }

    /// As after a round that began later than all that is adrift.
    func sweep() throws { try store.sweepAdrift(account, before: Clock.wall() + 1_000, lease: lease) }

    func messages(_ query: KeyValuePairs<String, Value?> = [:]) throws -> [Record] {
        try store.find("message", Record(query), after: nil, limit: 1000).rows
    }

    /// A contact; without a company it is everybody's.
    func put(
        _ key: String, _ addresses: [String] = [], domains: [String] = [], exact: Bool? = nil, company: Int64? = nil
    ) throws -> Int64 {
        var values = ContactValues()
        values.key = key
        values.addresses = addresses
        values.domains = domains
        values.exact = exact
        try values.check()
        return try store.putContacts([(company, values)])[0]
    }

    func body(_ text: String) throws -> Int64 {
        let writer = try store.bodyBegin()
        let bytes = Array(text.utf8)
        try bytes.withUnsafeBytes { try writer.write($0) }
        return try writer.seal()
    }

    func send(_ to: [String] = ["bob@example.com"], key: String? = nil, digest: [UInt8] = []) throws -> Int64 {
        try store.insertSend(
            NewSend(
                account: account, body: try body("mail to \(to)"), from: "ann@example.com", recipients: to,
                subject: "Hi",
                messageID: "s\(to.count)@example.com", size: 10, idempotencyKey: key, contentDigest: digest)
        ).id
    }
}

func company(
    _ key: String?, name: String? = nil, mailboxes: Int64?? = nil, domains: [String]? = nil
) -> CompanyValues {
    var values = CompanyValues()
    values.key = key
    values.name = name
    values.mailboxes = mailboxes
    values.domains = domains
    return values
}

func ann() -> AccountValues {
    var values = AccountValues(address: "Ann@example.com", provider: "imap")
    values.settings = ["imap_host": "mail.example.com", "imap_port": "993"]
    values.secrets = ["password": Array("geheim".utf8)]
    return values
}

/// The message number `number`, with a body of its own.
func mail(
    _ number: Int, ref: String? = nil, flags: [String] = [], id: String? = nil, inReplyTo: String? = nil,
    references: [String] = [], from: String = "bob@example.com", to: [String] = ["ann@example.com"],
    body: String? = nil,
    historical: Bool = true
) -> IncomingMessage {
    var identity = [UInt8](repeating: 0, count: 32)
    for index in 0..<8 { identity[index] = UInt8(truncatingIfNeeded: number >> (8 * index)) }
    var summary = MessageSummary(identity: identity)
    summary.messageID = id ?? "m\(number)@example.com"
    summary.subject = "Subject \(number)"
    summary.from = [StoredAddress(name: "Bob", address: from)]
    summary.to = to.map { StoredAddress(address: $0) }
    summary.date = 1_700_000_000_000 + Int64(number) * 60_000
    summary.inReplyTo = inReplyTo
    summary.references = references
    summary.preview = "Preview \(number)"
    summary.parts = [
        StoredPart(number: "1", type: "text/plain", charset: "utf-8", size: 10, offset: 100, length: 10),
        StoredPart(
            number: "2", type: "image/png", encoding: "base64", disposition: "attachment", name: "a.png", size: 7,
            attachment: true, offset: 200, length: 12),
    ]
    let text = body ?? "body of \(number)"
    return IncomingMessage(
        ref: ref ?? String(number), flags: flags, internalDate: summary.date + 1, size: Int64(text.utf8.count),
        historical: historical, summary: summary, body: .memory(Array(text.utf8)))
}

func result(_ body: () throws -> Void) -> Int32? {
    do {
        try body()
        return nil
    } catch let failure as Failure {
        return failure.result
    } catch {
        return 1
    }
}

extension Store {
    func updateAccount(
        _ id: Int64, values: AccountChanges, settings: [String: String?], secrets: [String: [UInt8]?]
    ) throws {
        try write { (transaction) throws(Failure) in
            try transaction.updateAccount(id, values: values, settings: settings, secrets: secrets)
        }
    }
}

extension Record {
    func flags() -> [String] { texts("flags") }
}

/// Some tests shift the clocks of the whole process: so all of them run one after the other.
@Suite(.serialized) struct StoreTests {}

/// Queries as arguments of tests: as JSON, and cut.
extension Record: CustomTestStringConvertible {
    public var testDescription: String {
        let text = JSON.text(self)
        return text.utf8.count > 120 ? "\(text.prefix(100))..." : text
    }
}
