import Base
import CMailroom

/// The host, for one invocation of one method: settings, secrets, streams, what was found, cancellation.
///
/// Valid until the method that got it returns, on the thread that called it. A session keeps none.
/// A host function that fails throws a `Failure` with the result and no other fact: the host has written its own
/// down already, and they reach the user as they are. Adding facts (`step` ...) is allowed.
package final class Host {
    let table: UnsafePointer<mr_host>
    let context: OpaquePointer
    /// Field objects to be filled again, by their names: they live until the call ends, so a loop over a
    /// million messages must not make one for each.
    var scratch: [String: OpaquePointer] = [:]

    /// For the bridge, and for a test that plays the host.
    package init(table: UnsafePointer<mr_host>, context: OpaquePointer) {
        self.table = table
        self.context = context
    }

    /// Throws where `result` is a failure; else answers it (`MR_OK` or a positive answer).
    @discardableResult
    static func taken(_ result: mr_result) throws(Failure) -> mr_result {
        if result < 0 { throw Failure(result, "") }
        return result
    }

    static func missing(_ name: String) -> Failure {
        .unsupported("the host does not have \(name)")
    }

    // MARK: The account

    /// A setting of the account's form, or nil where it is not set. Numbers are decimal text.
    package func setting(_ name: String) throws(Failure) -> String? {
        guard let call = table.pointee.setting else { throw Host.missing("setting") }
        return try optional { call(context, name, &$0) }.map { String(decoding: $0, as: UTF8.self) }
    }

    /// A secret of the account (`password`), or nil where it is not set. Never logged, never put into a failure.
    package func secret(_ name: String) throws(Failure) -> [UInt8]? {
        guard let call = table.pointee.secret else { throw Host.missing("secret") }
        return try optional { call(context, name, &$0) }.map { Array($0) }
    }

    /// An OAuth access token of the account; `refresh`: the last one was refused. Never logged, never put into a failure.
    package func token(refresh: Bool = false) throws(Failure) -> [UInt8] {
        guard let call = table.pointee.token else { throw Host.missing("token") }
        var out = mr_bytes()
        try Host.taken(call(context, refresh ? 1 : 0, &out))
        return Array(UnsafeRawBufferPointer(out))
    }

    /// What `putState` stored under the key, or nil.
    package func state(_ key: String) throws(Failure) -> [UInt8]? {
        guard let call = table.pointee.state_get else { throw Host.missing("state_get") }
        return try optional { call(context, key, &$0) }.map { Array($0) }
    }

    /// Stores a value of the provider's own; committed together with what this call emits.
    package func putState(_ key: String, _ value: [UInt8]) throws(Failure) {
        guard let call = table.pointee.state_put else { throw Host.missing("state_put") }
        try Host.taken(value.withUnsafeBytes { call(context, key, mr_bytes($0)) })
    }

    private func optional(
        _ call: (inout mr_bytes) -> mr_result
    ) throws(Failure) -> UnsafeRawBufferPointer? {
        var out = mr_bytes()
        let result = call(&out)
        if result == mr_result(MR_E_NOT_FOUND) { return nil }
        try Host.taken(result)
        return UnsafeRawBufferPointer(out)
    }

    // MARK: The call

    /// Throws `MR_E_CANCELLED` where the call is past its deadline or was stopped. For loops without host calls.
    package func check() throws(Failure) {
        guard let call = table.pointee.check else { return }
        try Host.taken(call(context))
    }

    /// Writes down the facts of a failure. The bridge does it for every failure that a method throws.
    package func fail(_ failure: Failure) {
        guard let call = table.pointee.fail else { return }
        var facts = Record()
        facts.set("step", failure.step)
        facts.set("smtp", failure.smtp.map(Int64.init))
        facts.set("enhanced", failure.enhanced)
        facts.set("http", failure.http.map(Int64.init))
        facts.set("code", failure.code)
        facts.set("text", failure.serverText)
        facts.set("retry_after_ms", failure.retryAfterMs)
        facts.set("cause", failure.cause)
        if !failure.message.isEmpty { facts.set("message", failure.message) }
        if facts.fields.isEmpty { return }
        guard let fields = try? Fields(self, facts) else { return }
        _ = call(context, failure.result, fields.pointer)
    }

    /// A line for the operator's log, without secrets. The level is that of syslog(3): 3 error, 4 warning,
    /// 6 information, 7 debug.
    package func log(_ level: Int32, _ text: String) {
        table.pointee.log?(context, level, text)
    }

    /// How far this call is: messages of the folder in a sync, octets of the message in a send; and of how many (0: not
    /// known). In a send the host gives the memory of what has been read back to the system.
    package func progress(done: Int64, total: Int64) {
        table.pointee.progress?(context, done, total)
    }

    /// Milliseconds: since 1970 where `wall`, else of a clock that is never set back.
    package func now(wall: Bool = false) -> Int64 {
        table.pointee.now_ms?(wall ? 1 : 0) ?? 0
    }

    /// Waits, and throws `MR_E_CANCELLED` as soon as the call is stopped.
    package func sleep(milliseconds: Int64) throws(Failure) {
        guard let call = table.pointee.sleep else { throw Host.missing("sleep") }
        try Host.taken(call(context, milliseconds))
    }

    package func random(_ count: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        bytes.withUnsafeMutableBytes { table.pointee.random?($0.baseAddress, count) }
        return bytes
    }

    /// Whether the host has a named feature.
    package func has(_ feature: String) -> Bool {
        guard let call = table.pointee.has else { return false }
        return call(feature) != 0
    }
}

extension mr_bytes {
    /// Borrows the bytes: valid as long as the buffer is.
    package init(_ buffer: UnsafeRawBufferPointer) {
        self.init(data: buffer.baseAddress, size: buffer.count)
    }
}

extension UnsafeRawBufferPointer {
    package init(_ bytes: mr_bytes) {
        self.init(start: bytes.data, count: bytes.data == nil ? 0 : bytes.size)
    }
}
