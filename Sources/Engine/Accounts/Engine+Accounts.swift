import Base
import CMailroom
import PluginHost
import Store

extension Engine {
    package func connect(_ record: Record) throws(Failure) -> Job {
        try checkOpen()
        try RecordSpec.connect.check(record)
        guard let address = record.text("address"), !address.isEmpty else { throw .invalid("address", "is missing") }
        try Engine.checkAddress(address, "address")
        let scheme = record.text("provider") ?? "imap"
        var form = try form(scheme)
        try form.take(record, beside: .connect)
        var (settings, secrets) = (form.settings, form.secrets)
        settings["auth"] = try Engine.auth(record, form) ?? form.onlyLogin
        let grant = try grant(record, takesTokens: form.takesTokens, for: address, &settings, &secrets)
        if settings["auth"] != nil, settings["auth"] != "password" {
            Engine.fillServers(&settings, scheme, OAuthClient.issuer(settings, address, scheme))
        }
        try form.checkComplete(settings)
        try checkService(settings, secrets, form, address: address)
        if let company = record.int("company") { _ = try known("company", company) }
        var values = AccountValues(address: address, provider: scheme)
        values.userKey = try Engine.line(record, "user_key")
        values.company = record.int("company")
        values.displayName = try Engine.line(record, "display_name")
        values.receives = form.receives(settings)
        values.sends = form.sends(settings)
        values.settings = settings
        values.settings["direction"] = try Engine.direction(record)
        for (name, value) in try SendSettings.read(record) { values.settings[name] = value }
        values.settings["sent_copy"] = try Engine.sentCopy(record)
        values.settings["accept_duplicate"] = try Engine.acceptDuplicate(record)
        values.secrets = secrets
        let made = try core.store.insertAccount(
            values, grant: grant, job: NewJob(kind: "connect", onDeath: .repeat))
        return Job(made.job, self)
    }

    package func reconnect(_ id: Int64, _ record: Record) throws(Failure) -> Job {
        try checkOpen()
        try RecordSpec.reconnect.check(record)
        let account = try core.store.account(id)
        var form = try form(account.provider)
        try form.take(record, beside: .reconnect)
        var (given, secrets) = (form.settings, form.secrets)
        if let auth = try Engine.auth(record, form) { given["auth"] = auth }
        let grant = try grant(record, takesTokens: form.takesTokens, for: account.address, &given, &secrets)
        var settings = account.settings.merging(given) { $1 }
        for name in form.cleared { settings[name] = nil }
        try form.checkComplete(settings)
        let isDisconnected = account.health.state == "disconnected"
        if isDisconnected { try form.checkLogin(settings, isAuthorized: grant != nil) }
        if isDisconnected || given["auth"] == "service" || secrets["service_key"] != nil
            || secrets["service_certificate"] != nil
        {
            try checkService(settings, secrets, form, address: account.address, account: account)
        }
        var changes = AccountChanges()
        changes.userKey = try Engine.line(record, "user_key")
        if let company = record.int("company") {
            if company != 0 { _ = try known("company", company) }
            changes.company = company
        }
        changes.displayName = try Engine.line(record, "display_name")
        changes.receives = form.receives(settings)
        changes.sends = form.sends(settings)
        var changedSettings: [String: String?] = given.mapValues { $0 }
        var changedSecrets: [String: [UInt8]?] = secrets.mapValues { $0 }
        if let direction = try Engine.direction(record) { changedSettings["direction"] = direction }
        changedSettings.merge(try SendSettings.read(record)) { $1 }
        if let accepts = try Engine.acceptDuplicate(record) { changedSettings["accept_duplicate"] = accepts }
        if let copy = try Engine.sentCopy(record) {
            changedSettings["sent_copy"] = copy
            try core.store.forgetCopyHabit(of: id)
        }
        for name in form.cleared {
            if form.isSecret(name) {
                changedSecrets.updateValue(nil, forKey: name)
            } else {
                changedSettings.updateValue(nil, forKey: name)
            }
        }
        if grant != nil, secrets["client_secret"] == nil, settings["client_id"] != account.settings["client_id"] {
            changedSecrets.updateValue(nil, forKey: "client_secret")
        }
        let job = try core.store.reconnectAccount(
            id, values: changes, settings: changedSettings, secrets: changedSecrets, grant: grant,
            forgetsToken: Engine.changesLogin(account, settings),
            job: NewJob(kind: "reconnect", account: id, onDeath: .repeat))
        if try core.store.account(id).health.state == "pending" { core.forget(id) }
        return Job(job, self)
    }

    package func disconnect(_ id: Int64, _ options: Record) throws(Failure) {
        try checkOpen()
        try RecordSpec.disconnect.check(options)
        let erase = options.int("erase") ?? 0
        guard (0...1).contains(erase) else { throw .invalid("erase", "is neither 0 nor 1") }
        try core.store.disconnectAccount(id, erase: erase == 1)
        core.forget(id)
    }

    package func status(_ id: Int64) throws(Failure) -> Record {
        try checkOpen()
        return try shown("account", try core.store.accountStatus(id))
    }

    private static func direction(_ record: Record) throws(Failure) -> String? {
        guard let direction = record.text("direction") else { return nil }
        guard direction == "two_way" || direction == "read_only" else {
            throw .invalid("direction", "is neither two_way nor read_only")
        }
        return direction
    }

    private static func acceptDuplicate(_ record: Record) throws(Failure) -> String? {
        guard let accepts = record.int("accept_duplicate") else { return nil }
        guard (0...1).contains(accepts) else { throw .invalid("accept_duplicate", "is neither 0 nor 1") }
        return String(accepts)
    }

    private static func sentCopy(_ record: Record) throws(Failure) -> String? {
        guard let choice = record.text("sent_copy") else { return nil }
        guard SentCopies.choices.contains(choice) else {
            throw .invalid("sent_copy", "is none of \(SentCopies.choices.joined(separator: ", "))")
        }
        return choice
    }

    func form(_ scheme: String) throws(Failure) -> AccountForm {
        do throws(Failure) {
            return try AccountForm(scheme, core.registry)
        } catch  where error.result == Int32(MR_E_NOT_FOUND) {
            throw .invalid("provider", "there is no provider '\(scheme)' here")
        }
    }

    /// - Throws: `MR_E_INVALID` naming the field, where the row does not exist.
    func known(_ kind: String, _ id: Int64) throws(Failure) -> Record {
        do throws(Failure) {
            return try core.store.get(kind, id)
        } catch  where error.result == Int32(MR_E_NOT_FOUND) {
            throw .invalid(kind, "there is no \(kind) \(id)")
        }
    }

    /// An address that could be a mailbox: one @, something before and behind it, no blanks or control characters.
    static func checkAddress(_ address: String, _ field: String) throws(Failure) {
        let parts = address.split(separator: "@", omittingEmptySubsequences: false)
        let clean = address.unicodeScalars.allSatisfy {
            $0.value > 32 && $0.value != 127 && !"<>,;\"".unicodeScalars.contains($0)
        }
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty, clean, address.utf8.count <= 320 else {
            throw .invalid(field, "'\(address.prefix(100))' is not a mail address")
        }
    }

    /// A text of one line, at most 998 bytes.
    static func line(_ record: Record, _ field: String) throws(Failure) -> String? {
        guard let text = record.key(field) else { return nil }
        guard text.utf8.count <= 998, text.unicodeScalars.allSatisfy({ $0.value >= 32 && $0.value != 127 }) else {
            throw .invalid(field, "is not one line of at most 998 bytes")
        }
        return text
    }
}
