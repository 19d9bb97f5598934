import Glibc

/// The few kinds of failure that a socket's errno values come down to.
enum SocketFault: Int {
    case refused = 3
    case timedOut = 2
    case unreachable = 1
    case lost = 0

    init(errno code: Int32) {
        switch code {
        case ECONNREFUSED: self = .refused
        case ETIMEDOUT: self = .timedOut
        case EHOSTUNREACH, ENETUNREACH, ENETDOWN, EHOSTDOWN, EADDRNOTAVAIL, EAFNOSUPPORT, EACCES, EPERM, EINVAL, EMFILE,
            ENFILE, ENOBUFS, ENOMEM:
            self = .unreachable
        default: self = .lost
        }
    }
}
