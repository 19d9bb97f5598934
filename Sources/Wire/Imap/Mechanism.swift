extension Imap {
    /// How to prove who one is (RFC 4422): of IMAP, POP3 and SMTP alike.
    package enum Mechanism: Sendable, Equatable {
        /// RFC 4616. `acting`: the one whose mailbox is meant, where it is another than the user's own.
        case plain(user: [UInt8], password: [UInt8], acting: [UInt8] = [])
        /// Never made a standard; the server asks for name and password in turn.
        case login(user: [UInt8], password: [UInt8])
        /// An access token as Google and Microsoft had it before there was a standard.
        case xoauth2(user: [UInt8], token: [UInt8])
        /// An access token (RFC 7628). The host and port are those that were dialled.
        case oauthBearer(user: [UInt8], host: String, port: UInt16, token: [UInt8])

        /// The standard's own where the server has it; nil where it takes no token.
        package static func token(
            _ token: [UInt8], user: [UInt8], host: String, port: UInt16, offered: (String) -> Bool
        ) -> Mechanism? {
            if offered("OAUTHBEARER") { return .oauthBearer(user: user, host: host, port: port, token: token) }
            return offered("XOAUTH2") ? .xoauth2(user: user, token: token) : nil
        }

        package var name: String {
            switch self {
            case .plain: "PLAIN"
            case .login: "LOGIN"
            case .xoauth2: "XOAUTH2"
            case .oauthBearer: "OAUTHBEARER"
            }
        }

        /// What is sent, answer by answer.
        package var responses: [[UInt8]] {
            switch self {
            case .plain(let user, let password, let acting): [acting + [0] + user + [0] + password]
            case .login(let user, let password): [user, password]
            case .xoauth2(let user, let token):
                [Array("user=".utf8) + user + Array("\u{1}auth=Bearer ".utf8) + token + [1, 1]]
            case .oauthBearer(let user, let host, let port, let token):
                [
                    Array("n,a=".utf8) + Mechanism.name(user) + Array(",\u{1}host=\(host)\u{1}port=\(port)".utf8)
                        + Array("\u{1}auth=Bearer ".utf8) + token + [1, 1]
                ]
            }
        }

        /// Whether the first answer goes along with the command where the server takes that. One for LOGIN is not in any
        /// document.
        package var hasInitialResponse: Bool {
            if case .login = self { false } else { true }
        }

        /// What answers the challenge in which a server says why it refuses a token (RFC 7628, section 3.2.3); nil where the
        /// mechanism has none.
        package var answerToRefusal: [UInt8]? {
            switch self {
            case .plain, .login: nil
            case .xoauth2: []
            case .oauthBearer: [1]
            }
        }

        /// A name within a GS2 header (RFC 5801, section 4).
        private static func name(_ user: [UInt8]) -> [UInt8] {
            user.flatMap { byte -> [UInt8] in
                switch byte {
                case 0x2c: Array("=2C".utf8)
                case 0x3d: Array("=3D".utf8)
                default: [byte]
                }
            }
        }
    }
}
