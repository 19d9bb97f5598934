import Base
import CMailroom
import PluginKit

/// An API over HTTP that speaks JSON: what Gmail and Graph share. It has no state but where the API is and how its errors
/// read; the host has connections, tokens and budgets.
package struct ApiClient {
    /// Without the slash at its end.
    package let base: String
    /// Hosts beside its own to which the API may redirect and whose addresses it may give.
    package let sites: [String]
    package let errors: ApiErrors

    /// - Parameter setting: the setting that says where the API is.
    /// - Throws: `MR_E_INVALID` naming the setting.
    package init(_ host: Host, setting: String, sites: [String] = [], errors: ApiErrors) throws(Failure) {
        var base = try host.setting(setting) ?? ""
        while base.hasSuffix("/") { base.removeLast() }
        guard !base.isEmpty else { throw .invalid(setting, "is not set") }
        self.base = base
        self.sites = sites
        self.errors = errors
    }

    /// Sends a request.
    /// - Returns: the answer, of a status from 200 to 299.
    /// - Throws: what the API's error comes to (`ApiErrors`), and the host's own failures.
    package func open(_ host: Host, _ request: ApiRequest) throws(Failure) -> HTTPAnswer {
        var tries = 0
        while true {
            let answer = try host.http(http(request), cost: request.cost)
            // Where the body is yet to be written there is no status.
            if answer.status == 0 || (200...299).contains(answer.status) { return answer }
            let failure = errors.failure(host, answer, step: request.method)
            tries += 1
            guard request.isRepeated, request.isIdempotent, tries < 4, let wait = ApiClient.wait(failure, tries) else {
                throw failure
            }
            try host.sleep(milliseconds: wait)
        }
    }

    /// Ends a body that was written in pieces, and looks at the answer as `open` does.
    package func finish(_ host: Host, _ answer: HTTPAnswer, step: String) throws(Failure) {
        try answer.endBody(host)
        guard (200...299).contains(answer.status) else { throw errors.failure(host, answer, step: step) }
    }

    /// The record that an API answers; an empty one where it answers nothing.
    package func call(_ host: Host, _ request: ApiRequest) throws(Failure) -> Record {
        let answer = try open(host, request)
        let body = try answer.body(host, limit: Int(clamping: request.limitBytes))
        // Whoever was asked something and says nothing has not said that there is nothing.
        guard request.method != "GET" || body.contains(where: { $0 > 0x20 }) else {
            var failure = Failure(MR_E_PROTOCOL, "the answer is empty")
            failure.step = "http"
            throw failure
        }
        return try ApiClient.record(body)
    }

    /// - Throws: `MR_E_PROTOCOL` where it is no JSON object.
    package static func record(_ body: [UInt8]) throws(Failure) -> Record {
        if body.allSatisfy({ $0 <= 0x20 }) { return Record() }
        do throws(Failure) {
            return try JSON.parse(body, lenient: true)
        } catch {
            var failure = Failure(MR_E_PROTOCOL, "the answer is no JSON object")
            failure.step = "http"
            failure.serverText = error.message
            throw failure
        }
    }

    private func http(_ request: ApiRequest) throws(Failure) -> HTTPRequest {
        var url = base + request.target
        if let address = request.address {
            guard isOwn(address) else {
                throw Failure(MR_E_PROTOCOL, "the API gave an address that is not its own")
            }
            url = address
        }
        return HTTPRequest(
            request.method, url, headers: [HTTPRequest.Header("Accept", "application/json")] + request.headers,
            body: request.body, bodySize: request.bodySize, limitBytes: request.limitBytes, sameSite: sites)
    }

    /// The token goes nowhere but to the API: an address that came in an answer must be one of it.
    private func isOwn(_ address: String) -> Bool {
        guard let place = ApiClient.place(address), let own = ApiClient.place(base) else { return false }
        return place == own || sites.contains { place == "https://" + $0.lowercased() }
    }

    private static func place(_ address: String) -> String? {
        let bytes = Array(address.utf8)
        guard let colon = bytes.firstIndex(of: 0x3a), bytes[colon...].starts(with: [0x3a, 0x2f, 0x2f]) else {
            return nil
        }
        let rest = bytes[(colon + 3)...].prefix { $0 != 0x2f && $0 != 0x3f && $0 != 0x23 }
        guard !rest.contains(0x40), !rest.contains(0x5c) else { return nil }
        return String(decoding: bytes[..<(colon + 3)] + rest, as: UTF8.self).lowercased()
    }

    /// How long to wait before the same request goes again within this call; nil: the engine decides.
    private static func wait(_ failure: Failure, _ tries: Int) -> Int64? {
        let result = Int(failure.result)
        guard result == MR_E_THROTTLED || result == MR_E_OUTAGE else { return nil }
        let wait = failure.retryAfterMs ?? Int64(500) << tries
        return wait <= 10_000 ? wait : nil
    }
}
