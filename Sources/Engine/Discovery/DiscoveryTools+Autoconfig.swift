import Base
import CMailroom
import Transport

/// What a domain's own web sites say of its mail.
extension DiscoveryTools {
    private static let file = "/mail/config-v1.1.xml"
    /// Such a file has a few kilobytes.
    private static let mostOctets: Int64 = 256 << 10

    /// https://autoconfig.DOMAIN, which is told the address; else the same without TLS, which is told nothing, and is believed as
    /// little as DNS is.
    func autoconfig() throws(Failure) -> [Finding] {
        let site = "autoconfig.\(address.domain)\(DiscoveryTools.file)"
        do throws(Failure) {
            return try settings(.autoconfig, "https://\(site)", "?emailaddress=\(DiscoveryTools.escaped(address.text))")
        } catch {
            let isUnanswered = [MR_E_CONNECTION, MR_E_TLS].contains { error.result == Int32($0) }
            guard isUnanswered, error.cause != "connection.name_unknown", Clock.boot() < until else { throw error }
            do throws(Failure) { return try settings(.autoconfig, "http://\(site)", "") } catch _ { throw error }
        }
    }

    func wellKnown() throws(Failure) -> [Finding] {
        try settings(.wellKnown, "https://\(address.domain)/.well-known/autoconfig\(DiscoveryTools.file)", "")
    }

    private func settings(_ source: Finding.Source, _ url: String, _ query: String) throws(Failure) -> [Finding] {
        let answer = try fetch(HTTPRequest("GET", url + query, limitBytes: DiscoveryTools.mostOctets))
        guard answer.status == 200 else {
            throw Failure(MR_E_NOT_FOUND, answer.status == 404 ? "nothing there" : "it answers \(answer.status)")
        }
        var finding = Finding(source, url, address)
        finding.isUnsigned = url.hasPrefix("http:")
        try AutoconfigAnswer(address: address).read(answer.body, into: &finding)
        return [finding]
    }

    /// A small answer. Redirects are followed within the domain alone, and never to where there is no TLS.
    /// - Parameter others: hosts beside these.
    func fetch(
        _ request: HTTPRequest, others: [String] = []
    ) throws(Failure) -> (status: Int32, host: String, location: String?, body: [UInt8]) {
        var request = request
        request.sameSite = ["", "www.", "autoconfig.", "autodiscover.", "mail."].map { $0 + address.domain } + others
        let patience = patience
        var options = HTTPOptions(
            caFile: self.options.caFile, connectTimeoutMs: DiscoveryTools.withinMs,
            plain: request.url.hasPrefix("http:") ? .anywhere : .nowhere)
        options.patience = patience
        options.routes = self.options.routes
        let reply = try HTTPClient.open(request, options)
        defer { reply.close() }
        return (
            reply.status, reply.host, reply.header("location"), try reply.body(limit: Int(clamping: request.limitBytes))
        )
    }

    /// For a web address (RFC 3986, section 2.3).
    static func escaped(_ text: String) -> String {
        var result: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                result.append(byte)
            default:
                let digits = Array("0123456789ABCDEF".utf8)
                result += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
