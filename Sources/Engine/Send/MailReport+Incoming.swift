import Base
import CMailroom
import Mime
import Store

extension MailReport {
    /// The report as the store takes it, with each failure explained.
    var incoming: IncomingReport {
        var report = IncomingReport(kind: kind.rawValue, originals: originals, subject: subject)
        if let envelopeID { report.originals.append(envelopeID) }
        report.recipients = recipients.map(\.incoming)
        if recipients.isEmpty, kind == .bounce || kind == .delay {
            let unnamed = Recipient(addresses: [], action: kind == .bounce ? .failed : .delayed)
            report.recipients = [unnamed.incoming]
        }
        return report
    }
}

extension MailReport.Recipient {
    fileprivate var incoming: ReportedRecipient {
        var reported = ReportedRecipient(addresses: addresses, action: action.rawValue, remote: remote)
        guard action == .failed || action == .delayed else { return reported }
        let found = ReportClass.of(self)
        let whom = addresses.first ?? "a recipient"
        var failure = Failure(
            MR_E_REFUSED, action == .failed ? "the mail to \(whom) came back" : "the mail to \(whom) is delayed")
        failure.failureClass = found.rawValue
        failure.cause = action == .failed ? Cause.ofBounce(found) : "bounce.delayed"
        failure.smtp = smtp
        failure.enhanced = enhanced
        failure.serverText = words
        reported.failure = failure.explained()
        reported.temporary = action == .delayed || found.isTemporary(ReportClass.reply(self))
        return reported
    }
}
