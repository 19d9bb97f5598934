import Base
import PluginKit

/// Fetches one message by its id.
struct SingleFetch {
    private let host: Host
    private let api: GmailApi
    private let what: Fields

    init(_ host: Host, _ api: GmailApi, _ what: Fields) {
        self.host = host
        self.api = api
        self.what = what
    }

    func run() throws(Failure) {
        let place = try FolderPlace(what)
        guard let ref = what.text("ref"), !ref.isEmpty else { throw .invalid("ref", "is missing") }
        guard let answer = try api.look(host, [ref]).first else { return }
        if case .refused(let failure) = answer {
            try api.checkOthers(host, than: [ref])
            throw MessageIntake.notGiven(failure)
        }
        guard case .there(let message) = answer, place.has(message) else {
            try host.emit("gone", Record(["ref": .text(ref)]))
            return
        }
        // What is asked for by its name is wanted, whatever the rules say.
        try MessageIntake(host, api, isAsked: true) { () throws(Failure) in }.take([message])
    }
}
