import Base
import CMailroom
import CSystem
import Glibc

/// One question to one server, and its answer.
struct DNSExchange {
    let peer: Peer
    let address: SocketAddress
    let question: [UInt8]
    let patience: Patience

    /// Anything else that comes meanwhile (another id, another question) is passed over.
    /// - Throws: `MR_E_CONNECTION`, `MR_E_CANCELLED`.
    func byDatagram() throws(Failure) -> DNSMessage {
        let descriptor = csystem_datagram_socket(address.family)
        guard descriptor >= 0 else { throw peer.failure(errno: csystem_errno(), step: "dns", doing: "asking") }
        defer { Glibc.close(descriptor) }
        // Connected, so that only this server's datagrams come in, and a port that nobody serves is told of.
        let code = address.connect(descriptor)
        guard code == 0 else { throw peer.failure(errno: code, step: "dns", doing: "asking") }
        let sent = question.withUnsafeBytes { csystem_send(descriptor, $0.baseAddress, $0.count) }
        guard sent == question.count else { throw peer.failure(errno: csystem_errno(), step: "dns", doing: "asking") }
        let until = patience.until
        var buffer = [UInt8](repeating: 0, count: 65535)
        while try ready(descriptor, POLLIN, until) {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count < 0 {
                let code = csystem_errno()
                if code == EAGAIN || code == EINTR { continue }
                throw peer.failure(errno: code, step: "dns", doing: "waiting for an answer")
            }
            if let message = DNSMessage(Array(buffer.prefix(count)), answers: question) { return message }
        }
        throw late()
    }

    /// With the length before the message (RFC 1035, section 4.2.2).
    func byStream() throws(Failure) -> DNSMessage {
        let until = patience.until
        let descriptor = try Dialer.connect(peer, [address], until: until, patience)
        defer { Glibc.close(descriptor) }
        var rest = ([UInt8(question.count >> 8), UInt8(question.count & 0xFF)] + question)[...]
        while !rest.isEmpty {
            guard try ready(descriptor, POLLOUT, until) else { throw late() }
            let count = rest.withUnsafeBytes { csystem_send(descriptor, $0.baseAddress, $0.count) }
            if count > 0 { rest = rest.dropFirst(count) } else { try passes(csystem_errno()) }
        }
        let length = try read(2, from: descriptor, until)
        let bytes = try read(Int(length[0]) << 8 | Int(length[1]), from: descriptor, until)
        guard let message = DNSMessage(bytes, answers: question), !message.isTruncated else {
            var failure = Failure(MR_E_PROTOCOL, "name server \(peer.text) answered something else than it was asked")
            failure.step = "dns"
            throw failure
        }
        return message
    }

    private func read(_ wanted: Int, from descriptor: Int32, _ until: Int64) throws(Failure) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: wanted)
        var got = 0
        while got < wanted {
            guard try ready(descriptor, POLLIN, until) else { throw late() }
            let count = bytes.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress! + got, wanted - got, 0) }
            guard count != 0 else { throw peer.failure(errno: ECONNRESET, step: "dns", doing: "waiting for an answer") }
            if count > 0 { got += count } else { try passes(csystem_errno()) }
        }
        return bytes
    }

    private func passes(_ code: Int32) throws(Failure) {
        guard code == EAGAIN || code == EINTR else {
            throw peer.failure(errno: code, step: "dns", doing: "waiting for an answer")
        }
    }

    private func ready(_ descriptor: Int32, _ events: Int32, _ until: Int64) throws(Failure) -> Bool {
        var watched = [pollfd(fd: descriptor, events: Int16(events), revents: 0)]
        return try patience.wait(&watched, until: until)
    }

    private func late() -> Failure { peer.connection("timed_out", "the name server does not answer", step: "dns") }
}
