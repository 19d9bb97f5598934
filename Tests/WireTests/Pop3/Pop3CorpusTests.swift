import Base
import Glibc
import Testing

@testable import Wire

/// What real servers said (MailKit's transcripts). They are not a part of this project: the tests run where the folder
/// stands beside it, or where MAILROOM_CORPORA says it is.
struct Pop3CorpusTests {
    static let folder: String = {
        if let given = getenv("MAILROOM_CORPORA") { return String(cString: given) + "/pop3/transcripts" }
        var root = #filePath.split(separator: "/")
        root.removeLast(4)
        return "/" + root.joined(separator: "/") + "/../shared/corpora/pop3/transcripts"
    }()

    static let transcripts: [String] = ["comcast", "common", "exchange", "gmail", "lang"].flatMap {
        server -> [String] in
        guard let directory = opendir("\(folder)/\(server)") else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name.hasSuffix(".txt") { names.append("\(server)/\(name)") }
        }
        return names.sorted()
    }

    /// The file, its lines ended by CRLF as a server ends them.
    static func bytes(_ name: String) -> [UInt8] {
        guard let file = fopen("\(folder)/\(name)", "r") else { return [] }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = fread(&piece, 1, piece.count, file)
            if count == 0 { break }
            bytes += piece[..<count]
        }
        var out: [UInt8] = []
        for byte in bytes {
            if byte == 10, out.last != 13 { out.append(13) }
            out.append(byte)
        }
        return out
    }

    /// What was asked, by the transcript's name.
    private static func commands(_ name: String) -> [Pop3.Command] {
        let file = name.split(separator: "/").last.map(String.init) ?? ""
        switch file.prefix(while: { $0.isLetter }) {
        case "capa": return [.capa]
        case "list" where file == "list.txt" || file.hasPrefix("list-"): return [.list]
        case "uidl" where file == "uidl.txt" || file.hasPrefix("uidl-"): return [.uidl(nil)]
        case "uidl": return [.uidl(file.dropFirst(4).prefix(1).first?.wholeNumberValue.map(UInt32.init) ?? 1)]
        case "retr" where file == "retr123.txt": return [.retr(1), .retr(2), .retr(3)]
        case "retr": return [.retr(1)]
        case "top" where file == "top123.txt": return [.top(1), .top(2), .top(3)]
        case "top": return [.top(1)]
        case "dele" where file == "dele123.txt": return [.dele(1), .dele(2), .dele(3)]
        case "getlang": return [.capa]
        default: return [.noop]
        }
    }

    /// Every answer belongs to its command, and is whole, also where its lines are damaged.
    @Test(.enabled(if: !transcripts.isEmpty, "no transcripts at \(folder)"), arguments: transcripts)
    func everyAnswerIsRead(_ name: String) throws {
        let bytes = Self.bytes(name)
        var driver = try Pop3Driver.loggedIn()
        if name.hasSuffix("greeting.txt") {
            driver = Pop3Driver()
            try driver.hear(bytes)
            #expect(driver.dialogue.state == (name.contains("err-") ? .closed : .authorization))
            return
        }
        if name.hasSuffix("plus.txt") {
            driver = Pop3Driver()
            try driver.hear("+OK\r\n")
            try driver.say(.auth(.login(user: [0x61], password: [0x62])))
            try driver.hear(bytes)
            #expect(driver.output() == "YQ==\r\n")
            return
        }
        for command in Self.commands(name) { try driver.say(command) }
        try driver.hear(bytes)
        #expect(driver.isAtRest, "\(driver.dialogue.inFlight) answers are missing")
        #expect(!driver.events.isEmpty)
        #expect(driver.messages.allSatisfy { !$0.isEmpty })
        try Self.expectEntries(name, driver)
    }

    /// Lines that are no entries (a number without a word, a size that is none) are passed over, and the others read.
    private static func expectEntries(_ name: String, _ driver: Pop3Driver) throws {
        var maildrop = Pop3.Maildrop()
        let file = name.split(separator: "/").last.map(String.init) ?? ""
        for line in driver.entries {
            if file.hasPrefix("list") { try maildrop.size(Array(line.utf8)) }
            if file.hasPrefix("uidl") { try maildrop.uniqueID(Array(line.utf8)) }
        }
        try maildrop.seal()
        let readable = ["list-error1.txt": 6, "list-error3.txt": 6, "uidl-error1.txt": 2]
        if file.hasPrefix("list") || file.hasPrefix("uidl") {
            #expect(maildrop.count == readable[file] ?? driver.entries.count)
        }
        if file.hasPrefix("capa") { #expect(driver.dialogue.capabilities?.has("UIDL") == true) }
        if name == "gmail/capa2.txt" {
            #expect(driver.dialogue.capabilities?.loginDelayMs == 300_000)
            #expect(driver.dialogue.capabilities?.pipelining == true)
        }
    }
}
