import CMailroom

enum Version {
    /// The library's version, as it says itself.
    static var text: String { mr_version().map { String(cString: $0) } ?? "unknown" }

    /// The ABI, as `1.0`.
    static var abi: String { "\(mr_abi() >> 16).\(mr_abi() & 0xFFFF)" }
}
