/// Numbers that a seed gives again (xorshift).
struct Random {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed | 1
    }

    /// What MAILROOM_SEED names, else `usual`: every run of the tests is the same, unless another one is asked for.
    static func seed(_ usual: UInt64) -> UInt64 { environment("MAILROOM_SEED").flatMap { UInt64($0) } ?? usual }

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }

    /// 0 up to `limit`, without it.
    mutating func below(_ limit: Int) -> Int { limit > 0 ? Int(next() >> 11) % limit : 0 }
}
