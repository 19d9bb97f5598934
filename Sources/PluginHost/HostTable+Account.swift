import Base
import CMailroom

/// The account: settings, secrets, the provider's own state.
extension HostTable {
    private static let maximumState = 1 << 20

    static func addAccount(_ host: inout mr_host) {
        host.setting = { HostTable.setting($0, $1, $2) }
        host.secret = { HostTable.secret($0, $1, $2) }
        host.token = { HostTable.token($0, $1, $2) }
        host.state_get = { HostTable.stateGet($0, $1, $2) }
        host.state_put = { HostTable.statePut($0, $1, $2) }
    }

    private static func setting(
        _ context: OpaquePointer?, _ name: UnsafePointer<CChar>?, _ out: UnsafeMutablePointer<mr_bytes>?
    ) -> Int32 {
        with(context) { invocation throws(Failure) in
            let name = try text(name, "name", limit: 64)
            return try show(invocation, "setting.\(name)", name, out) {
                let value = invocation.delegate.setting(name) ?? invocation.manifest.setting(name)?.defaultValue
                return value.map { Array($0.utf8) }
            }
        }
    }

    private static func secret(
        _ context: OpaquePointer?, _ name: UnsafePointer<CChar>?, _ out: UnsafeMutablePointer<mr_bytes>?
    ) -> Int32 {
        with(context) { invocation throws(Failure) in
            let name = try text(name, "name", limit: 64)
            return try show(invocation, "secret.\(name)", name, out, secret: true) {
                let value = invocation.delegate.secret(name)
                if let value { invocation.streams.cut.learn(value) }
                return value
            }
        }
    }

    private static func token(
        _ context: OpaquePointer?, _ refresh: Int32, _ out: UnsafeMutablePointer<mr_bytes>?
    ) -> Int32 {
        working(context) { invocation throws(Failure) in
            guard let out else { throw .invalid("out", "NULL") }
            out.pointee = mr_bytes()
            guard let shown = invocation.arena.copy(try accessToken(invocation, refresh: refresh != 0), secret: true)
            else { throw Failure(MR_E_INVALID, "token: no memory left in this call") }
            out.pointee = mr_bytes(shown)
            return 0
        }
    }

    /// The account's access token, which from now on is cut out of whatever a server says.
    static func accessToken(_ invocation: Invocation, refresh: Bool) throws(Failure) -> [UInt8] {
        try invocation.check()
        do throws(Failure) {
            let token = try invocation.delegate.token(refresh: refresh)
            invocation.streams.cut.learn(token)
            return token
        } catch {
            // Why there is no token is known to nobody better; that there is none by nature, a provider may ask.
            if Int(error.result) != MR_E_UNSUPPORTED { invocation.end(with: error) }
            throw error
        }
    }

    /// Shows a value that does not change during the invocation: read once, copied once.
    private static func show(
        _ invocation: Invocation, _ cell: String, _ name: String, _ out: UnsafeMutablePointer<mr_bytes>?,
        secret: Bool = false, _ value: () -> [UInt8]?
    ) throws(Failure) -> Int32 {
        guard let out else { throw .invalid("out", "NULL") }
        out.pointee = mr_bytes()
        if let shown = invocation.cells[cell] {
            out.pointee = mr_bytes(shown)
            return 0
        }
        guard let value = value() else { return Int32(MR_E_NOT_FOUND) }
        guard let shown = invocation.arena.copy(value, secret: secret) else {
            throw Failure(MR_E_INVALID, "\(name): no memory left in this call")
        }
        invocation.cells[cell] = shown
        out.pointee = mr_bytes(shown)
        return 0
    }

    private static func stateGet(
        _ context: OpaquePointer?, _ key: UnsafePointer<CChar>?, _ out: UnsafeMutablePointer<mr_bytes>?
    ) -> Int32 {
        working(context) { invocation throws(Failure) in
            let key = try text(key, "key", limit: 255)
            guard let out else { throw .invalid("out", "NULL") }
            out.pointee = mr_bytes()
            let value: [UInt8]?
            if let put = invocation.state[key] {
                value = put.isEmpty ? nil : put
            } else {
                value = try invocation.ask { delegate throws(Failure) in try delegate.stateGet(key) }
            }
            guard let value else { return Int32(MR_E_NOT_FOUND) }
            if let shown = invocation.cells["state.\(key)"], shown.elementsEqual(value) {
                out.pointee = mr_bytes(shown)
                return 0
            }
            guard let shown = invocation.arena.copy(value) else {
                throw Failure(MR_E_INVALID, "\(key): no memory left in this call")
            }
            invocation.cells["state.\(key)"] = shown
            out.pointee = mr_bytes(shown)
            return 0
        }
    }

    private static func statePut(_ context: OpaquePointer?, _ key: UnsafePointer<CChar>?, _ value: mr_bytes) -> Int32 {
        working(context) { invocation throws(Failure) in
            let key = try text(key, "key", limit: 255)
            let value = Array(try bytes(value, key, limit: maximumState))
            guard invocation.state.count < 4096 || invocation.state[key] != nil else {
                throw invocation.broken("more than 4,096 values of state in one call")
            }
            try invocation.ask { delegate throws(Failure) in try delegate.statePut(key, value) }
            invocation.state[key] = value
            return 0
        }
    }
}
