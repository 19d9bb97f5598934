import Base
import Testing

@testable import PluginHost

@Suite struct SecretCutTests {
    private func cut(_ secrets: [String], _ text: String) -> String {
        var cut = SecretCut()
        for secret in secrets { cut.learn(Array(secret.utf8)) }
        return cut.clean(text)
    }

    @Test(
        arguments: [
            (["hunter2-hunter2"], "BAD what is LOGIN ann hunter2-hunter2", "BAD what is LOGIN ann ***"),
            (["hunter2-hunter2"], "xhunter2-hunter2x", "x***x"),
            // A short one may be a part of any word.
            (["pass"], "bad password, compass, pass", "bad password, compass, ***"),
            (["pass"], "PASS pass", "PASS ***"),
            (["a\"b\\c long"], "LOGIN ann \"a\\\"b\\\\c long\"", "LOGIN ann \"***\""),
            // AUTH PLAIN: NUL user NUL password, wherever it stands in the base64.
            (["geheimnis"], "535 what is AGFubkBleGFtcGxlLmNvbQBnZWhlaW1uaXM=?", "535 what is ***?"),
            (["geheimnis"], "535 what is AGFubgBnZWhlaW1uaXM", "535 what is ***"),
            // What nobody knows is told by where it stands.
            ([], "500 AUTH PLAIN AGFubgBnZWhlaW1uaXM= is not known", "500 AUTH PLAIN *** is not known"),
            ([], "BAD AUTHENTICATE XOAUTH2 dXNlcj1hbm4BYXV0aD1CZWFyZXIgeA== no", "BAD AUTHENTICATE XOAUTH2 *** no"),
            ([], "Authorization: Bearer ya29.a0AfH6SMBx-yz", "Authorization: Bearer ***"),
            ([], "535 5.7.8 Username and Password not accepted", "535 5.7.8 Username and Password not accepted"),
            (["pass"], "", ""),
            ([""], "nothing is secret", "nothing is secret"),
            (["pässwörter"], "LOGIN ann pässwörter", "LOGIN ann ***"),
        ] as [([String], String, String)])
    func secretsAreCutOut(_ secrets: [String], _ text: String, _ left: String) {
        #expect(cut(secrets, text) == left)
    }

    @Test func hostileTextIsBounded() {
        let long = String(repeating: "QUJD", count: 20_000)
        #expect(cut(["a long secret"], long) == long)
        #expect(cut(["aaaa"], String(repeating: "a", count: 50_000)).utf8.count == 50_000)
    }
}
