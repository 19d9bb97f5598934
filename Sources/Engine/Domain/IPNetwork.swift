import CSystem
import Glibc

/// An address in numbers with or without a prefix length.
struct IPNetwork: Equatable {
    let text: String

    init?(_ text: some StringProtocol, isIPv6: Bool) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), parts[0].utf8.count < 64 else { return nil }
        if parts.count == 2, IPNetwork.prefix(parts[1], atMost: isIPv6 ? 128 : 32) == nil { return nil }
        var bytes = [UInt8](repeating: 0, count: 16)
        guard inet_pton(isIPv6 ? AF_INET6 : AF_INET, String(parts[0]), &bytes) == 1 else { return nil }
        self.text = String(text)
    }

    /// A number without leading zeros, and not above the limit.
    static func prefix(_ text: some StringProtocol, atMost limit: Int) -> Int? {
        guard (1...3).contains(text.utf8.count), text.utf8.allSatisfy(\.isDigit), let number = Int(text),
            number <= limit,
            text.utf8.count == 1 || text.utf8.first != UInt8(ascii: "0")
        else { return nil }
        return number
    }
}
