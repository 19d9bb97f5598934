import Base

/// One row for the log. The same account, what, cause and server text again counts the row up.
package struct NewLog: Sendable {
    package var account: Int64?
    /// The company that it is about, where it is about none of its accounts.
    package var company: Int64?
    /// error, warning or notice.
    package var level: String
    /// What was tried: connect, sync, send, load ...
    package var what: String
    package var message: String
    package var cause: String?
    package var failureClass: String?
    /// The result's name: MR_E_AUTH ...
    package var code: String?
    package var step: String?
    package var serverText: String?
    package var advice: String?
    /// The send that it is about.
    package var send: Int64?

    package init(account: Int64? = nil, level: String = "error", what: String, message: String, send: Int64? = nil) {
        self.account = account
        self.level = level
        self.what = what
        self.message = message
        self.send = send
    }
}
