import Base
import CMailroom
import Testing

@testable import WebProvider

/// What the error bodies of Google and Microsoft come to.
@Suite struct ApiErrorTests {
    private static let errors = ApiErrors([
        ApiErrors.Rule("userRateLimitExceeded", MR_E_THROTTLED, cause: "limit.rate"),
        ApiErrors.Rule("PERMISSION_DENIED", MR_E_AUTH, status: 403),
        ApiErrors.Rule("ErrorItemNotFound", MR_E_NOT_FOUND),
        ApiErrors.Rule("syncStateNotFound", MR_E_STALE),
    ])

    struct Row: Sendable {
        let status: Int32
        let body: String
        let result: Int
        let code: String?
        let text: String?
    }

    static let rows = [
        Row(
            status: 403,
            body: """
                {"error": {"code": 403, "message": "Too fast", "status": "PERMISSION_DENIED",
                 "errors": [{"domain": "usageLimits", "reason": "userRateLimitExceeded", "message": "Too fast"}]}}
                """, result: MR_E_THROTTLED, code: "userRateLimitExceeded", text: "Too fast"),
        Row(
            status: 403,
            body:
                #"{"error": {"code": 403, "message": "No", "status": "PERMISSION_DENIED", "details": [{"@type": "x", "reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT"}]}}"#,
            result: MR_E_AUTH, code: "PERMISSION_DENIED", text: "No"),
        Row(
            status: 400, body: #"{"error": {"code": "ErrorItemNotFound", "message": "Gone"}}"#, result: MR_E_NOT_FOUND,
            code: "ErrorItemNotFound", text: "Gone"),
        Row(
            status: 410,
            body:
                #"{"error": {"code": "gone", "message": "x", "innerError": {"code": "deeper", "innerError": {"code": "syncStateNotFound"}}}}"#,
            result: MR_E_STALE, code: "syncStateNotFound", text: "x"),
        Row(
            status: 401, body: #"{"error": "invalid_token", "error_description": "expired"}"#, result: MR_E_AUTH,
            code: "invalid_token", text: "expired"),
        Row(
            status: 502, body: "<html>Bad\ngateway</html>", result: MR_E_OUTAGE, code: nil,
            text: "<html>Bad gateway</html>"),
        Row(status: 429, body: "", result: MR_E_THROTTLED, code: nil, text: nil),
        Row(status: 404, body: "{}", result: MR_E_NOT_FOUND, code: nil, text: "{}"),
        Row(status: 409, body: "[1.5, null]", result: MR_E_REFUSED, code: nil, text: "[1.5, null]"),
        Row(status: 302, body: "", result: MR_E_PROTOCOL, code: nil, text: nil),
    ]

    @Test(arguments: rows) func aBody(_ row: Row) {
        let failure = Self.errors.failure(status: row.status, body: Array(row.body.utf8), retryAfterMs: 5, step: "GET")
        #expect(Int(failure.result) == row.result)
        #expect(failure.code == row.code)
        #expect(failure.serverText == row.text)
        #expect(failure.http == row.status)
        #expect(failure.step == "get")
        #expect(failure.retryAfterMs == 5)
    }

    @Test func anErrorThatIsNestedForEver() {
        var body = #"{"code": "x"}"#
        for _ in 0..<40 { body = #"{"code": "y", "innerError": "# + body + "}" }
        let words = ApiErrors.words(
            (try? JSON.parse(Array((#"{"error": "# + body + "}").utf8), lenient: true)) ?? Record())
        #expect(words.codes.count == 9)
    }

    @Test func addressesAreEncoded() {
        let request = ApiRequest(
            "GET", ["users", "a b/c?d", "ü"], query: [("$select", "id,from"), ("q", "rfc822msgid:<x@y>")])
        #expect(request.target == "/users/a%20b%2Fc%3Fd/%C3%BC?$select=id%2Cfrom&q=rfc822msgid%3A%3Cx%40y%3E")
        #expect(request.json(Record(["a": .int(1)])).body == Array(#"{"a":1}"#.utf8))
    }

    @Test func whatAnAPIAnswersIsReadLeniently() throws {
        let record = try ApiClient.record(Array(#"{"a": 1.5, "b": [null, {"c": true}], "d": null, "a": 2.5}"#.utf8))
        #expect(record.text("a") == "2.5")
        #expect(record["b"] == .list([.record(Record(["c": .int(1)]))]))
        #expect(record["d"] == nil)
        #expect(try ApiClient.record([]).fields.isEmpty)
        let failure = #expect(throws: Failure.self) { try ApiClient.record(Array("[]".utf8)) }
        #expect(failure.map { Int($0.result) } == MR_E_PROTOCOL)
    }
}
