import Glibc
import Testing

@testable import Base

extension RecordSpec: CustomTestStringConvertible {
    public var testDescription: String { name }
}

/// docs/records.md is made from the table of fields, and must say what the table says. After a change of the table:
/// `MAILROOM_REWRITE=1 swift test --filter RecordReferenceTests`.
@Suite struct RecordReferenceTests {
    /// The page's path, found from this file's own.
    private static let page: String = {
        let components = #filePath.split(separator: "/").dropLast(3)
        return "/" + components.joined(separator: "/") + "/docs/records.md"
    }()

    @Test func thePageIsWhatTheTableSays() throws {
        let expected = RecordReference.page()
        if getenv("MAILROOM_REWRITE").map({ String(cString: $0) }) == "1" {
            try #require(RecordReferenceTests.write(expected, to: RecordReferenceTests.page))
        }
        let held = try #require(RecordReferenceTests.read(RecordReferenceTests.page), "docs/records.md is missing")
        let lines = held.split(separator: "\n", omittingEmptySubsequences: false)
        let wanted = expected.split(separator: "\n", omittingEmptySubsequences: false)
        for (number, pair) in zip(lines, wanted).enumerated() where pair.0 != pair.1 {
            Issue.record("docs/records.md, line \(number + 1): is '\(pair.0)', the table says '\(pair.1)'")
            return
        }
        #expect(lines.count == wanted.count, "docs/records.md has another length than the table gives")
    }

    @Test(arguments: RecordSpec.all) func everyFieldIsSaidOnce(spec: RecordSpec) {
        #expect(Set(spec.fields.map(\.name)).count == spec.fields.count, "\(spec.name) has a field twice")
        for field in spec.fields {
            let name = field.name.utf8
            #expect((1...64).contains(name.count) && name.allSatisfy { $0 > 0x20 && $0 < 0x7F }, "\(field.name)")
            #expect(!field.meaning.isEmpty && !field.meaning.contains("\n"), "\(spec.name).\(field.name)")
            if let inner = field.of, inner != "int" {
                #expect(RecordSpec.named(inner) != nil, "\(spec.name).\(field.name) is of unknown '\(inner)'")
            }
        }
    }

    @Test func everyKindHasItsOwnName() {
        #expect(Set(RecordSpec.all.map(\.name)).count == RecordSpec.all.count)
    }

    private static func read(_ path: String) -> String? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = fread(&piece, 1, piece.count, file)
            guard count > 0 else { break }
            bytes += piece[..<count]
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func write(_ text: String, to path: String) -> Bool {
        guard let file = fopen(path, "w") else { return false }
        let bytes = Array(text.utf8)
        let written = fwrite(bytes, 1, bytes.count, file)
        return fclose(file) == 0 && written == bytes.count
    }
}
