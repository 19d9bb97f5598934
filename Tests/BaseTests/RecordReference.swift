@testable import Base

/// docs/records.md, made from the table of fields in Base/Fields.
enum RecordReference {
    static func page() -> String {
        var text = """
            # Records: every field of every kind

            Made from the table in `Sources/Base/Fields` by `Tests/BaseTests/RecordReference.swift`; a test holds this page
            against the table. After a change: `MAILROOM_REWRITE=1 swift test --filter RecordReferenceTests`.

            Times are milliseconds since 1970 UTC, durations milliseconds, sizes bytes; yes and no are 1 and 0. A field
            that does not apply is absent, never empty. A key of the caller's own (`key`, `user_key` ...) may be given as an integer:
            its decimal text is what is kept and shown. "in `where`" marks what may stand in a condition of `mr_find`,
            `mr_changes` and the like: `name`, `name.lt`, `name.le`, `name.gt`, `name.ge`, `name.in`.


            """
        text += "## Rows\n\nWhat `mr_find`, `mr_get`, `mr_status` and `mr_changes` give. \"given\" marks what "
        text += "`mr_put` and `mr_update` take,\nwhere they take the kind at all.\n"
        for spec in RecordSpec.rows where !RecordSpec.options.contains(where: { $0.name == spec.name }) {
            text += section(spec, options: false)
        }
        text += "\n## What functions take\n\nA field that is not listed is MR_E_INVALID, unless the kind says so.\n"
        for spec in RecordSpec.options { text += section(spec, options: true) }
        return text
    }

    private static func section(_ spec: RecordSpec, options: Bool) -> String {
        var text =
            "\n### \(spec.name)\n\n\(spec.meaning)\n\n| field | type | use | meaning |\n| --- | --- | --- | --- |\n"
        for field in spec.fields {
            var uses: [String] = []
            if !options, field.use != .shown { uses.append("given") }
            if options, field.use == .shown { uses.append("shown") }
            if field.queried { uses.append("in `where`") }
            let meaning = field.meaning.replacing("\\", with: "\\\\").replacing("|", with: "\\|")
            text += "| `\(field.name)` | \(type(field)) | \(uses.joined(separator: ", ")) | \(meaning) |\n"
        }
        return text
    }

    private static func type(_ field: FieldSpec) -> String {
        switch (field.kind, field.of) {
        case (.int, _): "integer"
        case (.list, "int"?): "list of integers"
        case (.list, let of?): "list of [\(of)](#\(of))"
        case (.record, let of?): "[\(of)](#\(of))"
        case (.text, _) where field.isKey && (field.use != .shown || field.queried): "text, or an integer"
        default: "\(field.kind)"
        }
    }
}
