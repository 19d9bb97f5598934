import Base
import CMailroom
import CSystem
import Glibc

/// Asks name servers, by UDP and where the answer does not fit by TCP (RFC 1035, section 4.2; RFC 7766), and remembers what they
/// said as long as it lives. For what getaddrinfo(3) cannot ask: TXT and MX.
package final class DNSClient {
    /// Each server is asked so often before there is no answer.
    private static let rounds = 2

    private let servers: [NameServer]
    private let patience: Patience
    private let maximumQuestions: Int
    private var known: [String: Result<DNSAnswer, Failure>] = [:]
    /// How many questions went out.
    package private(set) var asked = 0

    /// - Parameter patience: its `timeoutMs` is for one answer of one server.
    package init(_ servers: [NameServer], _ patience: Patience, maximumQuestions: Int = 200) {
        self.servers = servers
        self.patience = patience
        self.maximumQuestions = maximumQuestions
    }

    /// - Throws: `MR_E_INVALID` for a name that cannot be asked for.
    package static func check(_ name: String) throws(Failure) { _ = try DNSMessage.labels(name) }

    /// - Throws: `MR_E_INVALID` for a name that cannot be one; `MR_E_CONNECTION` where no server answers; `MR_E_OUTAGE` where
    ///   they answer that they cannot; `MR_E_CANCELLED`.
    package func ask(_ name: String, _ type: DNSType) throws(Failure) -> DNSAnswer {
        let labels = try DNSMessage.labels(name)
        let key = "\(type.rawValue) \(name.lowercased())"
        if let known = known[key] { return try known.get() }
        let result: Result<DNSAnswer, Failure>
        do throws(Failure) {
            result = .success(try search(name, labels, type))
        } catch {
            guard error.result != Int32(MR_E_CANCELLED) else { throw error }
            result = .failure(error)
        }
        known[key] = result
        return try result.get()
    }

    private func search(_ name: String, _ labels: [[UInt8]], _ type: DNSType) throws(Failure) -> DNSAnswer {
        var (labels, name, aliases) = (labels, name, [String]())
        while true {
            let answer = try askServers(name, labels, type)
            aliases += answer.aliases
            // A resolver follows an alias by itself; a server that is not one leaves it to whoever asks.
            guard answer.outcome == .empty, let last = answer.aliases.last, type != .alias,
                aliases.count < DNSMessage.maximumAliases, let next = try? DNSMessage.labels(last)
            else { return DNSAnswer(answer.outcome, answer.records, aliases: aliases) }
            (labels, name) = (next, last)
        }
    }

    private func askServers(_ name: String, _ labels: [[UInt8]], _ type: DNSType) throws(Failure) -> DNSAnswer {
        var last: Failure?
        for _ in 0..<DNSClient.rounds {
            for server in servers {
                guard asked < maximumQuestions else {
                    throw Failure(MR_E_REFUSED, "more than \(maximumQuestions) questions to the name servers")
                }
                asked += 1
                do throws(Failure) {
                    return try ask(server, name, labels, type)
                } catch {
                    guard error.result != Int32(MR_E_CANCELLED) else { throw error }
                    last = error
                }
                guard Clock.boot() < patience.deadline else { break }
            }
        }
        throw last ?? Failure(MR_E_CONNECTION, "there is no name server")
    }

    private func ask(
        _ server: NameServer, _ name: String, _ labels: [[UInt8]], _ type: DNSType
    ) throws(Failure) -> DNSAnswer {
        let random = randomBytes(2)
        let question = DNSMessage.question(UInt16(random[0]) << 8 | UInt16(random[1]), labels, type)
        guard let address = Lookup(server.peer, numeric: true).run()?.first else {
            throw server.peer.connection("unreachable", "is not an address in numbers", step: "dns")
        }
        let exchange = DNSExchange(peer: server.peer, address: address, question: question, patience: patience)
        var message = try exchange.byDatagram()
        if message.isTruncated { message = try exchange.byStream() }
        guard message.code == 0 || message.code == 3 else {
            let words =
                [1: "FORMERR", 2: "SERVFAIL", 4: "NOTIMP", 5: "REFUSED"][message.code] ?? "code \(message.code)"
            var failure = Failure(MR_E_OUTAGE, "name server \(server.peer.text) cannot answer for \(name): \(words)")
            failure.serverText = words
            failure.step = "dns"
            throw failure
        }
        guard let answer = message.answer(name, type) else {
            var failure = Failure(MR_E_PROTOCOL, "name server \(server.peer.text) gave a broken answer for \(name)")
            failure.step = "dns"
            throw failure
        }
        return answer
    }
}
