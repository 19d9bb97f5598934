/// Headers, of the message and of its parts.
extension MessageParser {
    /// Reads the next line of the header. Returns where reading goes on.
    mutating func readHeader(_ bytes: UnsafeRawBufferPointer, _ at: Int, _ base: Int) -> Int {
        guard let newline = bytes.index(of: 10, from: at) else {
            carryOver(bytes.piece(at..<bytes.count), limit: limits.headerLine)
            return bytes.count
        }
        let end = newline + 1
        if carried == 0 {
            takeHeaderLine(bytes.piece(at..<end), start: base + at, end: base + end, length: end - at)
        } else {
            carryOver(bytes.piece(at..<end), limit: limits.headerLine)
            let line = carry
            let length = carried
            carry.removeAll(keepingCapacity: true)
            carried = 0
            line.withUnsafeBytes { takeHeaderLine($0, start: base + end - length, end: base + end, length: length) }
        }
        return end
    }

    /// Keeps the begin of a line, and counts all of it.
    mutating func carryOver(_ bytes: UnsafeRawBufferPointer, limit: Int) {
        let room = limit - carry.count
        if room > 0 { carry.append(contentsOf: bytes.piece(0..<min(room, bytes.count))) }
        carried += bytes.count
    }

    /// - Parameter line: with its end; where it is longer than the limit, its begin.
    mutating func takeHeaderLine(_ given: UnsafeRawBufferPointer, start: Int, end: Int, length: Int) {
        var line = given
        if length > limits.headerLine {
            line = line.piece(0..<limits.headerLine)
            defects.note(.headerTooLarge)
            headerIsCut = true
        }
        if line.count <= 3, line.allSatisfy({ $0 == 13 || $0 == 10 }) {
            header.append(contentsOf: line)
            return endHeader(bodyStart: end)
        }
        if !boundaries.isEmpty, line[0] == UInt8(ascii: "-"), length <= Limits.boundaryLine,
            let (frame, isEnd) = boundaries.match(line)
        {
            // A part that ends within its header has no body.
            endHeader(bodyStart: start)
            while state == .header { endHeader(bodyStart: start) }
            return separate(frame, isEnd: isEnd, lineStart: start, lineEnd: end)
        }
        if headerIsFull || header.count + line.count > limits.headerBytes {
            headerIsFull = true
            headerIsCut = true
            return defects.note(.headerTooLarge)
        }
        header.append(contentsOf: line)
        if length > limits.headerLine { header.append(10) }
    }

    /// The header of `current` is complete: its body begins, or the first part within it.
    mutating func endHeader(bodyStart: Int) {
        let bytes = header
        header.removeAll(keepingCapacity: tree.nodes.count > 1)
        let block = HeaderBlock(bytes, limits: limits, &defects)
        let isTop = top == nil
        if isTop {
            top = block
            topEnd = bodyStart
        }
        let node = current
        tree.nodes[node].content = PartContent(block, inDigest: tree.stands(node, in: "digest"), &defects)
        if isTop {
            signs = ReportSigns(block, tree.nodes[node].content)
            if signs?.mayReport == true { reported = ReportParts() }
        } else if reported != nil, tree.isReturned(node) {
            reported?.take(header: bytes)
        }
        tree.nodes[node].bodyStart = bodyStart
        tree.nodes[node].bodyEnd = bodyStart
        var missing: [UInt8] = []
        if let junk = block.bodyStart, !headerIsCut {
            missing = Array(bytes[junk...])
            tree.nodes[node].bodyStart = max(tree.nodes[node].headerStart, bodyStart - missing.count)
        }
        headerIsFull = false
        headerIsCut = false
        beginBody(of: node)
        if missing.isEmpty { return }
        // The body began within what was taken for the header.
        missing.withUnsafeBytes { bytes in
            if isTop { digest.feed(bytes) }
            consume(bytes, base: bodyStart - bytes.count)
        }
    }

    private mutating func beginBody(of node: Int) {
        let bodyStart = tree.nodes[node].bodyStart
        state = .body
        atLineStart = true
        lineEnd = .none
        let isContainer = tree.nodes[node].content.kind != .leaf
        if isContainer, tree.nodes[node].depth >= limits.depth || tree.nodes.count >= limits.parts {
            defects.note(tree.nodes[node].depth >= limits.depth ? .nestingTooDeep : .partsTooMany)
            tree.nodes[node].content.kind = .leaf
        }
        let content = tree.nodes[node].content
        tree.nodes[node].isAttachment = content.isAttachment(related: tree.stands(node, in: "related"))
        switch content.kind {
        case .leaf:
            if !tree.isInnerMessage(node) {
                preview.begin(content, isAttachment: tree.nodes[node].isAttachment)
                reported?.begin(content, isAttachment: tree.nodes[node].isAttachment)
            }
            leaf.begin(content.encoding, previewed: preview.target != .none)
        case .multipart:
            boundaries.push(content.boundary, node: node)
            preview.beginPreamble()
            leaf.begin(.binary, previewed: false)
        case .message:
            current = tree.add(parent: node, at: bodyStart)
            state = .header
        }
    }
}
