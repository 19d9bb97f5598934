import Base
import PluginHost
import Store

/// The limits that hold for what one account sends: known of its provider, set by somebody, learned from refusals.
struct SendingLimits: Sendable {
    enum Source: String, Sendable {
        case provider
        case set
        case learned
    }

    struct Known: Sendable, Equatable {
        let value: Int64
        let source: Source
    }

    /// The server that takes the mail.
    let host: String
    /// By what they limit; what is absent has no limit.
    private(set) var known: [PacingField: Known] = [:]
    /// What all accounts with the server may send together.
    let hostLimits: [SendingLimit]

    /// - Parameters:
    ///   - set: what was set for the account.
    ///   - together: what was set for the server.
    init(
        host: String, address: String, set: PacingRow?, together: PacingRow?, learned: [LearnedPace.Lesson]
    ) {
        self.host = host
        hostLimits = together?.limits ?? []
        let habits = SendingHabits.of(host, address: address)
        for field in PacingField.allCases {
            if let value = set?.values[field] {
                if value > 0 { known[field] = Known(value: value, source: .set) }
            } else if let value = habits?.values[field] {
                known[field] = Known(value: value, source: .provider)
            }
        }
        for lesson in learned {
            let field = PacingField.of(lesson.limit.unit, lesson.limit.window)
            guard lesson.limit.limit < known[field]?.value ?? .max else { continue }
            known[field] = Known(value: lesson.limit.limit, source: .learned)
        }
    }

    /// Those of the account that count within a window.
    var counted: [SendingLimit] {
        PacingField.allCases.compactMap { field in
            guard let counted = field.counted, let known = known[field] else { return nil }
            return SendingLimit(counted.unit, counted.window, known.value)
        }
    }

    /// How many recipients one message may have: no more than any window has either, or it would never go.
    var recipientsMessage: Int64? {
        let windows = (counted + hostLimits).filter { $0.unit == .recipients }.map(\.limit)
        return (windows + [known[.recipientsMessage]?.value].compactMap(\.self)).min()
    }

    var maxSize: Int64? { known[.maxSize]?.value }
}

extension Core {
    /// The scheme and the server that the account's mail goes out by.
    func sendingServer(_ account: AccountRow) throws(Failure) -> (scheme: String, server: MailServer) {
        let scheme = try registry.manifest(account.provider).sendWith ?? account.provider
        return (scheme, try server(account, scheme))
    }

    func sendingLimits(_ account: AccountRow) throws(Failure) -> SendingLimits {
        let host = try sendingServer(account).server.host
        return SendingLimits(
            host: host, address: account.address, set: try store.pacing(.account(account.id)),
            together: try store.pacing(.host(host)),
            learned: LearnedPace(store, account.id, host).lessons(now: Clock.wall()))
    }
}
