import Glibc

/// The main job over the Maildir provider: connect, sync, status, send, a failure, resend.
struct SmokeJob {
    private static let address = "smoke@example.com"
    private static let waitSeconds = 20.0
    private let directory: String
    private let options: CommonOptions
    private let report: SmokeReport

    init(_ directory: String, _ options: CommonOptions, _ report: SmokeReport) {
        self.directory = directory
        self.options = options
        self.report = report
    }

    func run() throws(SmokeFailure) {
        try report.step(
            "library", check: "Tool and library belong together: use both from the same package."
        ) {
            try expect(!Version.text.isEmpty, "the library has no version")
            return ((), "version \(Version.text), ABI \(Version.abi)")
        }
        let room = try report.step(
            "store", check: "The temporary directory (TMPDIR) must be writable and on a local disk."
        ) {
            (try options.open(create: true, at: directory + "/store.db"), "opened")
        }
        try report.step(
            "provider", check: "maildir.so and maildir.json belong into lib/mailroom/plugins beside the library."
        ) {
            let rows = try room.find("provider").all()
            let maildir = rows.first { $0.text("scheme") == "maildir" }
            let refused = rows.compactMap { $0.text("state") == "refused" ? $0.said("reason") : nil }
            try expect(maildir != nil, (["no provider maildir"] + refused).joined(separator: "; "))
            try SmokeMail.lay(directory + "/Maildir")
            try SmokeMail.maildir(directory + "/outbox")
            return ((), rows.compactMap { $0.said("scheme") }.joined(separator: " "))
        }
        let account = try report.step("connect", check: "mailroom providers shows whether the plugin was loaded.") {
            let fields = try Fields()
            try fields.text("address", Self.address)
            try fields.text("provider", "maildir")
            try fields.text("path", directory + "/Maildir")
            try fields.text("outbox", directory + "/outbox")
            let account = try done(try room.connect(fields)).int("account") ?? 0
            try expect(account > 0, "the job named no account")
            return (account, "account \(account)")
        }
        try report.step("sync", check: "The temporary directory's disk must not be full.") {
            _ = try done(try room.sync(account, folder: nil))
            let rows = try room.find("message") { try $0.int("account", account) }.all()
            try expect(
                rows.count == SmokeMail.subjects.count, "\(rows.count) messages, not \(SmokeMail.subjects.count)")
            let subjects = Set(rows.map { $0.text("subject") })
            try expect(subjects == Set(SmokeMail.subjects), "subjects read wrongly: \(subjects.sorted())")
            return ((), "\(rows.count) messages")
        }
        try report.step("read", check: "This is a fault of the library on this machine: please report it.") {
            let row = try room.find("message") { try $0.text("message_id", SmokeMail.messageID) }.first()
            let text = try room.blob(row?.int("id") ?? 0, part: "1").bytes(limit: 4096)
            try expect(String(decoding: text.bytes, as: UTF8.self).contains(SmokeMail.text), "the text reads wrongly")
            return ((), "\u{201C}\(row?.text("subject") ?? "")\u{201D}")
        }
        try report.step("status", check: "mailroom log on a real store tells more.") {
            let status = try room.status(account)
            try expect(
                status.text("state") == "enabled", "the state is \(status.text("state")): \(status.text("reason"))")
            return ((), "\(status.text("state")), \(status.text("colour"))")
        }
        try report.step("send", check: "The temporary directory must be writable.") {
            let row = try send(room, account, to: "ann@example.com")
            try expect(row.text("state") == "sent", "the state is \(row.text("state")): \(row.text("reason"))")
            try expect(SmokeMail.count(directory + "/outbox") == 1, "nothing arrived in the outbox")
            return ((), "sent, and it arrived")
        }
        let failed = try report.step(
            "failure", check: "This is a fault of the library on this machine: please report it."
        ) {
            let row = try send(room, account, to: "once@example.com")
            let id = row.int("id") ?? 0
            try expect(row.text("state") == "failed", "the state is \(row.text("state")), not failed")
            try expect(row.said("class") != nil, "the failure has no class")
            return (id, "failed [\(row.text("class"))]: \(row.said("server_text") ?? row.text("reason"))")
        }
        try report.step("resend", check: "This is a fault of the library on this machine: please report it.") {
            try room.resend(failed, try Fields())
            let row = try ended(room, failed)
            try expect(row.text("state") == "sent", "the state is \(row.text("state")): \(row.text("reason"))")
            try expect(SmokeMail.count(directory + "/outbox") == 2, "nothing arrived in the outbox")
            return ((), "sent, and it arrived")
        }
    }

    private func send(_ room: Room, _ account: Int64, to recipient: String) throws -> Row {
        let message = try Fields()
        try message.texts("to", [recipient])
        try message.text("subject", "Smoke test")
        try message.text("text", "Is this machine well?\n")
        return try ended(room, try room.send(account, message))
    }

    private func ended(_ room: Room, _ send: Int64) throws -> Row {
        let (row, ended) = try room.sendWait(send, timeoutMs: Int32(Self.waitSeconds * 1000))
        try expect(ended, "it has not ended after \(Int(Self.waitSeconds)) s")
        return row["state"] == nil ? try room.get("send", send) : row
    }

    private func done(_ job: Job) throws -> Row {
        let (row, ended) = try job.wait(timeoutMs: Int32(Self.waitSeconds * 1000))
        try expect(ended, "it has not ended after \(Int(Self.waitSeconds)) s")
        return row
    }

    private func expect(_ truth: Bool, _ words: @autoclosure () -> String) throws {
        guard truth else { throw ToolError(.failed, words()) }
    }
}
