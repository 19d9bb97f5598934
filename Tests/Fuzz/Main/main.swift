import CFuzz
import FuzzTargets
import Glibc

/// fuzz-TARGET [libFuzzer's options] [folders of inputs]: docs/fuzzing.md. The name that it is called by says the target,
/// because libFuzzer starts itself again by that name alone.
enum Fuzz {
    static let targets: [(target: FuzzTarget, one: cfuzz_one)] = [
        (.imap, { one(.imap, $0, $1) }), (.pop3, { one(.pop3, $0, $1) }), (.smtp, { one(.smtp, $0, $1) }),
        (.mime, { one(.mime, $0, $1) }), (.report, { one(.report, $0, $1) }), (.gmail, { one(.gmail, $0, $1) }),
        (.graph, { one(.graph, $0, $1) }), (.web, { one(.web, $0, $1) }),
    ]

    /// A rule that was broken ends the run as a crash does, and libFuzzer keeps the input.
    private static func one(_ target: FuzzTarget, _ data: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
        let broken = target.run(UnsafeRawBufferPointer(start: data, count: size))
        if broken.isEmpty { return 0 }
        print("what must hold did not: \(broken)")
        fflush(nil)
        abort()
    }

    static func main() -> Int32 {
        let path = CommandLine.unsafeArgv[0].map { String(cString: $0) } ?? ""
        guard let target = targets.first(where: { path.hasSuffix("-\($0.target.rawValue)") }) else {
            let names = targets.map(\.target.rawValue).joined(separator: "|")
            print("called as fuzz-\(names) [libFuzzer's options] [folders]")
            return 2
        }
        var count = CommandLine.argc
        var words: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
        return LLVMFuzzerRunDriver(&count, &words, target.one)
    }
}

exit(Fuzz.main())
