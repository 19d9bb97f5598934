import Base
import CMailroom
import PluginKit
import Testing

@testable import ImapProvider

/// Waiting for changes, on servers that follow a script.
struct ImapWatchTests {
    static let minutes: Int64 = 60_000
    static let examined = ("EXAMINE \"INBOX\"", "* 3 EXISTS\r\n% OK [READ-ONLY] in\r\n")
    static let idling = ("IDLE", "+ idling\r\n")
    static let done = ("DONE", "% OK done\r\n")

    struct Watching {
        let fake: ImapFakeHost
        let script: ImapScript
        let session: any Session

        /// What was emitted since the beginning.
        var said: [String] { ImapApplyTests.said(fake) }
    }

    static func folders(_ fake: ImapFakeHost, _ paths: [String]) -> [Fields] {
        paths.map { Fields(fake.host, fake.make(ImapApplyTests.record(["path": $0, "native": $0]))) }
    }

    static func begun(
        _ capabilities: String, _ steps: [(String, String)], _ paths: [String] = ["INBOX", "Sent", "Work"],
        settings: [String: String] = [:]
    ) throws -> Watching {
        let script = ImapScript("* PREAUTH [CAPABILITY IMAP4rev1 \(capabilities)] hi\r\n", steps)
        let fake = ImapFakeHost(script)
        fake.settings.merge(settings) { $1 }
        let session = try ImapProvider.open(fake.host)
        try session.watch(fake.host, folders: folders(fake, paths))
        return Watching(fake: fake, script: script, session: session)
    }

    // MARK: IDLE

    @Test func idle() throws {
        let watching = try Self.begun("IDLE", [Self.examined, Self.idling])
        let (fake, session) = (watching.fake, watching.session)
        #expect(watching.said == ["unwatched Sent", "unwatched Work"])
        #expect(fake.parked == [27 * Self.minutes])
        let rows: [(String, Bool)] = [
            ("* OK Still here\r\n", false), ("* 3 EXISTS\r\n", false), ("* 4 EXISTS\r\n", true),
            ("* 1 RECENT\r\n", false),
            ("* 2 EXPUNGE\r\n", true), ("* 3 EXISTS\r\n", false), ("* 1 FETCH (FLAGS (\\Seen))\r\n", true),
            ("* VANISHED 7:8\r\n", true), ("* 1 EXISTS\r\n", false), ("* VANISHED (EARLIER) 7:8\r\n", false),
            ("* FLAGS (\\Seen)\r\n", false), ("* STATUS \"INBOX\" (MESSAGES 4)\r\n", true),
            ("* STATUS \"Sent\" (MESSAGES 4)\r\n", false), ("* NONSENSE (\"\r\n", false), ("+ still idling\r\n", false),
        ]
        for (index, row) in rows.enumerated() {
            let before = fake.emitted.count
            // What goes to nobody is followed by something that does.
            fake.push(row.0.hasPrefix("+") ? row.0 + "* OK x\r\n" : row.0)
            #expect(try session.wake(fake.host, .data) == row.1, "\(row.0)")
            #expect(watching.said.dropFirst(before) == (row.1 ? ["changed INBOX"] : []), "\(row.0)")
            #expect(fake.parked.count == index + 2)
        }
        session.close(fake.host)
        #expect(fake.openStreams == 0)
    }

    /// One response a wake: what lies behind it wakes again, and half a line is not waited for.
    @Test func oneResponseAWake() throws {
        let watching = try Self.begun("IDLE", [Self.examined, Self.idling], ["INBOX"])
        watching.fake.push("* 4 EXISTS\r\n* 5 EXISTS\r\n* 6 EXI")
        #expect(try watching.session.wake(watching.fake.host, .data))
        #expect(try watching.session.wake(watching.fake.host, .data))
        watching.fake.push("STS\r\n")
        #expect(try watching.session.wake(watching.fake.host, .data))
        #expect(watching.said == ["changed INBOX", "changed INBOX", "changed INBOX"])
    }

    /// What comes between EXAMINE and the parking is told at once.
    @Test func newsBeforeParking() throws {
        let watching = try Self.begun(
            "IDLE", [Self.examined, ("IDLE", "* 4 EXISTS\r\n+ idling\r\n")], ["INBOX"])
        #expect(watching.fake.parked == [1])
        #expect(watching.said.isEmpty)
        #expect(try watching.session.wake(watching.fake.host, .timer))
        #expect(watching.said == ["changed INBOX"])
        #expect(watching.fake.parked == [1, 27 * Self.minutes])
        #expect(watching.script.isDone, "\(watching.script.surprises)")
    }

    @Test(arguments: [WakeReason.timer, .clock])
    func renewed(_ reason: WakeReason) throws {
        let watching = try Self.begun(
            "IDLE",
            [
                Self.examined, Self.idling, Self.done, Self.idling, ("DONE", "* 4 EXISTS\r\n% OK done\r\n"),
                ("IDLE", "* 4 EXISTS\r\n+ idling\r\n"),
            ], ["INBOX"], settings: ["idle_minutes": "9"])
        #expect(try !watching.session.wake(watching.fake.host, reason))
        #expect(watching.said.isEmpty)
        // What came meanwhile is not lost.
        #expect(try watching.session.wake(watching.fake.host, reason))
        #expect(watching.said == ["changed INBOX"])
        #expect(watching.fake.parked == [9 * Self.minutes, 9 * Self.minutes, 9 * Self.minutes])
        #expect(watching.script.isDone, "\(watching.script.surprises)")
    }

    /// Some servers end an IDLE by themselves.
    @Test func endedByTheServer() throws {
        let watching = try Self.begun("IDLE", [Self.examined, Self.idling, Self.idling], ["INBOX"])
        watching.fake.push("m2 OK IDLE terminated\r\n")
        #expect(try !watching.session.wake(watching.fake.host, .data))
        #expect(watching.script.isDone, "\(watching.script.surprises)")
        #expect(watching.fake.parked.count == 2)
    }

    @Test func stopped() throws {
        let watching = try Self.begun("IDLE", [Self.examined, Self.idling, ("DONE", "")], ["INBOX"])
        #expect(try !watching.session.wake(watching.fake.host, .stop))
        #expect(watching.script.lines.last == "TLS DONE")
        #expect(watching.fake.parked.count == 1)
        watching.session.close(watching.fake.host)
        #expect(watching.fake.openStreams == 0)
        #expect(watching.script.isDone, "\(watching.script.surprises)")
    }

    @Test(
        arguments: [
            ("* BYE Server shutting down.\r\n", MR_E_CONNECTION, "Server shutting down."),
            (
                "* 9 EXISTS\r\n* BYE [UNAVAILABLE] Autologout; idle for too long\r\n", MR_E_OUTAGE,
                "Autologout; idle for too long"
            ),
            (
                "* BYE Maximum number of connections exceeded\r\n", MR_E_THROTTLED,
                "Maximum number of connections exceeded"
            ),
            ("", MR_E_CONNECTION, nil), ("* 4 EXI", MR_E_CONNECTION, nil),
        ] as [(String, Int, String?)])
    func hungUp(_ said: String, _ result: Int, _ words: String?) throws {
        let watching = try Self.begun("IDLE", [Self.examined, Self.idling], ["INBOX"])
        watching.fake.push(said)
        let failure = #expect(throws: Failure.self) { try watching.session.wake(watching.fake.host, .hungUp) }
        #expect(failure?.result == mr_result(result))
        #expect(failure?.serverText == words)
        #expect(failure?.step == "idle")
        #expect(watching.fake.parked.count == 1)
    }

    @Test func byeAsData() throws {
        let watching = try Self.begun("IDLE", [Self.examined, Self.idling], ["INBOX"])
        watching.fake.push("* BYE Server shutting down.\r\n")
        let failure = #expect(throws: Failure.self) { try watching.session.wake(watching.fake.host, .data) }
        #expect(failure?.serverText == "Server shutting down.")
    }

    /// A folder that cannot be opened leaves its place to the next.
    @Test func firstRefused() throws {
        let watching = try Self.begun(
            "IDLE", [("EXAMINE \"INBOX\"", "% NO no\r\n"), ("EXAMINE \"Sent\"", "* 1 EXISTS\r\n% OK\r\n"), Self.idling])
        #expect(watching.said == ["unwatched INBOX", "unwatched Work"])
        watching.fake.push("* 2 EXISTS\r\n")
        #expect(try watching.session.wake(watching.fake.host, .data))
        #expect(watching.said.last == "changed Sent")
    }

    static let failures: [(String, [(String, String)], Int)] = [
        ("", [], MR_E_UNSUPPORTED),
        ("IDLE", [("EXAMINE", "% NO no\r\n"), ("EXAMINE", "% NO no\r\n"), ("EXAMINE", "% NO no\r\n")], MR_E_REFUSED),
        ("IDLE", [examined, ("IDLE", "% BAD what\r\n")], MR_E_REFUSED),
        ("IDLE", [examined, ("IDLE", "% NO [LIMIT] not now\r\n")], MR_E_THROTTLED),
        ("NOTIFY", [examined, ("NOTIFY", "% NO no\r\n"), ("NOTIFY", "% NO no\r\n")], MR_E_UNSUPPORTED),
        ("IDLE", [("EXAMINE", "* BYE no\r\n")], MR_E_CONNECTION),
    ]

    @Test(arguments: failures.indices)
    func cannot(_ index: Int) throws {
        let (capabilities, steps, result) = Self.failures[index]
        let failure = #expect(throws: Failure.self) { try Self.begun(capabilities, steps) }
        #expect(failure?.result == mr_result(result))
    }

    @Test(arguments: ["0", "30", "x", "-1"])
    func wrongMinutes(_ text: String) {
        let failure = #expect(throws: Failure.self) { try Self.begun("IDLE", [], settings: ["idle_minutes": text]) }
        #expect(failure?.result == mr_result(MR_E_INVALID))
        #expect(failure?.field == "idle_minutes")
    }

    @Test func wokenWithoutWatching() throws {
        let fake = ImapFakeHost(ImapScript("* PREAUTH [CAPABILITY IMAP4rev1] hi\r\n", []))
        let session = try ImapProvider.open(fake.host)
        let failure = #expect(throws: Failure.self) { try session.wake(fake.host, .data) }
        #expect(failure?.result == mr_result(MR_E_INVALID))
    }

    // MARK: NOTIFY

    static let notified = (
        "NOTIFY SET (selected (MessageNew MessageExpunge FlagChange)) (mailboxes (\"Sent\" \"Work\") (MessageNew MessageExpunge FlagChange))",
        "% OK\r\n"
    )

    @Test func notify() throws {
        let watching = try Self.begun(
            "NOTIFY", [Self.examined, Self.notified, ("NOOP", "* 6 EXISTS\r\n% OK\r\n")])
        let (fake, session) = (watching.fake, watching.session)
        #expect(watching.said.isEmpty)
        #expect(fake.parked == [27 * Self.minutes])
        let rows: [(String, String?)] = [
            ("* STATUS \"Work\" (MESSAGES 4 UIDNEXT 9)\r\n", "Work"), ("* STATUS Sent (HIGHESTMODSEQ 9)\r\n", "Sent"),
            ("* STATUS inbox (MESSAGES 9)\r\n", "INBOX"), ("* STATUS Other (MESSAGES 9)\r\n", nil),
            ("* 5 EXISTS\r\n", "INBOX"), ("* OK Still here\r\n", nil),
        ]
        for row in rows {
            let before = fake.emitted.count
            fake.push(row.0)
            #expect(try session.wake(fake.host, .data) == (row.1 != nil), "\(row.0)")
            #expect(watching.said.dropFirst(before) == (row.1.map { ["changed \($0)"] } ?? []), "\(row.0)")
        }
        #expect(try session.wake(fake.host, .timer))
        #expect(watching.said.last == "changed INBOX")
        #expect(watching.script.isDone, "\(watching.script.surprises)")
        #expect(try !session.wake(fake.host, .stop))
        session.close(fake.host)
        #expect(fake.openStreams == 0)
    }

    /// Some do not tell of flags in mailboxes that are not selected; some take it back.
    @Test(arguments: [
        [("NOTIFY SET", "% NO [BADEVENT (MessageNew MessageExpunge)] no\r\n")],
        [("NOTIFY SET", "% BAD what\r\n"), ("NOTIFY SET", "% NO no\r\n")],
    ])
    func notifyRefused(_ answers: [(String, String)]) throws {
        let isKept = answers.count == 1
        let last = isKept ? [("NOTIFY SET (selected (MessageNew MessageExpunge)) (mail", "% OK\r\n")] : []
        let watching = try Self.begun("NOTIFY IDLE", [Self.examined] + answers + last + [Self.idling])
        #expect(watching.said == (isKept ? [] : ["unwatched Sent", "unwatched Work"]))
        #expect(watching.script.isDone, "\(watching.script.surprises)")
    }

    /// Both at once: the first folder is idled on, the others are told of meanwhile.
    @Test func notifyWhileIdle() throws {
        let watching = try Self.begun(
            "NOTIFY IDLE", [Self.examined, Self.notified, Self.idling, Self.done, Self.idling])
        watching.fake.push("* STATUS Work (MESSAGES 4)\r\n* 9 EXISTS\r\n")
        #expect(try watching.session.wake(watching.fake.host, .data))
        #expect(try watching.session.wake(watching.fake.host, .data))
        #expect(watching.said == ["changed Work", "changed INBOX"])
        #expect(try !watching.session.wake(watching.fake.host, .timer))
        #expect(watching.script.isDone, "\(watching.script.surprises)")
    }

    /// More than it can tell: all may have changed, and IDLE goes on with the first.
    @Test func overflow() throws {
        let watching = try Self.begun("NOTIFY IDLE", [Self.examined, Self.notified, Self.idling])
        watching.fake.push("* OK [NOTIFICATIONOVERFLOW] too much\r\n")
        #expect(try watching.session.wake(watching.fake.host, .data))
        #expect(
            watching.said == ["changed INBOX", "changed Sent", "changed Work", "unwatched Sent", "unwatched Work"])
        #expect(watching.fake.parked.count == 2)
        watching.fake.push("* STATUS Work (MESSAGES 4)\r\n")
        #expect(try !watching.session.wake(watching.fake.host, .data))
        #expect(watching.script.isDone, "\(watching.script.surprises)")
    }

    @Test func overflowWithoutIdle() throws {
        let watching = try Self.begun("NOTIFY", [Self.examined, Self.notified])
        watching.fake.push("* OK [NOTIFICATIONOVERFLOW] too much\r\n")
        let failure = #expect(throws: Failure.self) { try watching.session.wake(watching.fake.host, .data) }
        #expect(failure?.result == mr_result(MR_E_UNSUPPORTED))
    }

    /// Lines have a limit: what does not fit is polled.
    @Test func manyFolders() throws {
        let paths = ["INBOX"] + (0..<500).map { "Folder number \($0)" }
        let watching = try Self.begun("NOTIFY", [Self.examined, ("NOTIFY SET", "% OK\r\n")], paths)
        let left = watching.said
        #expect(left.count > 100 && left.count < 400)
        #expect(left.first == "unwatched Folder number \(500 - left.count)")
        #expect(watching.script.lines.allSatisfy { $0.utf8.count < 8000 })
        watching.fake.push("* STATUS \"Folder number 0\" (MESSAGES 1)\r\n")
        #expect(try watching.session.wake(watching.fake.host, .data))
        watching.fake.push("* STATUS \"Folder number 499\" (MESSAGES 1)\r\n")
        #expect(try !watching.session.wake(watching.fake.host, .data))
    }
}
