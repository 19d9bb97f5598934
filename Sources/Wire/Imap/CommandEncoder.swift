import Base

/// Puts a command into octets. Where the server must be waited for (a literal, a step of a SASL exchange), one
/// chunk ends.
struct CommandEncoder {
    /// One that is empty is the driver's to fill: the server's go-ahead is the sign.
    private(set) var chunks: [[UInt8]] = [[]]
    let capabilities: Imap.Capabilities
    /// Whether UTF8=ACCEPT was enabled (RFC 6855): quoted strings may then be UTF-8.
    private let utf8: Bool

    init(tag: String, _ command: Imap.Command, _ capabilities: Imap.Capabilities, utf8: Bool = false) {
        self.capabilities = capabilities
        self.utf8 = utf8
        say("\(tag) ")
        write(command)
        switch command {
        case .authenticate, .append: break
        case .idle:
            say("\r\n")
            wait()
        default: say("\r\n")
        }
    }

    mutating func say(_ text: String) { chunks[chunks.count - 1].append(contentsOf: text.utf8) }

    mutating func say(_ bytes: [UInt8]) { chunks[chunks.count - 1].append(contentsOf: bytes) }

    private mutating func write(_ command: Imap.Command) {
        switch command {
        case .capability: say("CAPABILITY")
        case .noop: say("NOOP")
        case .logout: say("LOGOUT")
        case .startTLS: say("STARTTLS")
        case .id(let fields): identity(fields)
        case .login(let user, let password):
            say("LOGIN ")
            string(user)
            say(" ")
            string(password)
        case .authenticate(let mechanism): authenticate(mechanism)
        case .enable(let names): say("ENABLE \(names.joined(separator: " "))")
        case .list(let pattern, let options):
            say("LIST \"\" ")
            string(pattern)
            if !options.isEmpty { say(" RETURN (\(options.joined(separator: " ")))") }
        case .namespace: say("NAMESPACE")
        case .myRights(let mailbox):
            verb("MYRIGHTS", mailbox)
        case .compress: say("COMPRESS DEFLATE")
        case .examine(let mailbox, let opening):
            say("EXAMINE ")
            string(mailbox)
            switch opening {
            case .plain: break
            case .condStore: say(" (CONDSTORE)")
            case .resync(let resync): say(" \(resync.text)")
            }
        case .fetch(let set, let items): say("FETCH \(set.text) (\(items.joined(separator: " ")))")
        case .uidFetch(let set, let items, let changedSince):
            say("UID FETCH \(set.text) (\(items.joined(separator: " ")))")
            if let changedSince { say(" (CHANGEDSINCE \(changedSince))") }
        case .uidSearch(let what): say("UID SEARCH \(what)")
        case .select(let mailbox): verb("SELECT", mailbox)
        case .status(let mailbox, let items):
            verb("STATUS", mailbox)
            say(" (\(items.joined(separator: " ")))")
        case .create(let mailbox): verb("CREATE", mailbox)
        case .subscribe(let mailbox): verb("SUBSCRIBE", mailbox)
        case .uidStore(let set, let change, let flags):
            say("UID STORE \(set.text) \(change.rawValue)FLAGS (\(flags.joined(separator: " ")))")
        case .uidCopy(let set, let mailbox): verb("UID COPY \(set.text)", mailbox)
        case .uidMove(let set, let mailbox): verb("UID MOVE \(set.text)", mailbox)
        case .uidExpunge(let set): say("UID EXPUNGE \(set.text)")
        case .expunge: say("EXPUNGE")
        case .uidSearchMessageID(let value): verb("UID SEARCH HEADER MESSAGE-ID", value)
        case .append(let append): self.append(append)
        case .idle: say("IDLE")
        case .notify(let notify): self.notify(notify)
        }
    }

    /// What follows is not sent before the server's go-ahead.
    mutating func wait() { chunks.append([]) }

    /// Quoted where it may be (RFC 9051, section 4.3), else a literal: not waited for where the server takes that.
    mutating func string(_ bytes: [UInt8]) {
        if bytes.count <= 1000, bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x7f && (utf8 || $0 < 0x80) }),
            !utf8 || String(validating: bytes, as: UTF8.self) != nil
        {
            say("\"")
            for byte in bytes {
                if byte == 0x22 || byte == 0x5c { say([0x5c]) }
                say([byte])
            }
            say("\"")
        } else if bytes.count <= capabilities.literalWithoutWaiting {
            say("{\(bytes.count)+}\r\n")
            say(bytes)
        } else {
            say("{\(bytes.count)}\r\n")
            wait()
            say(bytes)
        }
    }

    private mutating func identity(_ fields: [Imap.IDField]) {
        if fields.isEmpty { return say("ID NIL") }
        say("ID (")
        for (index, field) in fields.enumerated() {
            if index > 0 { say(" ") }
            string(Array(field.name.utf8))
            say(" ")
            if let value = field.value { string(Array(value.utf8)) } else { say("NIL") }
        }
        say(")")
    }

    /// With SASL-IR (RFC 4959) the first response goes along; an empty one is `=`.
    private mutating func authenticate(_ mechanism: Imap.Mechanism) {
        say("AUTHENTICATE \(mechanism.name)")
        var responses = mechanism.responses[...]
        if capabilities.has("SASL-IR"), mechanism.hasInitialResponse, let first = responses.popFirst() {
            say(first.isEmpty ? " =" : " \(Base64.encode(first))")
        }
        say("\r\n")
        for response in responses { chunks.append(Array((Base64.encode(response) + "\r\n").utf8)) }
    }
}
