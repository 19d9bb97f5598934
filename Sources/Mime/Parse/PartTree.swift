/// The parts found so far, in the order of the message. A part's number is known at the end alone.
struct PartTree {
    struct Node {
        var parent: Int?
        var depth: Int
        var content = PartContent()
        var headerStart: Int
        var bodyStart: Int
        var bodyEnd: Int
        var decodedSize = 0
        var children: [Int] = []
        var isAttachment = false
    }
    var nodes: [Node] = []

    mutating func add(parent: Int?, at start: Int) -> Int {
        let depth = parent.map { nodes[$0].depth + 1 } ?? 0
        nodes.append(Node(parent: parent, depth: depth, headerStart: start, bodyStart: start, bodyEnd: start))
        if let parent { nodes[parent].children.append(nodes.count - 1) }
        return nodes.count - 1
    }

    /// Whether the node stands directly in a multipart of that subtype.
    func stands(_ node: Int, in subtype: String) -> Bool {
        guard let parent = nodes[node].parent else { return false }
        return nodes[parent].content.kind == .multipart && nodes[parent].content.subtype == subtype
    }

    /// Whether the node is part of a message within the message.
    func isInnerMessage(_ node: Int) -> Bool {
        var at = nodes[node].parent
        while let parent = at {
            if nodes[parent].content.kind == .message { return true }
            at = nodes[parent].parent
        }
        return false
    }

    /// Whether the node is the top of a message that stands in the whole message itself.
    func isReturned(_ node: Int) -> Bool {
        guard let parent = nodes[node].parent, nodes[parent].content.kind == .message else { return false }
        return !isInnerMessage(parent)
    }

    /// The part with all its children. `number`: its own; see `Part.number`.
    func part(_ index: Int, number: String) -> Part {
        let node = nodes[index]
        let content = node.content
        var children: [Part] = []
        for (place, child) in node.children.enumerated() {
            children.append(part(child, number: childNumber(of: node, number, place, child)))
        }
        return Part(
            number: number, type: content.type, subtype: content.subtype, parameters: content.parameters,
            charset: content.charset, encoding: content.encoding, disposition: content.disposition,
            filename: content.filename, contentID: content.contentID,
            range: node.bodyStart..<max(node.bodyStart, node.bodyEnd),
            headerRange: node.headerStart..<max(node.headerStart, node.bodyStart),
            decodedSize: node.decodedSize, isAttachment: node.isAttachment, children: children)
    }

    private func childNumber(of node: Node, _ number: String, _ place: Int, _ child: Int) -> String {
        if node.content.kind == .message {
            return nodes[child].content.kind == .multipart ? "\(number).TEXT" : "\(number).1"
        }
        // The parts of a message's multipart are numbered as if they stood in the message itself.
        let prefix = number.hasSuffix("TEXT") ? String(number.dropLast(5)) : number
        return prefix.isEmpty ? "\(place + 1)" : "\(prefix).\(place + 1)"
    }
}
