import CMailroom

/// Deleting where folders are labels.
extension ImapApplyTests {
    static func labels(_ labels: String) -> (String, String) {
        ("UID FETCH 4 (UID FLAGS X-GM-LABELS)", "* 2 FETCH (UID 4 FLAGS () X-GM-LABELS (\(labels)))\r\n% OK\r\n")
    }

    static let discarded: [(String, String)] = [
        (
            "LIST \"\" \"*\"",
            "* LIST (\\HasNoChildren \\All) \"/\" \"[Gmail]/All\"\r\n"
                + "* LIST (\\HasNoChildren \\Trash) \"/\" \"[Gmail]/Bin\"\r\n% OK\r\n"
        ),
        ("UID MOVE 4 \"[Gmail]/Bin\"", "* OK [COPYUID 9 4 12] x\r\n* 2 EXPUNGE\r\n% OK\r\n"),
        ("SELECT \"[Gmail]/Bin\"", "% OK [READ-WRITE] in\r\n"), ("UID STORE 12 +FLAGS (\\Deleted)", "% OK\r\n"),
        ("UID EXPUNGE 12", "* 1 EXPUNGE\r\n% OK\r\n"),
    ]

    static let gmailRows: [Row] = [
        Row(
            description: "Gmail: one label of several goes", capabilities: "X-GM-EXT-1 UIDPLUS MOVE",
            change: ["kind": "delete", "ref": "4", "role": "inbox"],
            steps: [
                selected(), labels("\"\\\\Inbox\" Work \"\\\\Important\""), marked,
                ("UID EXPUNGE 4", "* 2 EXPUNGE\r\n% OK\r\n"),
            ],
            emitted: ["gone 4"]),
        Row(
            description: "Gmail: the last label goes, and so the message", capabilities: "X-GM-EXT-1 UIDPLUS MOVE",
            change: ["kind": "delete", "ref": "4", "role": "inbox"],
            steps: [selected(), labels("\"\\\\Inbox\" \"\\\\Starred\" \"\\\\Important\" INBOX")] + discarded,
            emitted: ["gone 4"]),
        Row(
            description: "Gmail: All Mail is the message", capabilities: "X-GM-EXT-1 UIDPLUS MOVE",
            change: ["kind": "delete", "ref": "4", "role": "all"], steps: [selected(), labels("Work")] + discarded,
            emitted: ["gone 4"]),
        Row(
            description: "Gmail: out of Trash", capabilities: "X-GM-EXT-1 UIDPLUS MOVE",
            change: ["kind": "delete", "ref": "4", "role": "trash"],
            steps: [selected(), labels(""), marked, ("UID EXPUNGE 4", "* 2 EXPUNGE\r\n% OK\r\n")], emitted: ["gone 4"]),
        Row(
            description: "Gmail: Trash is hidden", capabilities: "X-GM-EXT-1 UIDPLUS MOVE",
            change: ["kind": "delete", "ref": "4", "role": "inbox"],
            steps: [selected(), labels(""), ("LIST", "* LIST () \"/\" INBOX\r\n% OK\r\n")], result: MR_E_REFUSED),
    ]
}
