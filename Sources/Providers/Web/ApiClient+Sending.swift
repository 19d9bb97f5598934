import Base
import CMailroom
import PluginKit

/// What holds for every message that goes out in pieces.
extension ApiClient {
    /// Does something whose body goes out in pieces, so that the host cannot say it again: where the token is refused, once more
    /// with a new one.
    package static func renewing<T>(_ host: Host, _ body: () throws(Failure) -> T) throws(Failure) -> T {
        do throws(Failure) {
            return try body()
        } catch {
            guard error.http == 401 else { throw error }
            _ = try host.token(refresh: true)
            return try body()
        }
    }

    /// What the failure of a message comes to that was offered whole: only a "no" of the service itself is one. Who is unwell, says
    /// something that is no answer, or says nothing, may have sent it.
    package static func judged(_ error: Failure) -> Failure {
        if error.http != nil, ![MR_E_OUTAGE, MR_E_PROTOCOL].contains(Int(error.result)) { return error }
        var failure = error
        failure.result = mr_result(MR_E_UNKNOWN_OUTCOME)
        failure.message =
            "the message was written whole, and it was not said what became of it: it may have been accepted"
        return failure
    }

    /// What a service that has said yes says of it, as far as that is to be had: it is done, and nothing that comes now changes it.
    package static func said(_ host: Host, _ answer: HTTPAnswer) -> Record {
        guard let body = try? answer.body(host, limit: 1 << 20) else { return Record() }
        return (try? record(body)) ?? Record()
    }
}
