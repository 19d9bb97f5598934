import Base
import Testing

@testable import PluginHost

struct ManifestTests {
    private static let good = #"""
        {"plugin": "p", "version": "1.0", "abi": 1, "library": "p.so", "later": [1, {"x": 2}], "providers": [
          {"scheme": "imap", "title": "IMAP", "auth": ["password"], "capabilities": ["sync"], "send_with": "smtp",
           "requires": ["imap_host"], "find_sent": "unknown", "settle_ms": 5000, "limits": {"connections": 5}, "status_url": "",
           "budgets": [{"name": "user", "units": 1700, "window_ms": 60000},
                       {"name": "all", "of": "requests", "units": 7, "window_ms": 1000, "scope": "client"}],
           "settings": [{"name": "imap_host", "type": "text", "required": 0, "meaning": "the server"},
                        {"name": "imap_port", "type": "int", "default": "993"},
                        {"name": "imap_tls", "values": ["implicit", "none"], "default": "implicit"},
                        {"name": "password", "secret": true}]},
          {"scheme": "smtp", "capabilities": ["send"]}]}
        """#

    @Test func everyField() throws {
        let manifest = try Manifest(Array(ManifestTests.good.utf8))
        #expect(manifest.library == "p.so")
        let imap = try #require(manifest.providers.first)
        #expect(imap.title == "IMAP")
        #expect(imap.sendWith == "smtp")
        #expect(imap.requires == ["imap_host"])
        #expect(imap.limits == ["connections": 5])
        #expect(imap.findSent == "unknown")
        #expect(
            imap.budgets == [
                BudgetSpec(name: "user", measure: .units, scope: .account, units: 1_700, windowMs: 60_000),
                BudgetSpec(name: "all", measure: .requests, scope: .client, units: 7, windowMs: 1_000),
            ])
        #expect(imap.requests == nil)
        #expect(imap.settleMs == 5_000)
        #expect(manifest.providers[1].settleMs == 60_000)
        #expect(imap.can("sync"))
        #expect(!imap.can("send"))
        #expect(imap.settings.map(\.name) == ["imap_host", "imap_port", "imap_tls", "password"])
        #expect(imap.setting("imap_port")?.defaultValue == "993")
        #expect(imap.setting("imap_tls")?.values == ["implicit", "none"])
        #expect(imap.setting("password")?.secret == true)
        #expect(manifest.providers[1].title == "smtp")
    }

    /// What is replaced, by what, and the field that the failure names.
    @Test(arguments: [
        ("\"abi\": 1", "\"abi\": 2", "abi"), ("\"abi\": 1,", "", "abi"), ("\"abi\": 1", "\"abi\": \"1\"", "abi"),
        ("\"plugin\": \"p\"", "\"plugin\": \"P P\"", "plugin"), ("\"plugin\": \"p\"", "\"plugin\": 5", "plugin"),
        ("\"version\": \"1.0\",", "", "version"), ("\"version\": \"1.0\"", "\"version\": \"a\\nb\"", "version"),
        ("\"p.so\"", "\"../p.so\"", "library"), ("\"p.so\"", "\"/lib/p.so\"", "library"),
        ("\"p.so\"", "\".so\"", "library"), ("\"p.so\"", "\"p\"", "library"),
        ("\"p.so\"", "\"p.so\\u0000\"", "json"),
        ("\"scheme\": \"smtp\"", "\"scheme\": \"imap\"", "scheme"),
        ("\"scheme\": \"smtp\"", "\"scheme\": \"SMTP\"", "providers[1].scheme"),
        ("\"scheme\": \"smtp\"", "\"scheme\": \"\"", "providers[1].scheme"),
        ("\"send_with\": \"smtp\"", "\"send_with\": \"imap\"", "send_with"),
        ("\"send_with\": \"smtp\"", "\"send_with\": \"pop\"", "send_with"),
        ("\"unknown\"", "\"perhaps\"", "providers[0].find_sent"),
        ("5000", "-1", "providers[0].settle_ms"), ("5000", "86400001", "providers[0].settle_ms"),
        ("[\"imap_host\"]", "[\"host\"]", "providers[0].requires"),
        ("[\"imap_host\"]", "\"imap_host\"", "providers[0].requires"), ("[\"password\"]", "[5]", "providers[0].auth"),
        ("{\"connections\": 5}", "{\"connections\": -5}", "providers[0].limits.connections"),
        ("{\"connections\": 5}", "{\"poll_ms\": 9223372036854775807}", "providers[0].limits.poll_ms"),
        ("{\"connections\": 5}", "[]", "providers[0].limits"),
        ("\"all\"", "\"user\"", "providers[0].budgets[1].name"),
        ("\"requests\"", "\"letters\"", "providers[0].budgets[1].of"),
        ("\"client\"", "\"world\"", "providers[0].budgets[1].scope"),
        ("1700", "0", "providers[0].budgets[0].units"),
        ("\"window_ms\": 60000", "\"window_ms\": 9", "providers[0].budgets[0].window_ms"),
        ("\"type\": \"int\"", "\"type\": \"float\"", "providers[0].settings[1].type"),
        ("\"993\"", "\"x\"", "providers[0].settings[1].default"),
        ("\"default\": \"implicit\"", "\"default\": \"starttls\"", "providers[0].settings[2].default"),
        ("\"secret\": true", "\"secret\": 2", "providers[0].settings[3].secret"),
        ("\"secret\": true", "\"secret\": 1, \"default\": \"x\"", "providers[0].settings[3].default"),
        ("\"name\": \"imap_tls\"", "\"name\": \"imap_port\"", "providers[0].settings[2].name"),
        ("\"name\": \"imap_tls\"", "\"name\": \"imap tls\"", "providers[0].settings[2].name"),
    ])
    func refused(replace: String, with new: String, field: String) throws {
        let text = ManifestTests.good.replacing(replace, with: new)
        try #require(text != ManifestTests.good)
        let failure = try #require(throws: Failure.self) { try Manifest(Array(text.utf8)) }
        #expect(failure.field == field, "\(failure.message)")
    }

    @Test(arguments: [
        "", "[]", "5", "{", "{\"abi\": 1.5}", "\u{0}", "{\"a\":1,\"a\":2}",
    ])
    func notEvenAnObject(text: String) {
        #expect(throws: Failure.self) { try Manifest(Array(text.utf8)) }
    }

    @Test func deeperThanAnyManifest() {
        #expect(throws: Failure.self) { try Manifest([UInt8](repeating: UInt8(ascii: "["), count: 100_000)) }
    }
}
