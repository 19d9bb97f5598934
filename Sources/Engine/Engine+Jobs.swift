import Base
import CMailroom
import PluginHost
import Store

extension Engine {
    package func sync(_ account: Int64, _ options: Record) throws(Failure) -> Job {
        try checkOpen()
        try RecordSpec.syncOptions.check(options)
        let row = try core.store.account(account)
        guard row.health.state != "disconnected" else {
            throw Failure(MR_E_CLOSED, "\(row.address) is disconnected; reconnect it first")
        }
        guard row.receives else { throw .unsupported("\(row.address) only sends: there is nothing to sync") }
        return Job(
            try core.store.insertJob(NewJob(kind: "sync", account: account, params: options, onDeath: .resume)), self)
    }

    package func call(_ account: Int64, _ operation: String, _ arguments: Record) throws(Failure) -> Job {
        try checkOpen()
        let row = try core.store.account(account)
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

    // What later versions complete: known, and said so.

    package func discover(_ address: String) throws(Failure) -> Job {
        try checkOpen()
        try Engine.checkAddress(address, "address")
        throw .unsupported("finding settings by address comes with a later version; give the servers to mr_connect")
    }

    package func authorize(_ request: Record) throws(Failure) -> Record {
        try checkOpen()
        throw .unsupported("OAuth 2.0 comes with a later version; connect with a password")
    }

    package func tokenPut(_ account: Int64, _ token: Record) throws(Failure) {
        try checkOpen()
        _ = try core.store.account(account)
        throw .unsupported("OAuth 2.0 comes with a later version")
    }

    package func audit(_ account: Int64, _ options: Record) throws(Failure) -> Job {
        try checkOpen()
        _ = try core.store.account(account)
        throw .unsupported("the audit comes with a later version")
    }

    package func check(_ what: String, _ arguments: Record) throws(Failure) -> Job {
        try checkOpen()
        guard ["doctor", "verify", "domain"].contains(what) else {
            throw .invalid("what", "'\(what)' is neither doctor, verify nor domain")
        }
        throw .unsupported("the check '\(what)' comes with a later version")
    }

    package func maintain(_ what: String, _ arguments: Record) throws(Failure) -> Job {
        try checkOpen()
        guard ["erase", "export", "backup", "rekey", "compact"].contains(what) else {
            throw .invalid("what", "'\(what)' is neither erase, export, backup, rekey nor compact")
        }
        throw .unsupported("the work '\(what)' comes with a later version; mr_disconnect erases")
    }
}
