import Testing

@testable import Mime

@Suite struct AddressEditTests {
    private static func edited(_ header: String, _ dropped: [String], _ added: [String]) -> String? {
        let message = Array((header + "\r\n\r\nTo: not@here\r\n").utf8)
        guard let edit = AddressEdit(message, dropped: dropped, added: added) else { return nil }
        #expect(edit.oldCount == header.utf8.count + 4)
        let text = String(decoding: edit.bytes, as: UTF8.self)
        #expect(text.hasSuffix("\r\n\r\n"))
        return String(text.unicodeScalars.dropLast(4).map(Character.init).reduce("") { $0 + String($1) })
    }

    @Test(arguments: [
        ("From: a@x\r\nTo: old@x\r\nSubject: S", ["old@x"], ["new@x"], "From: a@x\r\nTo: new@x\r\nSubject: S"),
        ("To: Bob <old@x>, Eve <eve@x>", ["OLD@x"], ["new@x"], "To: Eve <eve@x>, new@x"),
        ("To: ok@x\r\nCc: old@x", ["old@x"], ["new@x", "two@x"], "To: ok@x\r\nCc: new@x, two@x"),
        ("To: old@x\r\nCc: older@x", ["old@x", "older@x"], ["new@x"], "To: new@x"),
        ("To: a@x,\r\n old@x\r\nX: y", ["old@x"], ["new@x"], "To: a@x, new@x\r\nX: y"),
        ("To: =?utf-8?q?J=C3=BCrgen?= <j@x>, old@x", ["old@x"], [], "To: =?utf-8?Q?J=C3=BCrgen?= <j@x>"),
        ("To: new@x, old@x", ["old@x"], ["new@x"], "To: new@x"),
    ])
    func theNewOnesStandWhereTheOldOnesStood(
        _ header: String, _ dropped: [String], _ added: [String], _ expected: String
    ) {
        #expect(AddressEditTests.edited(header, dropped, added)?.lowercased() == expected.lowercased())
    }

    @Test(arguments: [
        ("From: a@x\r\nTo: ok@x", ["blind@x"]), ("To: Team: old@x;", ["old@x"]), ("Subject: To: old@x", ["old@x"]),
        ("X-To: old@x", ["old@x"]),
    ])
    func whatTheHeaderDoesNotNameStays(_ header: String, _ dropped: [String]) {
        #expect(AddressEditTests.edited(header, dropped, ["new@x"]) == nil)
    }

    @Test func aMessageWithoutAnEndOfItsHeaderIsLeftAlone() {
        #expect(AddressEdit(Array("To: old@x\r\n".utf8), dropped: ["old@x"], added: []) == nil)
        #expect(AddressEdit([], dropped: ["old@x"], added: []) == nil)
        #expect(AddressEdit([13, 10, 13, 10], dropped: ["old@x"], added: ["new@x"]) == nil)
    }
}
