import Base
import Testing

@testable import Transport

/// Whereto `http://` goes.
@Suite struct PlainHTTPTests {
    @Test(arguments: [
        ("http://127.0.0.1/", true), ("http://127.8.9.10:81/x", true), ("http://localhost:8080/", true),
        ("http://LOCALHOST./", true), ("http://mail.localhost/", true), ("http://[::1]/", true),
        ("http://127.0.0.1.example/", false), ("http://127.evil.example/", false), ("http://127.0.0.256/", false),
        ("http://127.1/", false), ("http://10.0.0.1/", false), ("http://localhost.example/", false),
        ("http://[::2]/", false), ("http://notlocalhost/", false),
    ]) func here(_ text: String, _ isHere: Bool) throws {
        let address = try HTTPAddress(text)
        #expect(HTTPOptions(plain: .here).allows(address) == isHere)
        #expect(!HTTPOptions().allows(address))
        #expect(HTTPOptions(plain: .anywhere).allows(address))
    }

    @Test func secureGoesAnywhere() throws {
        let address = try HTTPAddress("https://mail.example/")
        for plain in [PlainHTTP.nowhere, .here, .anywhere] { #expect(HTTPOptions(plain: plain).allows(address)) }
    }

    /// A name that is led here by a route is here; one that is led away is not.
    @Test func aRouteLeads() throws {
        var options = HTTPOptions(plain: .here)
        options.routes = try Routes(["mail.example::127.0.0.1:"])
        #expect(options.allows(try HTTPAddress("http://mail.example/")))
        options.routes = try Routes(["localhost::192.0.2.1:"])
        #expect(!options.allows(try HTTPAddress("http://localhost/")))
    }
}
