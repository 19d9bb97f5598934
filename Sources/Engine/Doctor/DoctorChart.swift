import Base
import Store

/// One step of a doctor's look at an account, and what was found there.
struct DoctorStep {
    let step: String
    /// receive, send, or nil for what belongs to neither.
    let side: String?
    var isOK = true
    var isSkipped = false
    var found: String?
    var reason: String?
    var cause: String?
    var advice: String?
    var serverText: String?
    var ms: Int64?
    /// Fields that this step alone has.
    var more = Record()

    init(_ step: String, _ side: HealthRules.Side? = nil, found: String? = nil, ms: Int64? = nil) {
        self.step = step
        self.side = side.map { $0 == .receive ? "receive" : "send" }
        self.found = found
        self.ms = ms
    }

    /// It is wrong, for a cause of the catalogue.
    mutating func fails(_ cause: String, _ reason: String? = nil) {
        isOK = false
        self.cause = cause
        self.reason = reason ?? Cause.named(cause)?.explanation
    }

    /// - Parameter failure: with its cause and its advice.
    mutating func fails(_ failure: Failure) {
        isOK = false
        cause = failure.cause
        reason = failure.message
        advice = failure.advice
        serverText = failure.serverText
    }

    func record(_ words: CauseWords) -> Record {
        var record = Record(["step": .text(step)])
        record.set("side", side)
        record.set("ok", isOK && !isSkipped ? 1 : 0)
        if isSkipped { record.set("skipped", 1) }
        record.set("found", found)
        record.set("reason", reason)
        record.set("cause", cause)
        record.set("advice", advice)
        record.set("server_text", serverText)
        record.set("ms", ms)
        for field in more.fields { record[field.name] = field.value }
        words.put(into: &record)
        return record
    }
}

/// The steps of a look, in order.
struct DoctorChart {
    private(set) var steps: [DoctorStep] = []

    mutating func add(_ step: DoctorStep) { steps.append(step) }

    mutating func skip(_ name: String, _ side: HealthRules.Side? = nil, because reason: String) {
        var step = DoctorStep(name, side)
        step.isSkipped = true
        step.reason = reason
        steps.append(step)
    }

    /// What is to be done first: what stands against the account now, before what was noted of it earlier.
    var firstFailure: DoctorStep? {
        let failed = steps.filter { !$0.isOK }
        return failed.first { $0.step != "account" } ?? failed.first
    }
}
