import CMailroom

extension Room {
    func put(_ kind: String, _ values: Fields) throws -> Int64 {
        var id: Int64 = 0
        try checked { mr_put(pointer, kind, values.pointer, &id, &$0) }
        return id
    }

    func update(_ kind: String, _ id: Int64, _ values: Fields) throws {
        try checked { mr_update(pointer, kind, id, values.pointer, &$0) }
    }

    func remove(_ kind: String, _ id: Int64) throws {
        try checked { mr_remove(pointer, kind, id, &$0) }
    }
}
