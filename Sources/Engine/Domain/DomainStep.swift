import Base

/// What one look at a domain found: whether it is in order, what stands there, and what should.
struct DomainStep: Sendable, Equatable {
    /// mx, spf, dkim or dmarc.
    let step: String
    var isOK = true
    /// The records as they are published.
    var found: [String] = []
    /// Of DKIM: the selector.
    var selector: String?
    /// What is wrong or worth knowing; the first line says most.
    var reasons: [String] = []
    var advice: [String] = []
    /// A record to be published in the place of what is there.
    var record: (name: String, type: String, value: String)?
    /// The name servers did not answer: nothing is known.
    var isUnknown = false
    /// The domain does not exist.
    var isMissing = false

    init(_ step: String) { self.step = step }

    /// Something keeps mail from being believed.
    mutating func fails(_ reason: String, _ advice: String...) {
        isOK = false
        reasons.append(reason)
        self.advice += advice
    }

    /// It works, and could be better.
    mutating func remarks(_ reason: String, _ advice: String...) {
        reasons.append(reason)
        self.advice += advice
    }

    mutating func publish(_ name: String, _ type: String, _ value: String) { record = (name, type, value) }

    static func == (left: DomainStep, right: DomainStep) -> Bool { left.fields.fields == right.fields.fields }

    var fields: Record {
        var fields = Record([
            "step": .text(step), "ok": .int(isOK ? 1 : 0), "found": .list(found.map(Value.text)),
        ])
        fields.set("selector", selector)
        if isUnknown { fields.set("unknown", 1) }
        if !reasons.isEmpty { fields.set("reason", reasons.joined(separator: "\n")) }
        if !advice.isEmpty { fields.set("advice", advice.joined(separator: "\n")) }
        if let record {
            fields.set("record_name", record.name)
            fields.set("record_type", record.type)
            fields.set("record", record.value)
        }
        return fields
    }
}
