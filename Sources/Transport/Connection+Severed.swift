import Glibc

extension Connection {
    /// Whether the other side has ended the stream, or it broke, as far as this machine knows: nothing is sent or read.
    package var isSevered: Bool {
        guard descriptor >= 0 else { return true }
        // POLLRDHUP of Linux, which the module of the C library leaves out.
        let hungUp: Int16 = 0x2000
        var watched = pollfd(fd: descriptor, events: hungUp, revents: 0)
        guard poll(&watched, 1, 0) > 0 else { return false }
        return watched.revents & (hungUp | Int16(POLLHUP) | Int16(POLLERR) | Int16(POLLNVAL)) != 0
    }
}
