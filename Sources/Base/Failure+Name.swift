import CMailroom

extension Failure {
    /// The result's name, as it stands in mailroom_result.h.
    package static func name(of result: Int32) -> String {
        let names: [Int: String] = [
            MR_E_INTERNAL: "MR_E_INTERNAL", MR_E_INVALID: "MR_E_INVALID", MR_E_NOT_FOUND: "MR_E_NOT_FOUND",
            MR_E_EXISTS: "MR_E_EXISTS", MR_E_CLOSED: "MR_E_CLOSED", MR_E_FORKED: "MR_E_FORKED",
            MR_E_BUSY: "MR_E_BUSY", MR_E_CANCELLED: "MR_E_CANCELLED", MR_E_UNSUPPORTED: "MR_E_UNSUPPORTED",
            MR_E_STORE: "MR_E_STORE", MR_E_PLUGIN: "MR_E_PLUGIN", MR_E_KEY: "MR_E_KEY",
            MR_E_CONNECTION: "MR_E_CONNECTION", MR_E_TLS: "MR_E_TLS", MR_E_AUTH: "MR_E_AUTH",
            MR_E_THROTTLED: "MR_E_THROTTLED", MR_E_OUTAGE: "MR_E_OUTAGE", MR_E_REFUSED: "MR_E_REFUSED",
            MR_E_PROTOCOL: "MR_E_PROTOCOL", MR_E_STALE: "MR_E_STALE", MR_E_UNKNOWN_OUTCOME: "MR_E_UNKNOWN_OUTCOME",
        ]
        return names[Int(result)] ?? "MR_E_\(result)"
    }
}
