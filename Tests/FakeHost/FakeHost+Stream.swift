import CMailroom

/// The one stream at a time that a fake host has: a stream is its host.
extension FakeHost {
    func connect(_ what: String) {
        dialled.append(what)
        openStreams += 1
        incoming = peer.greet()
        taken = 0
    }

    func close() {
        openStreams -= 1
        if openStreams < 0 { broken.append("a stream was closed twice") }
        peer.hangUp()
    }

    func startTLS() -> Int32 {
        if startTLSAnswer < 0 || (taken < incoming.count && !isForgiving) { return Int32(MR_E_TLS) }
        peer.secure()
        return 0
    }

    func write(_ bytes: UnsafeRawBufferPointer) -> Int32 {
        incoming += peer.hear(bytes)
        return 0
    }

    func line(_ limit: Int, _ out: inout mr_bytes) -> Int32 {
        guard let end = incoming[taken...].firstIndex(of: 10) else { return Int32(MR_E_CONNECTION) }
        var line = incoming[taken..<end]
        if line.last == 13 { line.removeLast() }
        if line.count > limit { return Int32(MR_E_PROTOCOL) }
        out = keep(line)
        taken = end + 1
        compact()
        return 0
    }

    func read(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
        let count = min(buffer.count, piece, incoming.count - taken)
        buffer.copyBytes(from: incoming[taken..<taken + count])
        taken += count
        compact()
        return count
    }

    private func compact() {
        if taken < 1 << 20 { return }
        incoming.removeFirst(taken)
        taken = 0
    }
}
