import Base
import FakeHost
import PluginKit

/// What is fuzzed: a provider with everything below it, or parsers.
package enum FuzzTarget: String, CaseIterable, Sendable {
    case imap, pop3, smtp, mime, report, gmail, graph, web

    /// Tries one input.
    /// - Returns: what should have held and did not; a trap, a hang and memory without bound show by themselves.
    package func run(_ input: UnsafeRawBufferPointer) -> [String] {
        switch self {
        case .imap: ImapTarget.run(input)
        case .pop3: Pop3Target.run(input)
        case .smtp: SmtpTarget.run(input)
        case .mime: MimeTarget.run(input)
        case .report: ReportTarget.run(input)
        case .gmail: ApiTarget.gmail.run(input)
        case .graph: ApiTarget.graph.run(input)
        case .web: WebTarget.run(input)
        }
    }
}

extension FakeHost {
    /// Which rules of the host were broken by the calls so far.
    var verdict: [String] { broken + (openStreams == 0 ? [] : ["\(openStreams) streams are open"]) }

    /// How much it keeps of which messages.
    func choose(_ choice: Int) {
        policy = { header in
            switch (choice &+ (header.text("ref")?.utf8.count ?? 0)) % 5 {
            case 3: .header
            case 4: .nothing
            default: .whole
            }
        }
    }
}
