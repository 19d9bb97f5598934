import CFuzz
import Glibc

/// fuzz TARGET [libFuzzer's options] [folders of inputs]: docs/fuzzing.md.
enum Fuzz {
    static let targets: [(name: String, one: cfuzz_one)] = [
        ("imap", { answer(ImapTarget.run, $0, $1) }), ("pop3", { answer(Pop3Target.run, $0, $1) }),
        ("smtp", { answer(SmtpTarget.run, $0, $1) }), ("mime", { answer(MimeTarget.run, $0, $1) }),
    ]

    private static func answer(
        _ run: (UnsafeRawBufferPointer) -> Void, _ data: UnsafePointer<UInt8>?, _ size: Int
    ) -> Int32 {
        run(UnsafeRawBufferPointer(start: data, count: size))
        return 0
    }

    static func main() -> Int32 {
        let name = CommandLine.argc > 1 ? CommandLine.unsafeArgv[1].map { String(cString: $0) } ?? "" : ""
        guard let target = targets.first(where: { $0.name == name }) else {
            print("usage: fuzz \(targets.map(\.name).joined(separator: "|")) [libFuzzer's options] [folders]")
            return 2
        }
        // The target's name is not for libFuzzer.
        var count = CommandLine.argc - 1
        var words: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv + 1
        words?[0] = CommandLine.unsafeArgv[0]
        return LLVMFuzzerRunDriver(&count, &words, target.one)
    }
}

exit(Fuzz.main())
