/// What the writer of a process remembers between transactions: ids of addresses. Used under the writer's gate alone.
final class WriterMemory: @unchecked Sendable {
    private static let limit = 100_000

    private var addresses: [String: Int64] = [:]
    /// Of the running transaction: void where it fails.
    private var added: [String] = []
    private var epoch: Int64 = -1

    /// To be called first in a transaction that uses addresses.
    func expect(epoch: Int64) {
        if epoch != self.epoch || addresses.count > WriterMemory.limit {
            addresses = [:]
            added = []
            self.epoch = epoch
        }
    }

    subscript(key: String) -> Int64? { addresses[key] }

    func learn(_ key: String, _ id: Int64) {
        addresses[key] = id
        added.append(key)
    }

    func keep() { added.removeAll(keepingCapacity: true) }

    func forget() {
        for key in added { addresses[key] = nil }
        added = []
    }
}
