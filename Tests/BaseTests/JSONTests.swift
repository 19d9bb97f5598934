import Base
import Testing

@Suite struct JSONTests {
    @Test func recordsGoThereAndBack() throws {
        var record = Record(["to": .list([.text("ann@example.com")]), "count": .int(-3)])
        record.set("subject", "Grüße \"all\"")
        record["inner"] = .record(Record(["flag": .int(1)]))
        let text = JSON.text(record)
        #expect(try JSON.parse(text) == record)
    }

    @Test(arguments: [
        "", "[1]", "{\"a\":1.5}", "{\"a\":[null]}", "{\"a\":1,\"a\":2}", "{\"a\":", "{\"a\":\"\\u0000\"}",
    ])
    func whatIsNoRecordIsRefused(_ text: String) {
        #expect(throws: Failure.self) { try JSON.parse(text) }
    }

    @Test func depthIsBounded() {
        let deep = String(repeating: "{\"a\":", count: 200) + "1" + String(repeating: "}", count: 200)
        #expect(throws: Failure.self) { try JSON.parse(deep) }
    }

    @Test(arguments: [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")])
    func base64(_ plain: String, _ coded: String) {
        #expect(Base64.encode(Array(plain.utf8)) == coded)
        #expect(Base64.decode(coded) == Array(plain.utf8))
    }

    @Test(arguments: ["Zg=", "Z===", "Zm9v!", "=Zm9", "Zg==Zg=="])
    func damagedBase64IsNotRead(_ coded: String) {
        #expect(Base64.decode(coded) == nil)
    }

    /// What a stranger writes into a message stands in what an API answers: it stops nobody.
    @Test func zeroWithinAText() throws {
        let text = Array(#"{"snippet": "a\u0000b"}"#.utf8)
        #expect(try JSON.parse(text, lenient: true).text("snippet") == "a b")
        #expect(throws: Failure.self) { try JSON.parse(text) }
    }
}
