import Base
import Testing

@testable import GmailProvider

@Suite struct GmailPartsTests {
    // MARK: labels

    @Test(
        arguments: [
            ([], ["ALL"]), (["INBOX"], ["INBOX"]), (["INBOX", "UNREAD", "IMPORTANT", "CATEGORY_SOCIAL"], ["INBOX"]),
            (["UNREAD"], ["ALL"]), (["STARRED", "CATEGORY_UPDATES"], ["ALL"]),
            (["Label_1", "INBOX"], ["Label_1", "INBOX"]),
            (["SENT", "Label_7"], ["SENT", "Label_7"]), (["DRAFT"], ["DRAFT"]),
            (["TRASH", "Label_1", "INBOX"], ["TRASH"]),
            (["SPAM", "Label_1"], ["SPAM"]), (["TRASH", "SPAM"], ["TRASH"]), (["CHAT"], []),
        ] as [([String], [String])])
    func places(labels: [String], places: [String]) {
        #expect(GmailLabels.places(labels) == places)
    }

    @Test(
        arguments: [
            ([], "\\Seen"), (["UNREAD"], ""), (["STARRED"], "\\Seen \\Flagged"), (["DRAFT", "UNREAD"], "\\Draft"),
            (["IMPORTANT", "UNREAD", "INBOX"], "$Important"),
        ] as [([String], String)])
    func flags(labels: [String], flags: String) {
        #expect(GmailLabels.flags(labels) == flags)
    }

    @Test(arguments: ["\\Answered", "work", "\\Draft", "\\Deleted", "Label_1"])
    func flagsThatAreNoLabel(flag: String) { #expect(GmailLabels.label(of: flag) == nil) }

    // MARK: cursor

    @Test func cursorsComeBack() throws {
        for isComplete in [true, false] {
            let cursor = try GmailCursor(GmailCursor(history: 18_446_744_073_709_551_615, isComplete: isComplete).bytes)
            #expect(cursor.history == 18_446_744_073_709_551_615)
            #expect(cursor.isComplete == isComplete)
        }
    }

    @Test(arguments: ["1", "2 5 done", "1 x done", "1 5 half", "1 -5 done", "1 5 done more"])
    func cursorsOfOthers(text: String) {
        #expect(throws: Failure.self) { try GmailCursor(Array(text.utf8)) }
    }

    // MARK: base64

    @Test func base64InPieces() {
        var chance = SystemRandomNumberGenerator()
        for count in 0...70 {
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &chance) }
            var text = Array(Base64.encode(bytes).utf8).map { $0 == 43 ? 45 : $0 == 47 ? 95 : $0 }
            if count % 2 == 0 { text.removeAll { $0 == 61 } }
            for size in [1, 3, 7, 100] {
                var decoder = WebBase64()
                var out: [UInt8] = []
                for start in stride(from: 0, to: text.count, by: size) {
                    decoder.decode(text[start..<min(start + size, text.count)], into: &out)
                }
                decoder.finish(into: &out)
                #expect(out == bytes)
                #expect(!decoder.isDamaged)
            }
        }
    }

    @Test(arguments: ["ab!d", "a", "abcde", "ab=d"])
    func damagedBase64(text: String) {
        var decoder = WebBase64()
        var out: [UInt8] = []
        decoder.decode(text.utf8, into: &out)
        decoder.finish(into: &out)
        #expect(decoder.isDamaged)
    }

    // MARK: the content in a resource

    @Test(arguments: [
        #"{"id":"1","raw":"SGVsbG8="}"#, #"{"raw":"SGVsbG8","id":"1"}"#,
        #"{ "snippet" : "a \"raw\": \"no\\" , "raw" : "SGVsbG8=" }"#,
        #"{"labelIds":["raw","INBOX"],"payload":{"raw":"bm8="},"raw":"SGVsbG8="}"#,
        #"{"raw2":"bm8=","raw":"SGVsbG8="}"#,
        #"{"sizeEstimate":5,"raw":"SGVsbG8=","historyId":"7","raw":"bm8="}"#,
    ])
    func rawText(json: String) throws {
        let bytes = Array(json.utf8)
        for size in 1...bytes.count {
            var raw = RawText()
            var out: [UInt8] = []
            for start in stride(from: 0, to: bytes.count, by: size) {
                try Array(bytes[start..<min(start + size, bytes.count)]).withBytes { (piece) throws(Failure) in
                    try raw.take(piece, into: &out)
                }
            }
            #expect(String(decoding: out, as: UTF8.self) == "Hello")
            #expect(raw.isOver)
        }
    }

    @Test(arguments: [#"{"id":"raw"}"#, #"{"raw":"SGVsb"#, #"{"raw":null}"#, "", #"{"a":["raw":"SGVs"]}"#])
    func noRawText(json: String) throws {
        var raw = RawText()
        var out: [UInt8] = []
        try Array(json.utf8).withBytes { (piece) throws(Failure) in try raw.take(piece, into: &out) }
        #expect(!raw.isOver)
    }

    // MARK: batches

    private func answer(_ parts: [(String, String)], end: Bool = true) -> [UInt8] {
        var text = ""
        for (name, reply) in parts {
            text += "--b_1\r\nContent-Type: application/http\r\nContent-ID: <response-\(name)>\r\n\r\n\(reply)\r\n"
        }
        return Array((text + (end ? "--b_1--\r\n" : "")).utf8)
    }

    @Test func batchesInWhateverOrder() throws {
        let body = answer([
            ("1", "HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\n{}"),
            ("0", "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{\n \"id\": \"7\"\n}\n"),
            ("3", "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 7\r\n\r\n{}"),
            ("9", "HTTP/1.1 200 OK\r\n\r\n{}"),
        ])
        let parts = try BatchBody.decode(body, contentType: #"multipart/mixed; boundary="b_1""#, count: 4)
        #expect(parts.map { $0?.status } == [200, 404, nil, 429])
        #expect(try parts[0].map { try JSON.parse($0.body).text("id") } == "7")
        #expect(parts[3]?.retryAfterMs == 7000)
    }

    @Test(arguments: ["multipart/mixed", "multipart/mixed; boundary=", "text/html", "multipart/mixed; boundary=other"])
    func batchesThatCannotBeRead(type: String) {
        let body = answer([("0", "HTTP/1.1 200 OK\r\n\r\n{}")])
        #expect(throws: Failure.self) { try BatchBody.decode(body, contentType: type, count: 1) }
    }

    @Test func batchesThatAreCutOff() {
        let body = answer([("0", "HTTP/1.1 200 OK\r\n\r\n{}")])
        for length in 0..<(body.count - 4) {
            #expect(throws: Failure.self) {
                try BatchBody.decode(Array(body.prefix(length)), contentType: "multipart/mixed; boundary=b_1", count: 1)
            }
        }
    }

    @Test func requestsOfABatch() {
        let text = String(decoding: BatchBody.encode(["/gmail/v1/x?format=raw"]), as: UTF8.self)
        #expect(
            text == "--mailroom_batch\r\nContent-Type: application/http\r\nContent-ID: <0>\r\n\r\n"
                + "GET /gmail/v1/x?format=raw HTTP/1.1\r\n\r\n--mailroom_batch--\r\n")
    }

    // MARK: messages

    @Test func headersOfAMessage() throws {
        let json = #"""
            {"id": "18c", "threadId": "18b", "labelIds": ["UNREAD", "INBOX"], "internalDate": "1700000000000",
             "sizeEstimate": 900, "payload": {"headers": [{"name": "MESSAGE-ID", "value": " <a@b> "},
             {"name": "To", "value": "x\r\nBcc: y"}]}}
            """#
        let message = try #require(GmailMessage(try JSON.parse(json)))
        #expect(message.messageID == "a@b")
        #expect(message.date == 1_700_000_000_000)
        #expect(message.flags == "")
        #expect(message.places == ["INBOX"])
        #expect(
            message.header.map { String(decoding: $0, as: UTF8.self) } == "MESSAGE-ID:  <a@b> \r\nTo: x  Bcc: y\r\n\r\n"
        )
    }

    @Test(arguments: ["{}", #"{"id": ""}"#, #"{"id": 7}"#])
    func noMessage(json: String) throws { #expect(GmailMessage(try JSON.parse(json)) == nil) }
}
