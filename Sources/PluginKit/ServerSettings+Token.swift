import Base
import CMailroom

extension ServerSettings {
    /// Opens a connection, with an access token where the account has them. One that the server refuses is fetched anew
    /// once, and tried on a connection of its own: some hang up after a refusal.
    package func open<Opened>(
        _ host: Host, _ body: (_ token: [UInt8]?) throws(Failure) -> Opened
    ) throws(Failure) -> Opened {
        guard hasToken else { return try body(nil) }
        let token = try host.token()
        do throws(Failure) {
            return try body(token)
        } catch {
            // Where the cause is known already, another token does not help.
            guard error.result == Int32(MR_E_AUTH), error.cause == nil else { throw error }
            return try body(try host.token(refresh: true))
        }
    }
}
