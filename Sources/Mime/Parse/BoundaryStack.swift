/// The multiparts that are open, outermost first, and the lines that separate their parts (RFC 2046, section 5.1.1).
struct BoundaryStack {
    struct Frame {
        /// Nil where the parameter is missing: the first line that looks like a boundary gives it.
        var boundary: [UInt8]?
        var node: Int
    }
    private(set) var frames: [Frame] = []

    var isEmpty: Bool { frames.isEmpty }

    mutating func push(_ boundary: [UInt8]?, node: Int) { frames.append(Frame(boundary: boundary, node: node)) }

    mutating func removeLast() -> Frame? { frames.popLast() }

    /// Which open multipart the line separates or ends: the innermost that it fits. Nothing but spaces may stand after
    /// the boundary, so that a boundary may begin with another one.
    /// - Parameter line: with its end.
    mutating func match(_ line: UnsafeRawBufferPointer) -> (frame: Int, isEnd: Bool)? {
        guard line.count > 2, line[0] == UInt8(ascii: "-"), line[1] == UInt8(ascii: "-") else { return nil }
        var end = line.count
        while end > 2, line[end - 1].isSpace { end -= 1 }
        let word = line.piece(2..<end)
        var index = frames.count
        while index > 0 {
            index -= 1
            guard let boundary = frames[index].boundary else {
                // Not the line above a signature (`-- `), and no mere row of hyphens.
                if word.count > 0, word.count <= 200, !word.contains(32), word.contains(where: \.isAlphanumeric) {
                    frames[index].boundary = Array(word)
                    return (index, false)
                }
                continue
            }
            guard word.begins(with: boundary) else { continue }
            if word.count == boundary.count { return (index, false) }
            if word.count == boundary.count + 2, word[word.count - 1] == UInt8(ascii: "-"),
                word[word.count - 2] == UInt8(ascii: "-")
            {
                return (index, true)
            }
        }
        return nil
    }
}
