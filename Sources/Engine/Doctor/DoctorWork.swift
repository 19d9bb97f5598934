import Base
import CMailroom
import PluginHost
import Store

/// Looks at all that an account needs, one step after the other, on sessions of its own: its access token, the way to each server,
/// the login, the folders, what stands in the store, the sending domain. Each side ends at its first failure; nothing is changed.
struct DoctorWork {
    let core: Core
    let account: AccountRow
    let interruption: Interruption
    let runner: JobRunner
    /// By the boot clock.
    let until: Int64
    /// Whether a message is sent to the account's own address.
    let sends: Bool
    let resolver: String?
    let words: CauseWords
    let report: (_ done: Int64, _ note: String) -> Void

    /// The way to a server, in the order in which it is shown.
    static let way = ["name_resolution", "port", "tls", "greeting", "capabilities", "login"]

    /// - Returns: account, address, ok, `steps`, and of the first failure cause, title, reason, advice and server_text.
    func run() throws(Failure) -> Record {
        var chart = DoctorChart()
        if try begins(&chart) {
            if let step = try authentication() { chart.add(step) }
            if account.receives { try receiving(&chart) }
            if account.sends { try sending(&chart) }
            try standing(&chart)
            chart.add(try discovery(chart))
        } else {
            chart.skip("discovery", because: "nothing is tried")
        }
        var record = Record(["account": .int(account.id), "address": .text(account.address)])
        let failed = chart.firstFailure?.record(words)
        record.set("ok", failed == nil ? 1 : 0)
        for name in ["step", "side", "cause", "title", "reason", "advice", "server_text"] {
            if let value = failed?[name] { record[name == "step" ? "failed_step" : name] = value }
        }
        record["steps"] = .list(chart.steps.map { .record($0.record(words)) })
        return record
    }

    /// Whether there is anything to look at.
    private func begins(_ chart: inout DoctorChart) throws(Failure) -> Bool {
        var step = DoctorStep(
            "account", found: "\(account.health.state) since \(Advice.pastMinute(account.health.since))")
        defer { chart.add(step) }
        guard let failure = account.unworkable else { return true }
        step.fails(failure)
        return account.health.state == "connection_issue"
    }

    // MARK: the way to a server

    /// - Returns: the open session, where it came to that.
    func look(
        _ side: HealthRules.Side, _ scheme: String, _ call: AccountCall, _ chart: inout DoctorChart
    ) throws(Failure) -> ProviderSession? {
        if chart.steps.contains(where: { $0.step == "authentication" && !$0.isOK }) {
            // No connection is begun without a token, and the issuer need not be asked again.
            for name in DoctorWork.way { chart.skip(name, side, because: "authentication failed") }
            return nil
        }
        report(Int64(chart.steps.count), side == .receive ? "the server that mail comes from" : "the sending server")
        let trace = SessionTrace()
        call.trace = trace
        defer { call.trace = nil }
        let began = Clock.boot()
        do throws(Failure) {
            let session = try call.open(scheme)
            for name in DoctorWork.way {
                if let seen = trace.steps.last(where: { $0.name == name }) {
                    chart.add(DoctorStep(name, side, found: seen.found, ms: seen.ms))
                } else if name == "capabilities", let capabilities = call.capabilities {
                    chart.add(DoctorStep(name, side, found: capabilities))
                } else if name == "login" {
                    let user = side == .receive ? call.setting("user") : call.setting("smtp_user")
                    chart.add(DoctorStep(name, side, found: user, ms: Clock.boot() - began))
                } else if name == "tls", !trace.steps.isEmpty {
                    chart.add(DoctorStep(name, side, found: "none: the settings say so"))
                }
            }
            return session
        } catch {
            guard error.result != Int32(MR_E_CANCELLED) || error.code == "deadline" else { throw error }
            blame(error, side, trace, &chart)
            return nil
        }
    }

    /// Writes the steps of a way that led nowhere.
    private func blame(
        _ failure: Failure, _ side: HealthRules.Side, _ trace: SessionTrace, _ chart: inout DoctorChart
    ) {
        let told = side == .send ? SendOutcome.told(failure) : failure
        let failed = DoctorWork.step(of: failure, trace)
        let at = DoctorWork.way.firstIndex(of: failed)
        let isByHTTP = DoctorWork.isByHTTP(trace)
        for (index, name) in DoctorWork.way.enumerated() where at != nil {
            if index == at {
                // What a server greets with that is none of its kind is worth reading.
                let seen = trace.steps.last { $0.name == name }
                var step = DoctorStep(name, side, found: seen?.found, ms: seen?.ms)
                step.fails(explained(told, side))
                chart.add(step)
            } else if let seen = trace.steps.last(where: { $0.name == name }) {
                chart.add(DoctorStep(name, side, found: seen.found, ms: seen.ms))
            } else if let at, index > at {
                chart.skip(name, side, because: "\(failed) failed")
            } else if isByHTTP {
                continue
            } else if name == "tls", !trace.steps.isEmpty {
                chart.add(DoctorStep(name, side, found: "none: the settings say so"))
            } else {
                chart.skip(name, side, because: "it did not come to that before \(failed) failed")
            }
        }
        if at == nil {
            var step = DoctorStep(failed, side)
            step.fails(explained(told, side))
            chart.add(step)
            for name in DoctorWork.way { chart.skip(name, side, because: "\(failed) failed") }
        }
    }

    func explained(_ failure: Failure, _ side: HealthRules.Side) -> Failure {
        let (provider, statusURL) = core.knownProvider(account, side)
        return failure.understood().explained(at: provider, statusURL: statusURL)
    }

    /// At which step of the way it failed; beside it: plugin, or connections where a limit of this house stood against it.
    private static func step(of failure: Failure, _ trace: SessionTrace) -> String {
        let seen = Set(trace.steps.map(\.name))
        switch failure.step {
        case "dial": return seen.contains("name_resolution") ? "port" : "name_resolution"
        case "tls", "starttls": return "tls"
        case _ where seen.isEmpty:
            return switch Int(failure.result) {
            case MR_E_INVALID, MR_E_AUTH: "login"
            case MR_E_THROTTLED, MR_E_BUSY: "connections"
            default: "plugin"
            }
        // Also where it is said behind a login that went well.
        case _ where failure.result == Int32(MR_E_AUTH): return "login"
        case "greeting": return failure.cause == "tls.unsaid" ? "tls" : "greeting"
        case "capability": return "capabilities"
        default: return seen.contains("greeting") || isByHTTP(trace) ? "login" : "greeting"
        }
    }

    /// An answer came by HTTP: nobody greets there, and the name was looked up by whoever made the connection.
    private static func isByHTTP(_ trace: SessionTrace) -> Bool {
        trace.steps.first.map { $0.name == "port" } ?? false
    }

    // MARK: receiving

    private func receiving(_ chart: inout DoctorChart) throws(Failure) {
        let call = FolderCall(core: core, account: account, interruption: interruption)
        guard let session = try look(.receive, account.provider, call, &chart) else {
            chart.skip("folders", .receive, because: "there is no session")
            chart.skip("special_use", .receive, because: "there is no session")
            return
        }
        defer { call.close(session, account.provider) }
        let began = Clock.boot()
        var step = DoctorStep("folders", .receive)
        do throws(Failure) {
            try session.folders(call.options(account.provider, within: max(until - began, 1_000)), call)
            step.found = "\(call.folders.count) listed"
        } catch {
            guard error.result != Int32(MR_E_CANCELLED) || error.code == "deadline" else { throw error }
            step.fails(explained(error, .receive))
        }
        step.ms = Clock.boot() - began
        chart.add(step)
        guard step.isOK else { return chart.skip("special_use", .receive, because: "folders failed") }
        chart.add(try specialUse(call.folders))
    }

    /// Which folder is for what, as the user set it, else as the server says.
    private func specialUse(_ listed: [Record]) throws(Failure) -> DoctorStep {
        var roles: [String: String] = [:]
        for folder in listed {
            guard let role = folder.text("role"), let path = folder.text("path") else { continue }
            roles[role] = roles[role] ?? path
        }
        for folder in try core.store.folders(account.id) { if let role = folder.role { roles[role] = folder.path } }
        var step = DoctorStep("special_use", .receive)
        let known = ["inbox", "sent", "drafts", "trash", "junk", "archive"].compactMap { role in
            roles[role].map { "\(role): \($0)" }
        }
        step.found = known.joined(separator: ", ")
        let appends = try core.registry.manifest(account.provider).can("append")
        if roles["sent"] == nil, account.sends, appends, account.settings["sent_copy"] != "never" {
            step.fails("folders.sent_missing")
        }
        return step
    }
}
