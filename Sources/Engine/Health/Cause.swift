import Base

/// One known cause of failure: what a person reads instead of a code.
struct Cause: Sendable {
    enum Who: String, Sendable {
        case user
        case administrator
        case provider
        case nobody
    }

    /// The name that a host may hang its own words on.
    let code: String
    /// The class of the errors page.
    let failureClass: String
    let title: String
    let explanation: String
    /// What to do, in the order in which a person tries it.
    let steps: [String]
    let who: Who

    init(
        _ code: String, _ failureClass: String, _ title: String, _ explanation: String, _ steps: [String], _ who: Who
    ) {
        self.code = code
        self.failureClass = failureClass
        self.title = title
        self.explanation = explanation
        self.steps = steps
        self.who = who
    }

    var advice: String { steps.joined(separator: "\n") }

    /// Its number in the listing.
    static func number(of code: String) -> Int64? {
        catalogue.firstIndex { $0.code == code }.map { Int64($0 + 1) }
    }

    static func code(ofNumber number: Int64) -> String? {
        guard number > 0, number <= Int64(catalogue.count) else { return nil }
        return catalogue[Int(number - 1)].code
    }

    static func named(_ code: String) -> Cause? { catalogue.first { $0.code == code } }

    /// The rows of `mr_find("cause")`.
    static var records: [Record] {
        catalogue.enumerated().map { index, cause in
            Record([
                "id": .int(Int64(index + 1)), "code": .text(cause.code), "class": .text(cause.failureClass),
                "title": .text(cause.title), "explanation": .text(cause.explanation), "advice": .text(cause.advice),
                "who": .text(cause.who.rawValue),
            ])
        }
    }
}
