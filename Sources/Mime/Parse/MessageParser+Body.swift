/// Bodies, and the boundary lines between them.
extension MessageParser {
    /// A body that no boundary can end.
    mutating func readPlainBody(_ bytes: UnsafeRawBufferPointer, _ at: Int) -> Int {
        deliver(bytes.piece(at..<bytes.count))
        return bytes.count
    }

    /// Reads up to the next line that may be a boundary, and that line. Returns where reading goes on.
    mutating func readBody(_ bytes: UnsafeRawBufferPointer, _ given: Int, _ base: Int) -> Int {
        var at = given
        if lineEnd == .cr {
            if bytes[at] == 10 {
                lineEnd = .crlf
                atLineStart = true
                at += 1
                if at == bytes.count { return at }
            } else {
                flushLineEnd()
            }
        }
        if atLineStart, carried > 0 || bytes[at] == UInt8(ascii: "-") { return readCandidate(bytes, at, base) }
        flushLineEnd()
        return readLines(bytes, at)
    }

    /// Hands on everything up to a line that begins with a hyphen, but for the line end before it.
    private mutating func readLines(_ bytes: UnsafeRawBufferPointer, _ start: Int) -> Int {
        var at = start
        while let newline = bytes.index(of: 10, from: at) {
            at = newline + 1
            if at == bytes.count || bytes[at] == UInt8(ascii: "-") {
                let hasCR = newline > start && bytes[newline - 1] == 13
                deliver(bytes.piece(start..<(hasCR ? newline - 1 : newline)))
                lineEnd = hasCR ? .crlf : .lf
                atLineStart = true
                return at
            }
        }
        let hasCR = bytes[bytes.count - 1] == 13
        deliver(bytes.piece(start..<(hasCR ? bytes.count - 1 : bytes.count)))
        if hasCR { lineEnd = .cr }
        atLineStart = false
        return bytes.count
    }

    /// Reads a line that begins with a hyphen: it is a boundary, or text like any other.
    private mutating func readCandidate(_ bytes: UnsafeRawBufferPointer, _ at: Int, _ base: Int) -> Int {
        let newline = bytes.index(of: 10, from: at)
        let end = newline.map { $0 + 1 } ?? bytes.count
        let length = carried + end - at
        if newline == nil, length <= Limits.boundaryLine {
            carryOver(bytes.piece(at..<end), limit: Limits.boundaryLine)
            return end
        }
        if length <= Limits.boundaryLine {
            if carried == 0 {
                if takeBoundary(bytes.piece(at..<end), start: base + at, end: base + end) { return end }
            } else {
                var line = carry
                line.append(contentsOf: bytes.piece(at..<end))
                let start = base + at - carried
                let isBoundary = line.withUnsafeBytes { takeBoundary($0, start: start, end: base + end) }
                if isBoundary {
                    carry.removeAll(keepingCapacity: true)
                    carried = 0
                    return end
                }
            }
        }
        // Text: what was carried goes first, and the line is read as any other.
        flushLineEnd()
        if carried > 0 {
            let line = carry
            carry.removeAll(keepingCapacity: true)
            carried = 0
            line.withUnsafeBytes { bytes in
                let hasCR = bytes[bytes.count - 1] == 13
                deliver(bytes.piece(0..<(hasCR ? bytes.count - 1 : bytes.count)))
                if hasCR { lineEnd = .cr }
            }
            atLineStart = false
            return at
        }
        return readLines(bytes, at)
    }

    /// Whether the line separates or ends parts; if so it does.
    mutating func takeBoundary(_ line: UnsafeRawBufferPointer, start: Int, end: Int) -> Bool {
        guard let (frame, isEnd) = boundaries.match(line) else { return false }
        carry.removeAll(keepingCapacity: true)
        carried = 0
        separate(frame, isEnd: isEnd, lineStart: start, lineEnd: end)
        return true
    }

    /// A boundary line of an open multipart: what is open within it ends, and perhaps another part begins.
    mutating func separate(_ index: Int, isEnd: Bool, lineStart: Int, lineEnd next: Int) {
        guard index < boundaries.frames.count else { return }
        let frame = boundaries.frames[index]
        let width = lineEnd == .crlf ? 2 : lineEnd == .none ? 0 : 1
        lineEnd = .none
        closeParts(downTo: frame.node, end: lineStart - width)
        while boundaries.frames.count > index + 1, let inner = boundaries.removeLast() { noteUnended(inner) }
        current = frame.node
        state = .body
        atLineStart = true
        leaf.begin(.binary, previewed: false)
        if isEnd {
            // Then comes the epilogue, which says nothing.
            if tree.nodes[frame.node].children.isEmpty { defects.note(.boundaryNotFound) }
            _ = boundaries.removeLast()
            return
        }
        guard tree.nodes.count < limits.parts else {
            defects.note(.partsTooMany)
            state = .skipping
            return
        }
        current = tree.add(parent: frame.node, at: next)
        preview.dropPreamble()
        state = .header
    }

    /// Ends the parts from `current` outwards, up to the node `outer` and not with it.
    mutating func closeParts(downTo outer: Int?, end: Int) {
        var node: Int? = current
        var isInnermost = true
        while let index = node, index != outer {
            tree.nodes[index].bodyEnd = max(tree.nodes[index].bodyStart, end)
            let isLeaf = tree.nodes[index].content.kind == .leaf
            if isLeaf, isInnermost {
                tree.nodes[index].decodedSize = leaf.finish(&preview, &defects)
            } else {
                tree.nodes[index].decodedSize = tree.nodes[index].bodyEnd - tree.nodes[index].bodyStart
            }
            isInnermost = false
            node = tree.nodes[index].parent
        }
        preview.end()
        reported?.end()
    }

    /// A multipart that ends without its end line.
    mutating func noteUnended(_ frame: BoundaryStack.Frame) {
        defects.note(tree.nodes[frame.node].children.isEmpty ? .boundaryNotFound : .boundaryEndMissing)
    }

    /// Hands on the line end that no boundary claimed.
    mutating func flushLineEnd() {
        let bytes: [UInt8]
        switch lineEnd {
        case .none: return
        case .cr: bytes = [13]
        case .lf: bytes = [10]
        case .crlf: bytes = [13, 10]
        }
        bytes.withUnsafeBytes { deliver($0) }
        lineEnd = .none
    }

    mutating func deliver(_ bytes: UnsafeRawBufferPointer) {
        leaf.feed(bytes, &preview)
        reported?.feed(bytes)
    }
}
