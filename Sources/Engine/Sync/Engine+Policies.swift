import Base
import Store

/// What is kept of an account's mail. A changed policy is applied to what is there with the next sync: what is wanted now and
/// was left out is fetched; what is stored stays.
extension Engine {
    func putPolicy(_ values: Record) throws(Failure) -> Int64 {
        try Engine.checkPolicy(values)
        guard let account = values.int("account") else { throw .invalid("account", "is missing") }
        return try core.store.putPolicy(
            PolicyRow(
                account: account, keep: values.text("keep") ?? "all", since: try Engine.since(values) ?? nil,
                maxSize: try Engine.maxSize(values) ?? nil))
    }

    func updatePolicy(_ id: Int64, _ values: Record) throws(Failure) {
        try Engine.checkPolicy(values)
        guard values["account"] == nil else { throw .invalid("account", "a policy stays with its account") }
        var changes = PolicyChanges()
        changes.keep = values.text("keep")
        changes.since = try Engine.since(values)
        changes.maxSize = try Engine.maxSize(values)
        try core.store.updatePolicy(id, changes)
    }

    private static func checkPolicy(_ values: Record) throws(Failure) {
        try RecordSpec.named("policy")?.check(values)
    }

    /// Nil where it is absent; 0 takes the limit away.
    private static func maxSize(_ values: Record) throws(Failure) -> Int64?? {
        guard let size = values.int("max_size") else { return nil }
        guard size >= 0 else { throw .invalid("max_size", "is below 0") }
        return .some(size == 0 ? nil : size)
    }
}
