import Base

/// What one invocation of a plugin asks of the engine, and what it found. One object an invocation; every
/// function is called on the thread that made the invocation.
///
/// A `Failure` thrown here reaches the plugin as its result code; when the plugin returns, the first of them is
/// what the invocation throws, whatever the plugin answered.
package protocol CallDelegate: AnyObject {
    /// A setting of the account (not a secret); nil where it has none, and then the manifest's default holds.
    func setting(_ name: String) -> String?
    /// A secret of the account, decrypted; nil where it has none.
    func secret(_ name: String) -> [UInt8]?
    /// An OAuth access token that is good for a while yet; `refresh`: the one given last was refused.
    func token(refresh: Bool) throws(Failure) -> [UInt8]
    /// Asked before each HTTP request: waits until the provider's budgets have room for it.
    /// - Returns: what is kept while the request is under way; nil where nothing counts.
    func admit(_ need: RequestNeed) throws(Failure) -> (any AnyObject & Sendable)?
    /// The server asked to be left alone for so long.
    func heldOff(_ milliseconds: Int64, _ need: RequestNeed)
    func stateGet(_ key: String) throws(Failure) -> [UInt8]?
    /// Stored with what this invocation emitted, at the next commit. Empty: removes the key.
    func statePut(_ key: String, _ value: [UInt8]) throws(Failure)
    /// - Returns: MR_OK, or MR_COMMIT_NOW where much has gathered.
    func emit(_ kind: String, _ fields: Record) throws(Failure) -> Int32
    /// - Returns: MR_OK (fetch the body) or MR_SKIP.
    func want(_ header: Record) throws(Failure) -> Int32
    /// One page of what the store holds of a folder: a list `items` of {ref, flags} and an int `next` (0: no more).
    func known(_ folder: Record, after: Int64) throws(Failure) -> Record
    /// A body follows in pieces. `size` is -1 where the provider does not know it.
    func messageBegin(_ fields: Record, size: Int64) throws(Failure)
    func messageData(_ bytes: UnsafeRawBufferPointer) throws(Failure)
    /// - Returns: MR_OK or MR_COMMIT_NOW.
    func messageEnd() throws(Failure) -> Int32
    /// The plugin gave up in the middle of a body: what was staged of it is dropped.
    func messageAbandoned()
    func commit(_ cursor: [UInt8]) throws(Failure)
    func progress(done: Int64, total: Int64)
    /// One line of the plugin's own; the level is that of syslog(3), 3 (error) to 7 (debug).
    func log(level: Int32, _ text: String)
    /// - Throws: `MR_E_CANCELLED` where the work shall stop. The deadline is the host's own check.
    func checkCancelled() throws(Failure)
}

extension CallDelegate {
    package func token(refresh: Bool) throws(Failure) -> [UInt8] {
        throw .unsupported("the account does not log in by OAuth")
    }
    package func messageAbandoned() {}
    package func admit(_ need: RequestNeed) throws(Failure) -> (any AnyObject & Sendable)? { nil }
    package func heldOff(_ milliseconds: Int64, _ need: RequestNeed) {}
}

/// What one HTTP request takes of a provider's budgets.
package struct RequestNeed {
    package let manifest: ProviderManifest
    package let units: Int64
    /// Of its body.
    package let octets: Int64
    /// By the boot clock: until when it may wait.
    package let deadline: Int64

    package init(manifest: ProviderManifest, units: Int64, octets: Int64, deadline: Int64) {
        self.manifest = manifest
        self.units = units
        self.octets = octets
        self.deadline = deadline
    }
}
