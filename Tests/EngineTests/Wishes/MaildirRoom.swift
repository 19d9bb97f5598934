import Base
import Glibc
import Store
import Testing

@testable import Engine

/// An engine on a store of its own, with one Maildir that a plugin in C serves, and that the test can look into.
final class MaildirRoom {
    let path: String
    let engine: Engine
    let account: Int64
    private(set) var read = 0

    private static var root: String {
        #filePath.split(separator: "/").dropLast(4).reduce("") { "\($0)/\($1)" }
    }

    init(_ folders: [String] = [".Trash", ".Archive", ".Drafts", ".Sent"], direction: String? = nil) throws {
        var template = Array("\(P_tmpdir)/mailroom-wish-XXXXXX".utf8CString)
        path = try #require(mkdtemp(&template).map { String(cString: $0) })
        let source = MaildirRoom.root + "/bindings/c/examples/maildir"
        try MaildirRoom.shell(
            """
            cd '\(path)' && mkdir -m 755 plugins mail && cp '\(source)/maildir.json' plugins && chmod 644 plugins/* &&
            gcc -shared -fPIC -O1 -I '\(MaildirRoom.root)/include' '\(source)'/*.c -o plugins/maildir.so &&
            for folder in . \(folders.joined(separator: " ")); do
              mkdir -p "mail/$folder/cur" "mail/$folder/new" "mail/$folder/tmp"; done
            """)
        engine = try Engine.open(
            path + "/crm.db", Record(["plugins": .list([.text(path + "/plugins")]), "work": .text("wait")]))
        var connect = Record(["address": .text("ann@example.com"), "provider": .text("maildir")])
        connect.set("path", path + "/mail")
        connect.set("direction", direction)
        guard case .done(let result) = try engine.connect(connect).wait(timeoutMs: 30_000) else {
            throw Failure(-1, "connecting did not end")
        }
        account = try #require(result.int("account"))
    }

    deinit {
        engine.close()
        try? MaildirRoom.shell("rm -rf '\(path)'")
    }

    static func shell(_ command: String) throws {
        let status = command.withCString { system($0) }
        try #require(status == 0, "\(command)")
    }

    /// Puts a message on the disk. `file` is the path below the Maildir.
    func deliver(_ file: String, _ number: Int) throws {
        let text =
            "From: bob@example.com\\r\\nTo: ann@example.com\\r\\nMessage-ID: <m\(number)@x.example>\\r\\nSubject: \(number)\\r\\n\\r\\nNumber \(number).\\r\\n"
        try MaildirRoom.shell("printf '\(text)' > '\(path)/mail/\(file)'")
    }

    @discardableResult func sync() throws -> Record {
        guard case .done(let result) = try engine.sync(account, Record()).wait(timeoutMs: 30_000) else {
            throw Failure(-1, "the sync did not end")
        }
        return result
    }

    func rows(_ kind: String, _ query: KeyValuePairs<String, Value?> = [:]) throws -> [Record] {
        let cursor = try engine.find(kind, Record(query))
        var rows: [Record] = []
        while let row = try cursor.next() { rows.append(row) }
        return rows
    }

    func message(_ number: Int) throws -> Int64 {
        try #require(try rows("message", ["message_id": .text("m\(number)@x.example")]).first?.int("id"))
    }

    func folder(_ path: String) throws -> Int64 {
        try #require(try rows("folder", ["path": .text(path)]).first?.int("id"))
    }

    func folders(of message: Int64) throws -> [Int64] {
        try rows("place", ["message": .int(message)]).compactMap { $0.int("folder") }
    }

    /// The files in a directory below the Maildir, sorted.
    func files(_ directory: String) -> [String] {
        guard let stream = opendir("\(path)/mail/\(directory)") else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name.utf8.first != UInt8(ascii: ".") { names.append(name) }
        }
        return names.sorted()
    }

    var open: Int { get throws { try rows("wish", ["state": .text("open")]).count } }
}
