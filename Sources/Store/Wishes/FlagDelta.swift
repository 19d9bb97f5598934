/// Flags and keywords to be set, and others to be taken away; none is in both. Compared as servers do: without regard
/// to case.
package struct FlagDelta: Sendable, Equatable {
    package private(set) var add: [String] = []
    package private(set) var remove: [String] = []

    /// What stands in both is set.
    package init(add: [String] = [], remove: [String] = []) {
        for flag in add where !FlagDelta.has(self.add, flag) { self.add.append(flag) }
        for flag in remove where !FlagDelta.has(self.add, flag) && !FlagDelta.has(self.remove, flag) {
            self.remove.append(flag)
        }
    }

    package var isEmpty: Bool { add.isEmpty && remove.isEmpty }

    /// This one, and then another.
    package func followed(by later: FlagDelta) -> FlagDelta {
        FlagDelta(
            add: add.filter { !FlagDelta.has(later.remove, $0) } + later.add,
            remove: remove.filter { !FlagDelta.has(later.add, $0) } + later.remove)
    }

    func applied(to flags: FlagSet) -> FlagSet {
        let kept = flags.names.filter { !FlagDelta.has(remove, $0) && !FlagDelta.has(add, $0) }
        return FlagSet(kept + add)
    }

    /// What of it is not so in `flags`, each with its sign.
    func missed(in flags: FlagSet) -> [String] {
        let names = flags.names
        return add.filter { !FlagDelta.has(names, $0) }.map { "+" + $0 }
            + remove.filter { FlagDelta.has(names, $0) }.map { "-" + $0 }
    }

    private static func has(_ list: [String], _ flag: String) -> Bool {
        list.contains { $0 == flag || $0.lowercased() == flag.lowercased() }
    }
}
