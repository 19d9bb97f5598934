import Glibc

/// The mail that the smoke test finds.
enum SmokeMail {
    static let messageID = "smoke-2@example.com"
    static let text = "Gr\u{FC}\u{DF}e"
    static let subjects = ["First", "\u{DC}ber wide text \u{65E5}\u{672C}", "With a file"]

    private static let messages = [
        "From: Ann <ann@example.com>\r\nTo: smoke@example.com\r\nSubject: First\r\n"
            + "Date: Mon, 02 Nov 2026 10:00:00 +0000\r\nMessage-ID: <smoke-1@example.com>\r\n\r\nHello.\r\n",
        "From: =?utf-8?q?J=C3=BCrgen?= <juergen@example.com>\r\nTo: smoke@example.com\r\n"
            + "Subject: =?utf-8?q?=C3=9Cber_wide_text?= =?utf-8?b?IOaXpeacrA==?=\r\n"
            + "Date: Mon, 02 Nov 2026 11:00:00 +0000\r\nMessage-ID: <smoke-2@example.com>\r\n"
            + "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
            + "Content-Transfer-Encoding: quoted-printable\r\n\r\nGr=C3=BC=C3=9Fe\r\n",
        "From: Bob <bob@example.com>\r\nTo: smoke@example.com\r\nSubject: With a file\r\n"
            + "Date: Mon, 02 Nov 2026 12:00:00 +0000\r\nMessage-ID: <smoke-3@example.com>\r\n"
            + "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=edge\r\n\r\n"
            + "--edge\r\nContent-Type: text/plain\r\n\r\nSee the file.\r\n"
            + "--edge\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; filename=a.bin\r\n"
            + "Content-Transfer-Encoding: base64\r\n\r\nAAECAw==\r\n--edge--\r\n",
    ]

    /// Makes a Maildir with every message in `new`.
    static func lay(_ path: String) throws {
        try maildir(path)
        for (index, message) in messages.enumerated() {
            let name = "\(path)/new/176207\(index)000.M\(index)P1.smoke"
            let file = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
            guard file >= 0 else { throw ToolError(.failed, "\(name): \(String(cString: strerror(errno)))") }
            Output.write(file, message)
            close(file)
        }
    }

    static func maildir(_ path: String) throws {
        for name in ["", "/cur", "/new", "/tmp"] where mkdir(path + name, 0o700) != 0 {
            throw ToolError(.failed, "\(path)\(name): \(String(cString: strerror(errno)))")
        }
    }

    /// How many messages a Maildir holds.
    static func count(_ path: String) -> Int {
        var count = 0
        for name in ["/cur", "/new"] {
            guard let directory = opendir(path + name) else { continue }
            defer { closedir(directory) }
            while let entry = readdir(directory) {
                if entry.pointee.d_name.0 != CChar(UInt8(ascii: ".")) { count += 1 }
            }
        }
        return count
    }
}
