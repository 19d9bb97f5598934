/// Who gets a place in a company by what a command does: said, so that nobody finds out by chance.
struct PlacesFreed {
    private let waited: [Row]

    /// - Parameter company: nil: nobody's, where no place is counted.
    init(_ room: Room, company: Int64?) throws {
        guard let company else {
            waited = []
            return
        }
        waited = try room.find("account") { query in
            try query.int("company", company)
            try query.text("state", "pending")
        }.all()
    }

    /// Names those that waited before and wait no more.
    func tell(_ room: Room, _ output: Output) throws {
        let begin = try waited.filter { account in
            try room.status(account.int("id") ?? 0).text("state") != "pending"
        }
        guard !begin.isEmpty else { return }
        let works = try room.hasWorker()
        for account in begin.prefix(10) {
            let address = account.text("address").oneLine
            output.note(
                works
                    ? "  \(address) has the place now and begins"
                    : "  \(address) has the place now; it begins once a worker runs, or by mailroom sync \(address)")
        }
        if begin.count > 10 { output.note("  and \(begin.count - 10) more") }
    }
}
