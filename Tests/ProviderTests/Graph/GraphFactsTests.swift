import Base
import CMailroom
import Testing
import WebProvider

@testable import GraphProvider

/// What Graph says of messages, read and written.
struct GraphFactsTests {
    private static func flags(_ json: String) throws -> GraphFlags {
        try #require(GraphFlags(try JSON.parse(json)))
    }

    @Test(arguments: [
        (#"{"isRead": false}"#, ""),
        (#"{"isRead": true, "isDraft": true, "flag": {"flagStatus": "flagged"}}"#, "\\Seen \\Flagged \\Draft"),
        (#"{"isRead": true, "flag": {"flagStatus": "complete"}}"#, "\\Seen"),
        (
            #"{"isRead": true, "singleValueExtendedProperties": [{"id": "Integer 0x1081", "value": "103"}]}"#,
            "\\Seen \\Answered"
        ),
        (
            #"{"isRead": false, "singleValueExtendedProperties": [{"id": "integer 0x1081", "value": "104"}]}"#,
            "$Forwarded"
        ),
        (#"{"isRead": false, "categories": ["Red category", "b", "\\Seen", "", "B\n"]}"#, "Red_category b"),
    ])
    func flagsAreSpelledAsInIMAP(_ json: String, _ text: String) throws {
        #expect(try Self.flags(json).text == text)
    }

    @Test func whatSaysNothingOfFlagsHasNone() throws {
        #expect(GraphFlags(try JSON.parse(#"{"id": "a", "categories": []}"#)) == nil)
    }

    @Test(arguments: [
        ("\\Seen", true, #"{"isRead":true}"#),
        ("\\Flagged", true, #"{"flag":{"flagStatus":"flagged"}}"#),
        ("\\Answered", true, #"{"singleValueExtendedProperties":[{"id":"Integer 0x1081","value":"102"}]}"#),
        ("$forwarded", true, #"{"singleValueExtendedProperties":[{"id":"Integer 0x1081","value":"104"}]}"#),
        ("crm", true, #"{"categories":["Red category","crm"]}"#),
        ("red_category", false, #"{"categories":[]}"#),
        ("Red_Category", true, "{}"),
        ("\\Draft", false, "{}"),
        ("\\Deleted", false, "{}"),
    ])
    func oneFlagIsOneChange(_ flag: String, _ isSet: Bool, _ json: String) throws {
        let before = try Self.flags(#"{"isRead": false, "categories": ["Red category"]}"#)
        var after = before
        let isTaken = after.set(flag, isSet)
        #expect(isTaken)
        #expect(String(decoding: JsonText.object(after.patch(from: before)).bytes, as: UTF8.self) == json)
    }

    @Test(arguments: ["\\Draft", "\\Deleted", "\\Recent"])
    func whatNobodyMaySet(_ flag: String) throws {
        var flags = try Self.flags(#"{"isRead": false}"#)
        let isTaken = flags.set(flag, true)
        #expect(!isTaken)
    }

    @Test(arguments: [
        ("1970-01-01T00:00:00Z", 0), ("2026-11-21T23:59:59Z", 1_795_305_599_000),
        ("2024-02-29T12:00:00.5Z", 1_709_208_000_500),
        ("2000-03-01T00:00:00.1234567Z", 951_868_800_123),
    ])
    func timesAreRead(_ text: String, _ milliseconds: Int64) {
        #expect(GraphTime.milliseconds(text) == milliseconds)
        #expect(GraphTime.text(milliseconds) == String(text.prefix(19)) + "Z")
    }

    @Test(arguments: [
        "", "2026", "2026-11-21 23:59", "2026-13-01T00:00:00Z", "2026-11-21T23:59:59+01:00", "xxxx-11-21T23:59:59Z",
    ])
    func whatIsNoTime(_ text: String) { #expect(GraphTime.milliseconds(text) == nil) }

    @Test(arguments: [
        GraphCursor.listing("/me/x?a=b"), .comparing,
        .changes("/users/a%40b/mailFolders/c/messages/delta?$deltatoken=x", at: 17),
    ])
    func cursorsComeBack(_ cursor: GraphCursor) throws { #expect(try GraphCursor(cursor.bytes) == cursor) }

    @Test(arguments: [
        "", "imap2 1 2", "graph1 listing 0 x", "graph1 changes x /a", "graph1 other 0 /a", "graph1 listing 0 /a b",
    ])
    func whatIsNoCursor(_ text: String) {
        #expect(throws: Failure.self) { try GraphCursor(Array(text.utf8)) }
    }

    @Test func textGoesIntoJSONWhole() throws {
        let text = "a\"b\\c\n\u{1}ü𝄞/"
        let json = JsonText.object([
            ("t", .text(text)), ("f", .flag(true)), ("n", .int(-3)), ("l", .list([.flag(false)])),
        ])
        let read = try JSON.parse(json.bytes)
        #expect(read.text("t") == text)
        #expect(read.int("f") == 1 && read.int("n") == -3)
        #expect(String(decoding: json.bytes, as: UTF8.self).has(#""l":[false]"#))
    }

    @Test(arguments: ["", " ", "a b", "a\u{1}"])
    func whatIsNoMessage(_ id: String) {
        #expect(GraphMessage(Record(["id": .text(id)])) == nil)
    }
}
