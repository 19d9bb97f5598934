/// How a store is opened. The defaults are those of `mr_open`.
package struct StoreOptions: Sendable {
    /// False: `MR_E_NOT_FOUND` where the file does not exist.
    package var create = true
    /// 32 bytes that secrets are encrypted with; nil: nothing secret can be read or written.
    package var key: [UInt8]?
    /// A name for the key, kept in the store beside the check value.
    package var keyID = "host"
    /// Keep the key in `<store>.key` (mode 0600), made on first use. Not together with `key`.
    package var keyFile = false
    /// The store's files are for the group, too.
    package var groupAccess = false
    package var changesKeepDays = 30
    /// How long a lease lasts without being renewed.
    package var leaseMs: Int64 = 60_000
    /// How long the last write of a send may hang: whoever takes a lease over waits for expiry and this.
    /// Never taken as more than half of `leaseMs`.
    package var writeDeadlineMs: Int64 = 10_000

    package init() {}
}
