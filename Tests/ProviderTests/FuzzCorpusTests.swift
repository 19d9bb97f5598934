import FuzzTargets
import Glibc
import Testing

/// Every input that the fuzzer has kept (Tests/Fuzz/corpus), and with it every one that once broke something: nothing
/// traps, no rule of the host is broken.
struct FuzzCorpusTests {
    static let folder: String = {
        var root = #filePath.split(separator: "/")
        root.removeLast(2)
        return "/" + root.joined(separator: "/") + "/Fuzz/corpus"
    }()

    static func names(_ target: FuzzTarget) -> [String] {
        guard let directory = opendir("\(folder)/\(target.rawValue)") else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }

    static func bytes(_ target: FuzzTarget, _ name: String) -> [UInt8] {
        guard let file = fopen("\(folder)/\(target.rawValue)/\(name)", "r") else { return [] }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let count = fread(&bytes, 1, bytes.count, file)
        return Array(bytes[..<count])
    }

    @Test(arguments: FuzzTarget.allCases)
    func corpus(_ target: FuzzTarget) {
        let names = Self.names(target)
        #expect(names.count >= 3, "\(Self.folder)/\(target.rawValue)")
        for name in names {
            let bytes = Self.bytes(target, name)
            #expect(!bytes.isEmpty)
            let broken = bytes.withUnsafeBytes { target.run($0) }
            #expect(broken.isEmpty, "\(target.rawValue)/\(name)")
        }
    }
}
