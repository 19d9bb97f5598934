import Glibc

extension StringProtocol {
    /// Whether the text has these very bytes in it. (The standard library's own search needs a module that the
    /// library leaves out for its size.)
    package func has(_ words: String) -> Bool {
        guard !words.isEmpty else { return true }
        let text = Array(utf8)
        let wanted = Array(words.utf8)
        return text.withUnsafeBytes { text in
            wanted.withUnsafeBytes { wanted in
                var rest = text[...]
                while rest.count >= wanted.count, let base = UnsafeRawBufferPointer(rebasing: rest).baseAddress {
                    guard let found = memchr(base, Int32(wanted[0]), rest.count - wanted.count + 1) else {
                        return false
                    }
                    let at = rest.startIndex + (UnsafeRawPointer(found) - base)
                    if memcmp(found, wanted.baseAddress!, wanted.count) == 0 { return true }
                    rest = text[(at + 1)...]
                }
                return false
            }
        }
    }
}
