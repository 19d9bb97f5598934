/// Numbers that a seed gives again (xorshift).
struct Random {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed | 1
    }

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }

    /// 0 up to `limit`, without it.
    mutating func below(_ limit: Int) -> Int { limit > 0 ? Int(next() >> 11) % limit : 0 }
}
