import Base
import CMailroom
import PluginHost
import Store

extension Engine {
    package func sync(_ account: Int64, _ options: Record) throws(Failure) -> Job {
        try checkOpen()
        try RecordSpec.syncOptions.check(options)
        try Engine.flag(options, "walk")
        try receiving(account, toDo: "sync")
        return Job(
            try core.store.insertJob(NewJob(kind: "sync", account: account, params: options, onDeath: .resume)), self)
    }

    package func call(_ account: Int64, _ operation: String, _ arguments: Record) throws(Failure) -> Job {
        try checkOpen()
        let row = try core.store.account(account)
        try row.checkWorkable()
        let provider = try core.registry.provider(row.provider)
        guard provider.operationNames.contains(operation) else {
            throw .unsupported("provider \(row.provider) has no operation '\(operation)'")
        }
        let params = Record(["operation": .text(operation), "arguments": .record(arguments)])
        return Job(
            try core.store.insertJob(NewJob(kind: "call", account: account, params: params, onDeath: .fail)), self)
    }

    package func jobOpen(_ id: Int64) throws(Failure) -> Job {
        try checkOpen()
        _ = try core.store.job(id)
        return Job(id, self)
    }

    package func audit(_ account: Int64, _ options: Record) throws(Failure) -> Job {
        try checkOpen()
        try RecordSpec.auditOptions.check(options)
        try Engine.flag(options, "heal")
        try receiving(account, toDo: "audit")
        return Job(
            try core.store.insertJob(NewJob(kind: "audit", account: account, params: options, onDeath: .repeat)), self)
    }

    package func check(_ what: String, _ arguments: Record) throws(Failure) -> Job {
        try checkOpen()
        switch what {
        case "verify": return try verify(arguments)
        case "domain": return try checkDomain(arguments)
        case "doctor": return try doctor(arguments)
        default: throw .invalid("what", "'\(what)' is neither doctor, verify nor domain")
        }
    }

    private func verify(_ arguments: Record) throws(Failure) -> Job {
        try RecordSpec.verifyArguments.check(arguments)
        guard let account = arguments.int("account") else { throw .invalid("account", "is missing") }
        if let within = arguments.int("timeout_ms"), !JobRunner.verifyWithinMs.contains(within) {
            let range = JobRunner.verifyWithinMs
            throw .invalid("timeout_ms", "\(within) is not within \(range.lowerBound) to \(range.upperBound)")
        }
        try receiving(account, toDo: "verify")
        let row = try core.store.account(account)
        guard row.settings["direction"] != "read_only" else {
            var failure = Failure(
                MR_E_REFUSED, "\(row.address) is connected with direction=read_only: nothing is put on its server")
            failure.advice = "To verify it, reconnect it with direction=two_way; an audit changes nothing."
            throw failure
        }
        guard try core.registry.manifest(row.provider).can("append") else {
            throw .unsupported("provider \(row.provider) cannot add messages: there is no round trip to verify")
        }
        return Job(
            try core.store.insertJob(NewJob(kind: "verify", account: account, params: arguments, onDeath: .fail)), self)
    }

    /// - Throws: where the account is not one that mail comes in through.
    private func receiving(_ account: Int64, toDo what: String) throws(Failure) {
        let row = try core.store.account(account)
        try row.checkWorkable()
        guard row.receives else { throw .unsupported("\(row.address) only sends: there is nothing to \(what)") }
    }

    /// A field that is 0 or 1, or absent.
    static func flag(_ record: Record, _ name: String) throws(Failure) {
        guard let value = record.int(name), !(0...1).contains(value) else { return }
        throw .invalid(name, "is neither 0 nor 1")
    }

    package func maintain(_ what: String, _ arguments: Record) throws(Failure) -> Job {
        try checkOpen()
        guard ["erase", "export", "backup", "rekey", "compact"].contains(what) else {
            throw .invalid("what", "'\(what)' is neither erase, export, backup, rekey nor compact")
        }
        throw .unsupported("the work '\(what)' comes with a later version; mr_disconnect erases")
    }
}
