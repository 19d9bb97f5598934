import Base
import CMailroom

/// An operation that only this provider has, reached by `mr_call(engine, account, name, arguments)`: of a session, with one
/// record of arguments or none. Its result goes out by `host.emit("result", record)`.
package struct Operation {
    /// `mr_result f(mr_session *, mr_context *, const mr_fields *)`
    package typealias WithRecord =
        @convention(c) (OpaquePointer?, OpaquePointer?, OpaquePointer?) -> mr_result
    /// `mr_result f(mr_session *, mr_context *)`
    package typealias Plain = @convention(c) (OpaquePointer?, OpaquePointer?) -> mr_result

    let entry: mr_operation

    /// - Parameters:
    ///   - name: `scheme.verb`, in ASCII.
    ///   - argument: the name of the record in the call's arguments.
    ///   - summary: one line for people.
    ///   - function: a closure without captures: `{ Bridge.run($0, $1, $2) { (session: MySession, host, fields) in ... } }`
    package init(
        _ name: StaticString, argument: StaticString, summary: StaticString, _ function: @escaping WithRecord
    ) {
        entry = Operation.entry(
            name, "r", argument, summary, unsafeBitCast(function, to: (@convention(c) () -> Void).self))
    }

    /// The same without arguments: `{ Bridge.run($0, $1) { (session: MySession, host) in ... } }`
    package init(_ name: StaticString, summary: StaticString, _ function: @escaping Plain) {
        entry = Operation.entry(name, "", "", summary, unsafeBitCast(function, to: (@convention(c) () -> Void).self))
    }

    private static func entry(
        _ name: StaticString, _ signature: StaticString, _ arguments: StaticString, _ summary: StaticString,
        _ function: @escaping @convention(c) () -> Void
    ) -> mr_operation {
        mr_operation(
            size: UInt32(MemoryLayout<mr_operation>.size), flags: 0, name: text(name), signature: text(signature),
            argument_names: text(arguments), summary: text(summary), function: function)
    }

    private static func text(_ text: StaticString) -> UnsafePointer<CChar> {
        UnsafeRawPointer(text.utf8Start).assumingMemoryBound(to: CChar.self)
    }

    /// The C table of a provider's operations, which stays for the life of the process; nil where it has none.
    static func table(_ operations: [Operation]) -> UnsafePointer<mr_operation>? {
        guard !operations.isEmpty else { return nil }
        let table = UnsafeMutablePointer<mr_operation>.allocate(capacity: operations.count)
        for (index, operation) in operations.enumerated() { (table + index).initialize(to: operation.entry) }
        return UnsafePointer(table)
    }
}

extension Bridge {
    /// Runs an operation on a session of this provider.
    package static func run<S: Session>(
        _ session: OpaquePointer?, _ context: OpaquePointer?, _ fields: OpaquePointer?,
        _ body: (S, Host, Fields) throws(Failure) -> Void
    ) -> mr_result {
        answer(session, context, fields) { (session, host, fields) throws(Failure) in
            guard let session = session as? S else { throw Failure(MR_E_INTERNAL, "a session of another provider") }
            try body(session, host, fields)
            return mr_result(MR_OK)
        }
    }

    /// The same for one without arguments.
    package static func run<S: Session>(
        _ session: OpaquePointer?, _ context: OpaquePointer?, _ body: (S, Host) throws(Failure) -> Void
    ) -> mr_result {
        call(session, context) { (session, host) throws(Failure) in
            guard let session = session as? S else { throw Failure(MR_E_INTERNAL, "a session of another provider") }
            try body(session, host)
        }
    }
}
