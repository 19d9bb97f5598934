/// The time over which a limit of sending counts: always the one that ends now.
package enum SendingWindow: String, CaseIterable, Sendable {
    case minute
    case hour
    case day

    package var milliseconds: Int64 {
        switch self {
        case .minute: 60_000
        case .hour: 3_600_000
        case .day: 86_400_000
        }
    }
}

/// What a limit of sending counts.
package enum SendingUnit: String, Sendable {
    case messages
    case recipients
}

/// So many messages, or recipients, in any window of that length.
package struct SendingLimit: Sendable, Equatable {
    package var unit: SendingUnit
    package var window: SendingWindow
    /// At least 1.
    package var limit: Int64

    package init(_ unit: SendingUnit, _ window: SendingWindow, _ limit: Int64) {
        self.unit = unit
        self.window = window
        self.limit = limit
    }
}

/// The limits of a row of kind pacing, by the names of its fields and columns.
package enum PacingField: String, CaseIterable, Sendable {
    case messagesMinute = "messages_minute"
    case messagesHour = "messages_hour"
    case messagesDay = "messages_day"
    case recipientsMinute = "recipients_minute"
    case recipientsHour = "recipients_hour"
    case recipientsDay = "recipients_day"
    case recipientsMessage = "recipients_message"
    case maxSize = "max_size"

    /// Nil for what one message may have.
    package var counted: (unit: SendingUnit, window: SendingWindow)? {
        switch self {
        case .messagesMinute: (.messages, .minute)
        case .messagesHour: (.messages, .hour)
        case .messagesDay: (.messages, .day)
        case .recipientsMinute: (.recipients, .minute)
        case .recipientsHour: (.recipients, .hour)
        case .recipientsDay: (.recipients, .day)
        case .recipientsMessage, .maxSize: nil
        }
    }

    package static func of(_ unit: SendingUnit, _ window: SendingWindow) -> PacingField {
        switch (unit, window) {
        case (.messages, .minute): .messagesMinute
        case (.messages, .hour): .messagesHour
        case (.messages, .day): .messagesDay
        case (.recipients, .minute): .recipientsMinute
        case (.recipients, .hour): .recipientsHour
        case (.recipients, .day): .recipientsDay
        }
    }
}

/// How fast an account, or all accounts with one server together, may send: what somebody set.
package struct PacingRow: Sendable, Equatable {
    package var id: Int64
    package var account: Int64?
    package var host: String?
    /// 0: no limit. What is absent is as the provider says.
    package var values: [PacingField: Int64]

    package init(id: Int64 = 0, account: Int64? = nil, host: String? = nil, values: [PacingField: Int64] = [:]) {
        self.id = id
        self.account = account
        self.host = host
        self.values = values
    }

    /// Those that count within a window.
    package var limits: [SendingLimit] {
        PacingField.allCases.compactMap { field in
            guard let counted = field.counted, let value = values[field], value > 0 else { return nil }
            return SendingLimit(counted.unit, counted.window, value)
        }
    }
}

/// Whose messages are counted.
package enum Spender: Sendable, Equatable {
    case account(Int64)
    /// All accounts with this server.
    case host(String)
}

/// What an attempt counts as: with which server, and what all accounts with that server may send together.
package struct Spending: Sendable {
    package var host: String
    package var hostLimits: [SendingLimit]

    package init(host: String, hostLimits: [SendingLimit] = []) {
        self.host = host
        self.hostLimits = hostLimits
    }
}

/// What some limits leave, counted down while a turn goes on. Windows only roll on meanwhile: there is never less room.
package struct SendingRoom: Sendable {
    private struct Part: Sendable {
        let limit: SendingLimit
        var used: Int64
    }

    private var parts: [Part]

    package init(_ counted: [(limit: SendingLimit, used: Int64)]) {
        parts = counted.map { Part(limit: $0.limit, used: $0.used) }
    }

    /// A message to more recipients than a window has goes when nothing else went in it: else it would never go.
    package func fits(_ recipients: Int64) -> Bool {
        parts.allSatisfy { part in
            part.limit.unit == .messages
                ? part.used < part.limit.limit : part.used == 0 || part.used + recipients <= part.limit.limit
        }
    }

    package mutating func take(_ recipients: Int64) {
        for index in parts.indices {
            parts[index].used += parts[index].limit.unit == .messages ? 1 : recipients
        }
    }

    /// How many more messages, whatever their recipients.
    package var messages: Int64 {
        parts.filter { $0.limit.unit == .messages }.map { max($0.limit.limit - $0.used, 0) }.min() ?? .max
    }

    package var used: [(limit: SendingLimit, used: Int64)] { parts.map { ($0.limit, $0.used) } }
}

/// A send whose turn has come, as far as a queue has to know it.
package struct DueSend: Sendable, Equatable {
    package var id: Int64
    /// 1 high, 0 normal, -1 low.
    package var priority: Int64
    /// To so many it is offered.
    package var recipients: Int64
}

/// How the beginning of an attempt went.
package enum Begun: Sendable {
    case begun(attempt: Int64, send: SendRow)
    /// It was cancelled, taken or removed just now.
    case gone
    /// All accounts with the server together have no room before this time.
    case full(until: Int64)
}
